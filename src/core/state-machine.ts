import type { AnyTonic } from './any-tonic.js';
import { LogLevel } from './log-level.js';
import { NONE } from './tonic-inside.js';
import { fail } from './errors.js';

/** More transitions after one sparkle are taken for an endless loop. */
const MOST_TRANSITIONS = 1000;

/** Called with what a hook threw, or (without a hook) if the transitions do not end. */
export type Failed = (tonic: AnyTonic, error: Error, hook: string | undefined) => void;

/**
 * Carries out the transitions of a sparkle: `onExit` of the old state, the change, `onEnter` of the new one, and so on
 * while those ask for another. If the state has changed, postponed orders run next. Errors go to `failed`, with the
 * hook that threw.
 */
export function settleTransitions(tonic: AnyTonic, failed: Failed): void {
  tonic._ttExtras?.postponed?.keep();
  let changed = false;
  for (let count = 1; tonic._ttTarget !== NONE; count++) {
    const target = tonic._ttTarget;
    tonic._ttTarget = NONE;
    if (count > MOST_TRANSITIONS) {
      failed(tonic, fail('TT_TRANSITION_LOOP', { tonic: tonic.name, count }), undefined);
      break;
    }
    if (tonic._ttState !== undefined) runStateHook(tonic, 'ttse__onExit', failed);
    if (target !== tonic._ttState) changed = true;
    const from = tonic._ttState;
    change(tonic, target);
    if (tonic._ttLogLevel === LogLevel.full) tellTransition(tonic, from);
    if (target !== undefined) runStateHook(tonic, 'ttse__onEnter', failed);
  }
  if (changed) tonic._ttExtras?.postponed?.release();
}

/** If an `onEnter` runs, its own line reports the transition. */
function tellTransition(tonic: AnyTonic, from: string | undefined): void {
  const onEnter = tonic._ttPlan.sparkles.get('ttse__onEnter');
  if (onEnter === undefined || tonic._ttTable[onEnter.index] === undefined)
    tonic._ttScheduler.logs.entered(tonic, from);
}

function runStateHook(tonic: AnyTonic, key: string, failed: Failed): void {
  const thrown = tonic._ttScheduler.runHook(tonic, key);
  if (thrown !== undefined) failed(tonic, thrown, key);
}

/** Leaves the last state; returns what its `onExit` throws. */
export function stopMachine(tonic: AnyTonic): Error | undefined {
  tonic._ttTarget = NONE;
  if (tonic._ttState === undefined) return undefined;
  const thrown = tonic._ttScheduler.runHook(tonic, 'ttse__onExit');
  change(tonic, undefined);
  tonic._ttTarget = NONE;
  return thrown;
}

function change(tonic: AnyTonic, state: string | undefined): void {
  tonic._ttState = state;
  tonic._ttTable = tonic._ttPlan.table(state);
  tonic._ttExtras?.stateTimeouts?.entered(state);
}
