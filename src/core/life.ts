import { fail } from './errors.js';
import type { AnyTonic, FailureInfo, InfusionFailure, InfusionInfo } from './any-tonic.js';
import { type Ending, NONE } from './tonic-inside.js';
import { closeExtras } from './features/extras.js';
import { NO_SPARKLES } from './plan/plan.js';
import { cancelOwed, dropOwed, owes, whenSettled } from './asking/owed.js';
import { runAs } from './running.js';
import { stopMachine } from './state-machine.js';
import type { Due } from './time/timer-queue.js';

/**
 * The steps in the life of a Tonic:
 *
 * ```text
 * running -> draining -> closing -> ended
 *            onDraining,  infusions   resources are released,
 *            drained(),   finish      onExit, onFinished,
 *            owed answers             it leaves the Ledger
 * ```
 *
 * `draining` and `closing` have a deadline each: the Tonic's `drainTimeout`, counted from the last progress, up to
 * `END_LIMIT`. It is never earlier than the deadlines of its infusions and of its socket. A Tonic that has not finished
 * by then is aborted: it ends without waiting for anything, and the log names it.
 */
export const Life = { running: 0, draining: 1, closing: 2, ended: 3 } as const;
export type Life = (typeof Life)[keyof typeof Life];

/** The longest time of a step with progress, in ms, unless the `drainTimeout` is longer. */
const END_LIMIT = 60_000;
/** How long a Catalyst without a limit of `drainTimeout` waits for its own owed answers, in ms. */
const CATALYST_OWES = 5_000;
/** What the log says of a Tonic whose own part of that was never done. */
const NOT_DRAINED = 'its ttse__onDraining (nothing called this.drained())';

class TonicEnding implements Ending, Due {
  at = Infinity;
  slot = -1;
  /** Its own `ttse__onDraining` has called `drained()`. */
  userDrained = false;
  waitsForOwed = false;
  /** Everything that it waited for has ended, and its last step is queued. */
  endQueued = false;
  /** The log has named it as not ended in time. */
  aborted = false;
  /** Its deadline has passed; orders that are queued still run. */
  lastCall = false;
  error: Error | undefined = undefined;
  failure: FailureInfo | undefined = undefined;
  /**
   * The time limits of the present step, without progress and in total; when it began, and when the last progress was.
   */
  #timeout = Infinity;
  #limit = Infinity;
  #beganAt = 0;
  #progressAt = 0;

  constructor(readonly tonic: AnyTonic) {}

  /** Begins a step with a deadline. */
  begin(timeout: number, limit: number): void {
    this.#timeout = timeout;
    this.#limit = limit;
    this.#beganAt = this.#progressAt = this.tonic._ttScheduler.clock.now();
    this.waitUntil(this.deadline);
  }

  progressed(): void {
    this.#progressAt = this.tonic._ttScheduler.clock.now();
  }

  get deadline(): number {
    return Math.min(this.#progressAt + this.#timeout, this.#beganAt + this.#limit);
  }

  /** Whether its deadline has passed but was not handled yet, or its next step is queued. */
  get isAtTurn(): boolean {
    if (this.endQueued || (this.waitsForOwed && !owes(this.tonic))) return true;
    const now = this.tonic._ttScheduler.clock.now();
    return this.at <= now && this.deadline <= now;
  }

  waitUntil(at: number): void {
    const { timers } = this.tonic._ttScheduler;
    timers.remove(this);
    this.lastCall = false;
    this.at = at;
    if (at < Infinity) timers.add(this);
  }

  /** Handled as an order: after a late loop, received data and the deadlines of its infusions are handled first. */
  fire(): void {
    this.tonic._ttss__overdue();
  }
}

/** Begins the end of a Tonic, unless it has begun already. */
export function beginFinish(tonic: AnyTonic): void {
  if (tonic._ttLife !== Life.running) return;
  tonic._ttLife = Life.draining;
  const ending = endingOf(tonic);
  if (!hears(tonic, 'ttse__onDraining')) return userDrained(tonic);
  beginStep(ending);
  return tellNow(tonic, 'ttse__onDraining');
}

/** The Tonic itself has drained; now its socket drains. */
export function userDrained(tonic: AnyTonic): void {
  const ending = endingOf(tonic);
  if (tonic._ttLife !== Life.draining || ending.userDrained) return;
  ending.userDrained = true;
  if (tonic._ttDrain()) partDrained(tonic);
  else if (ending.at === Infinity) beginStep(ending);
}

/** The socket has drained as well; now it waits for owed answers. */
export function partDrained(tonic: AnyTonic): void {
  if (tonic._ttLife === Life.draining && !waitForOwed(tonic)) closeInfusions(tonic);
}

/**
 * Returns whether it waits for owed answers; then it continues with its end. A Catalyst without a deadline gets one for
 * this, which progress does not extend.
 */
function waitForOwed(tonic: AnyTonic): boolean {
  if (!owes(tonic)) return false;
  const ending = endingOf(tonic);
  if (ending.waitsForOwed) return true;
  ending.waitsForOwed = true;
  for (const infusion of [...tonic.infusions]) infusion._ttBaseWaits();
  if ((tonic._ttScheduler as unknown) === tonic)
    ending.begin(Math.min(tonic._ttDrainTimeout, CATALYST_OWES), CATALYST_OWES);
  else if (ending.at === Infinity) beginStep(ending);
  whenSettled(tonic, () => {
    ending.waitsForOwed = false;
    if (tonic._ttLife === Life.draining) closeInfusions(tonic);
    else queueEnd(tonic);
  });
  return true;
}

/** The deadline of the present step has passed. */
export function overdue(tonic: AnyTonic): void {
  const ending = tonic._ttEnding as TonicEnding | undefined;
  // It has made progress in the meantime.
  if (ending === undefined || ending.slot >= 0 || ending.at === Infinity || tonic._ttLife === Life.ended)
    return undefined;
  if (waitsLonger(tonic, ending)) return undefined;
  // If an infusion has ended by itself, its end is queued already, and it is not late.
  if (!ending.lastCall) {
    ending.lastCall = true;
    return tonic._ttss__overdue();
  }
  // If several deadlines pass at once, infusions come first, and this Tonic in the next turn.
  if (hasPartAtTurn(tonic)) return ending.waitUntil(tonic._ttScheduler.clock.now());
  const draining = tonic._ttLife === Life.draining;
  // It continues by itself; a socket that waited for owed answers gets time to close.
  if (dropOwed(tonic) && draining && ending.userDrained) return beginStep(ending);
  const phase = !draining ? 'its end' : ending.userDrained ? 'draining' : NOT_DRAINED;
  const report = (what: AnyTonic): void => warnAborted(what, phase, tonic._ttDrainTimeout);
  if (draining) {
    report(tonic);
    return closeInfusions(tonic);
  }
  // This is done once. If it owes something again, a step of its own begins.
  ending.waitUntil(Infinity);
  for (const infusion of [...tonic.infusions]) abort(infusion, report);
  return undefined;
}

/** Whether an infusion at any depth is due before it, so that the log does not depend on the order of timers. */
function hasPartAtTurn(tonic: AnyTonic): boolean {
  for (const infusion of tonic.infusions)
    if ((infusion._ttEnding as TonicEnding | undefined)?.isAtTurn === true || hasPartAtTurn(infusion)) return true;
  return false;
}

/** Whether it, or an infusion, has a later deadline by now. */
function waitsLonger(tonic: AnyTonic, ending: TonicEnding): boolean {
  const until = Math.max(ending.deadline, deadlineOfParts(tonic));
  if (until <= tonic._ttScheduler.clock.now()) return false;
  ending.waitUntil(until);
  return true;
}

/** The latest time of a Tonic's end, by its own deadline and those of its infusions; `-Infinity` without a deadline. */
export function deadlineOf(tonic: AnyTonic): number {
  if (tonic._ttLife === Life.running || tonic._ttLife === Life.ended) return -Infinity;
  const { _ttEnding: ending } = tonic;
  const own = ending === undefined || ending.at === Infinity ? -Infinity : (ending as TonicEnding).deadline;
  return Math.max(own, deadlineOfParts(tonic));
}

function deadlineOfParts(tonic: AnyTonic): number {
  const held = tonic._ttDeadline();
  let latest = held === Infinity ? -Infinity : held;
  for (const infusion of tonic.infusions) latest = Math.max(latest, deadlineOf(infusion));
  return latest;
}

/** Finishes the infusions. The end follows when all of them have ended and their events were handled. */
export function closeInfusions(tonic: AnyTonic): void {
  if (tonic._ttLife >= Life.closing) return;
  tonic._ttLife = Life.closing;
  const ending = endingOf(tonic);
  ending.waitUntil(Infinity);
  if (tonic._ttInfusions === undefined || tonic._ttInfusions.size === 0) return queueEnd(tonic);
  beginStep(ending);
  const services = tonic._ttScheduler.services.ending;
  runAs(tonic, () => {
    for (const infusion of tonic.infusions) if (services?.staysLast(infusion) !== true) infusion.ttsc__finish();
  });
  services?.finishLast(tonic);
  return undefined;
}

/** Queues its last step, as an order. */
export function queueEnd(tonic: AnyTonic): void {
  endingOf(tonic).endQueued = true;
  tonic._ttss__end();
}

/** Runs the last step, unless the Tonic still waits for something; then the step is queued again later. */
export function endIfNothingHolds(tonic: AnyTonic): void {
  endingOf(tonic).endQueued = false;
  if (!waitForOwed(tonic) && !tonic._ttHoldsEnd()) endLife(tonic);
}

/** Only `onExit` and `onFinished` of the user still run; then the Tonic is removed. */
function endLife(tonic: AnyTonic): void {
  if (tonic._ttLife === Life.ended) return;
  const scheduler = tonic._ttScheduler;
  const ending = endingOf(tonic);
  tonic._ttLife = Life.closing;
  ending.waitUntil(Infinity);
  const keepFirst = (key: string, thrown: Error | undefined): void => {
    if (thrown === undefined) return;
    const info = failureInfo(key, tonic);
    scheduler.logs.failure(tonic, thrown, info);
    if (ending.error === undefined) Object.assign(ending, { error: thrown, failure: info });
  };
  keepFirst(
    '_ttss__release',
    attempt(() => tonic._ttRelease()),
  );
  keepFirst('ttse__onExit', stopMachine(tonic));
  keepFirst('ttse__onFinished', scheduler.runHook(tonic, 'ttse__onFinished'));

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

/** Ends a Tonic and all its infusions without waiting. */
export function abort(tonic: AnyTonic, report: (tonic: AnyTonic) => void): void {
  if (tonic._ttLife === Life.ended) return;
  tonic._ttLife = Life.closing;
  // Repeated, because `onFinished` of one of them may have started a service.
  for (let left = living(tonic); left.length > 0; left = living(tonic))
    for (const infusion of left) abort(infusion, report);
  report(tonic);
  endLife(tonic);
}

function living({ infusions }: AnyTonic): AnyTonic[] {
  return [...infusions].filter(({ finished }) => !finished);
}

/** Calls an event of the Tonic at once; an exception fails it. */
export function tellNow(tonic: AnyTonic, key: string, info?: unknown): void {
  const thrown = tonic._ttScheduler.runHook(tonic, key, info);
  if (thrown !== undefined) failTonic(tonic, thrown, failureInfo(key, tonic));
}

/**
 * A sparkle threw. The Tonic decides in its `ttse__onFailure`; without that it finishes, and its base gets an event.
 *
 * @param goesOn it continues without that, because only an argument of the sparkle fails.
 */
export function failTonic(tonic: AnyTonic, error: Error, info: FailureInfo, goesOn = false): void {
  const { logs } = tonic._ttScheduler;
  logs.failure(tonic, error, info);
  tonic._ttExtras?.postponed?.takeBack();
  if (tonic._ttLife === Life.ended) return;
  const decides = info.sparkle !== 'ttse__onFailure' && hears(tonic, 'ttse__onFailure');
  if (decides) {
    const thrown = tonic._ttScheduler.runHook(tonic, 'ttse__onFailure', error, info);
    if (thrown === undefined) return;
    logs.failure(tonic, thrown, failureInfo('ttse__onFailure', tonic));
  } else if (goesOn) return;
  finishFailed(tonic, error, info);
}

/** Finishes the Tonic after an error that was logged. */
export function finishFailed(tonic: AnyTonic, error: Error, info: FailureInfo): void {
  const ending = endingOf(tonic);
  ending.error ??= error;
  ending.failure ??= info;
  if (tonic._ttExtras !== undefined) cancelOwed(tonic);
  closeInfusions(tonic);
}

export function failureInfo(sparkle: string | undefined, tonic: AnyTonic): FailureInfo {
  return { sparkle, state: tonic._ttState, source: tonic.source };
}

function tellBase(base: AnyTonic, tonic: AnyTonic, info: InfusionInfo, { error, failure }: Ending): void {
  const looksAfter = base._ttExtras?.supervised;
  const supervised = looksAfter?.get(tonic._ttFace);
  looksAfter?.delete(tonic._ttFace);
  if (error !== undefined && failure !== undefined) {
    const restarts = tonic._ttIsFinal === true ? 0 : (supervised?.takeRestart() ?? 0);
    const failed: InfusionFailure = { ...info, ...failure, error, restarts };
    const heard = hears(base, 'ttse__onInfusionFailed');
    if (restarts > 0) base._ttss__run(supervised!);
    if (heard) base._ttss__tell('ttse__onInfusionFailed', failed);
    if (supervised === undefined ? !heard : restarts === 0 && supervised.strategy !== 'finish') {
      const isLimit = supervised?.strategy === 'restart' && tonic._ttIsFinal !== true;
      const code = isLimit ? 'TT_RESTART_LIMIT' : 'TT_INFUSION_FAILED';
      const details = { tonic: info.name, base: base.name, count: supervised?.limit, ms: supervised?.within };
      failTonic(base, fail(code, details, error), failureInfo(undefined, base));
    }
  }
  if (base._ttPlan.has('ttse__onInfusionFinished')) base._ttss__tell('ttse__onInfusionFinished', info);
  base._ttInfusions?.delete(tonic);
  base._ttEnding?.progressed();
  base._ttInfusionLeft(tonic);
  if (base._ttLife !== Life.closing) return;
  if (base._ttInfusions?.size === 0) queueEnd(base);
  else if (base._ttBase === undefined) base._ttScheduler.services.ending?.finishLast(base);
}

/** Whether it has a method for an event, in the present state. */
export function hears(tonic: AnyTonic, key: string): boolean {
  const sparkle = tonic._ttPlan.sparkles.get(key);
  return sparkle !== undefined && tonic._ttTable[sparkle.index] !== undefined;
}

function endingOf(tonic: AnyTonic): TonicEnding {
  return (tonic._ttEnding ??= new TonicEnding(tonic)) as TonicEnding;
}

/** Starts the deadline of the present step. */
function beginStep(ending: TonicEnding): void {
  const { _ttDrainTimeout: timeout } = ending.tonic;
  ending.begin(timeout, Math.max(timeout, END_LIMIT));
}

/** Logged once: the deadline of a base may pass together with that of its infusion. */
function warnAborted(tonic: AnyTonic, phase: string, ms: number): void {
  const ending = endingOf(tonic);
  if (ending.aborted) return;
  ending.aborted = true;
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
