import * as v from 'valibot';
import { type TaskTonicError, fail } from '../errors.js';

/** An AbortSignal, as an option. */
export const signalOption = v.instance(AbortSignal, 'must be an AbortSignal');

/** What ends when a signal is aborted. */
export interface EndsBySignal {
  /** @internal */
  signalAborted(signal: AbortSignal): void;
}

/**
 * Who hears of each signal. One listener stands for all of them, and only while there are any: a signal that lives as long as the app, given to each of a million questions,
 * keeps nothing of those that are over, and ten thousand at a time are no long list that each one has to be looked for in.
 */
const hearers = new WeakMap<AbortSignal, Set<EndsBySignal>>();

function heard(this: AbortSignal): void {
  const all = hearers.get(this);
  hearers.delete(this);
  for (const hearer of all ?? []) hearer.signalAborted(this);
}

/** From now on it hears when that signal is aborted, once. It is not aborted yet. */
export function hearAbort(signal: AbortSignal, hearer: EndsBySignal): void {
  let all = hearers.get(signal);
  if (all === undefined) {
    hearers.set(signal, (all = new Set()));
    signal.addEventListener('abort', heard, { once: true });
  }
  all.add(hearer);
}

export function forgetAbort(signal: AbortSignal, hearer: EndsBySignal): void {
  const all = hearers.get(signal);
  if (all?.delete(hearer) !== true || all.size > 0) return;
  hearers.delete(signal);
  signal.removeEventListener('abort', heard);
}

/** @param what was given that signal. */
export function abortError(what: string, signal: AbortSignal): TaskTonicError {
  return fail('TT_SIGNAL_ABORTED', { what }, signal.reason);
}
