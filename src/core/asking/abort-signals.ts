import * as v from 'valibot';
import { type TaskTonicError, fail } from '../errors.js';

/** An AbortSignal, as an option. */
export const signalOption = v.instance(AbortSignal, 'must be an AbortSignal');

/** Ends when a signal is aborted. */
export interface Abortable {
  /** @internal */
  signalAborted(signal: AbortSignal): void;
}

/**
 * What ends with each signal. Each signal has one listener for all of them, and only while there are any. So a signal
 * that lives as long as the app and is given to a million questions keeps no reference to finished ones, and removing
 * one of ten thousand needs no search.
 */
const hearers = new WeakMap<AbortSignal, Set<Abortable>>();

function heard(this: AbortSignal): void {
  const all = hearers.get(this);
  hearers.delete(this);
  for (const listener of all ?? []) listener.signalAborted(this);
}

/** Calls `subscriber` once when the signal is aborted. The signal must not be aborted yet. */
export function hearAbort(signal: AbortSignal, listener: Abortable): void {
  let all = hearers.get(signal);
  if (all === undefined) {
    hearers.set(signal, (all = new Set()));
    signal.addEventListener('abort', heard, { once: true });
  }
  all.add(listener);
}

export function forgetAbort(signal: AbortSignal, listener: Abortable): void {
  const all = hearers.get(signal);
  if (all?.delete(listener) !== true || all.size > 0) return;
  hearers.delete(signal);
  signal.removeEventListener('abort', heard);
}

/** @param what the work that the signal belongs to. */
export function abortError(what: string, signal: AbortSignal): TaskTonicError {
  return fail('TT_SIGNAL_ABORTED', { what }, signal.reason);
}
