import { fail } from './errors.js';
import {
  type AnyTonic,
  type Ending,
  type FailureInfo,
  type InfusionFailure,
  type InfusionInfo,
  NONE,
} from './any-tonic.js';
import { closeExtras } from './extras.js';
import { NO_SPARKLES } from './plan.js';
import { runAs } from './running.js';
import { stopMachine } from './state-machine.js';
import type { Due } from './timer-queue.js';

/**
 * The life of a Tonic, one step after the other:
 *
 * ```text
 * running -> draining -> closing -> ended
 *            onDraining,  infusions   onExit, onFinished,
 *            drained()    finish      leaves the Ledger
 * ```
 *
 * `draining` and `closing` have a deadline each, the Tonic's `drainTimeout`. What has not finished by then is aborted:
 * it goes on to its end without waiting for anything, and the log names it.
 */
export const Life = { running: 0, draining: 1, closing: 2, ended: 3 } as const;
export type Life = (typeof Life)[keyof typeof Life];

class TonicEnding implements Ending, Due {
  at = Infinity;
  slot = -1;
  /** Its own `ttse__onDraining` has said that it is done. */
  userDrained = false;
  error: Error | undefined = undefined;
  failure: FailureInfo | undefined = undefined;

  constructor(readonly tonic: AnyTonic) {}

  fire(): void {
    const { tonic } = this;
    const draining = tonic._ttLife === Life.draining;
    const report = (what: AnyTonic): void =>
      warnAborted(what, draining ? 'draining' : 'its end', tonic._ttDrainTimeout);
    if (draining) {
      report(tonic);
      closeInfusions(tonic);
    } else {
      for (const infusion of [...tonic.infusions]) abort(infusion, report);
    }
  }
}

/** Begins the end of a Tonic; nothing happens where it has begun already. */
export function beginFinish(tonic: AnyTonic): void {
  if (tonic._ttLife !== Life.running) return;
  tonic._ttLife = Life.draining;
  const ending = endingOf(tonic);
  if (!hears(tonic, 'ttse__onDraining')) return userDrained(tonic);
  armDeadline(ending, tonic);
  const thrown = tonic._ttScheduler.runHook(tonic, 'ttse__onDraining');
  if (thrown !== undefined) failTonic(tonic, thrown, failureInfo('ttse__onDraining', tonic));
  return undefined;
}

/** The Tonic itself has drained; now what the framework holds for it (its socket) does. */
export function userDrained(tonic: AnyTonic): void {
  const ending = endingOf(tonic);
  if (tonic._ttLife !== Life.draining || ending.userDrained) return;
  ending.userDrained = true;
  if (tonic._ttDrain()) closeInfusions(tonic);
  else if (ending.slot < 0) armDeadline(ending, tonic);
}

/** Has the infusions finish; the end follows when all have, and when their ends have been heard. */
export function closeInfusions(tonic: AnyTonic): void {
  if (tonic._ttLife >= Life.closing) return;
  tonic._ttLife = Life.closing;
  const ending = endingOf(tonic);
  tonic._ttScheduler.timers.remove(ending);
  if (tonic._ttInfusions === undefined || tonic._ttInfusions.size === 0) return tonic._ttss__end();
  armDeadline(ending, tonic);
  const { services } = tonic._ttScheduler;
  runAs(tonic, () => {
    for (const infusion of tonic.infusions) if (!services.staysLast(infusion)) infusion.ttsc__finish();
  });
  services.finishLast(tonic);
  return undefined;
}

/** The last step: no sparkle of the user runs any more but `onExit` and `onFinished`, then the Tonic is gone. */
export function endLife(tonic: AnyTonic): void {
  if (tonic._ttLife === Life.ended) return;
  const scheduler = tonic._ttScheduler;
  const ending = endingOf(tonic);
  tonic._ttLife = Life.closing;
  scheduler.timers.remove(ending);
  const keepFirst = (key: string, thrown: Error | undefined): void => {
    if (thrown === undefined) return;
    const info = failureInfo(key, tonic);
    scheduler.logs.failure(tonic, thrown, info);
    if (ending.error === undefined) Object.assign(ending, { error: thrown, failure: info });
  };
  keepFirst('ttse__onExit', stopMachine(tonic));
  keepFirst('ttse__onFinished', scheduler.runHook(tonic, 'ttse__onFinished'));
  keepFirst(
    '_ttss__release',
    attempt(() => tonic._ttRelease()),
  );

  const info: InfusionInfo = { id: tonic.id, name: tonic.name, tonic: tonic._ttFace, error: ending.error };
  tonic._ttLife = Life.ended;
  tonic._ttTable = NO_SPARKLES;
  tonic._ttTarget = NONE;
  if (tonic._ttExtras !== undefined) closeExtras(tonic);
  scheduler.logs.life(tonic, 'finished');
  tonic._ttLeave();
  const base = tonic._ttBase;
  if (base !== undefined) tellBase(base, tonic, info, ending);
}

/** Ends a Tonic and all below it without waiting for anything. */
export function abort(tonic: AnyTonic, report: (tonic: AnyTonic) => void): void {
  if (tonic._ttLife === Life.ended) return;
  tonic._ttLife = Life.closing;
  // More than once: a last word of one of them may have started a service.
  for (let left = living(tonic); left.length > 0; left = living(tonic))
    for (const infusion of left) abort(infusion, report);
  report(tonic);
  endLife(tonic);
}

function living({ infusions }: AnyTonic): AnyTonic[] {
  return [...infusions].filter(({ finished }) => !finished);
}

/** A sparkle threw: the Tonic decides in its `ttse__onFailure`, or else it finishes and its base hears of it. */
export function failTonic(tonic: AnyTonic, error: Error, info: FailureInfo): void {
  const { logs } = tonic._ttScheduler;
  logs.failure(tonic, error, info);
  tonic._ttExtras?.postponed?.takeBack();
  if (tonic._ttLife === Life.ended) return;
  const decides = info.sparkle !== 'ttse__onFailure' && hears(tonic, 'ttse__onFailure');
  if (decides) {
    const thrown = tonic._ttScheduler.runHook(tonic, 'ttse__onFailure', error, info);
    if (thrown === undefined) return;
    logs.failure(tonic, thrown, failureInfo('ttse__onFailure', tonic));
  }
  finishFailed(tonic, error, info);
}

/** The Tonic finishes for an error that has been logged. */
export function finishFailed(tonic: AnyTonic, error: Error, info: FailureInfo): void {
  const ending = endingOf(tonic);
  ending.error ??= error;
  ending.failure ??= info;
  closeInfusions(tonic);
}

export function failureInfo(sparkle: string | undefined, tonic: AnyTonic): FailureInfo {
  return { sparkle, state: tonic._ttState, source: tonic.source };
}

function tellBase(base: AnyTonic, tonic: AnyTonic, info: InfusionInfo, { error, failure }: Ending): void {
  const supervised = base._ttSupervised?.get(tonic._ttFace);
  base._ttSupervised?.delete(tonic._ttFace);
  if (error !== undefined && failure !== undefined) {
    const restarts = supervised?.takeRestart(base) ?? 0;
    const failed: InfusionFailure = { ...info, ...failure, error, restarts };
    const heard = hears(base, 'ttse__onInfusionFailed');
    if (restarts > 0) base._ttss__restart(supervised!);
    if (heard) base._ttss__tell('ttse__onInfusionFailed', failed);
    if (supervised === undefined ? !heard : restarts === 0 && supervised.strategy !== 'finish') {
      const code = supervised?.strategy === 'restart' ? 'TT_RESTART_LIMIT' : 'TT_INFUSION_FAILED';
      const details = { tonic: info.name, base: base.name, count: supervised?.limit, ms: supervised?.within };
      failTonic(base, fail(code, details, error), failureInfo(undefined, base));
    }
  }
  if (base._ttPlan.has('ttse__onInfusionFinished')) base._ttss__tell('ttse__onInfusionFinished', info);
  base._ttInfusions?.delete(tonic);
  base._ttInfusionLeft(tonic);
  if (base._ttLife !== Life.closing) return;
  if (base._ttInfusions?.size === 0) base._ttss__end();
  else if (base._ttBase === undefined) base._ttScheduler.services.finishLast(base);
}

/** Whether it has a body for an event, in the state that holds. */
export function hears(tonic: AnyTonic, key: string): boolean {
  const sparkle = tonic._ttPlan.sparkles.get(key);
  return sparkle !== undefined && tonic._ttTable[sparkle.index] !== undefined;
}

function endingOf(tonic: AnyTonic): Ending {
  return (tonic._ttEnding ??= new TonicEnding(tonic));
}

function armDeadline(ending: Ending, { _ttScheduler, _ttDrainTimeout }: AnyTonic): void {
  if (_ttDrainTimeout === Infinity) return;
  ending.at = _ttScheduler.clock.now() + _ttDrainTimeout;
  _ttScheduler.timers.add(ending);
}

function warnAborted(tonic: AnyTonic, phase: string, ms: number): void {
  tonic._ttScheduler.logs.warn(tonic, fail('TT_ABORTED', { tonic: tonic.name, phase, ms }));
}

function attempt(body: () => void): Error | undefined {
  try {
    body();
    return undefined;
  } catch (thrown) {
    return thrown as Error;
  }
}
