import { fail } from './errors.js';
import type { AnyTonic, FailureInfo, InfusionFailure, InfusionInfo } from './any-tonic.js';
import { type Ending, NONE } from './tonic-inside.js';
import { closeExtras } from './guests/extras.js';
import { NO_SPARKLES } from './plan/plan.js';
import { forgiveOwed, letGoOfOwed, owes, whenSettled } from './asking/owed.js';
import { runAs } from './running.js';
import { stopMachine } from './state-machine.js';
import type { Due } from './time/timer-queue.js';

/**
 * The life of a Tonic, one step after the other:
 *
 * ```text
 * running -> draining -> closing -> ended
 *            onDraining,  infusions   what the framework holds is released,
 *            drained(),   finish      onExit, onFinished,
 *            what is owed             leaves the Ledger
 * ```
 *
 * `draining` and `closing` have a deadline each: the Tonic's `drainTimeout`, counted from the last progress, up to `END_LIMIT`; and never
 * earlier than the deadlines of its infusions and of what it holds (a socket). What has not finished by then is aborted: it goes on to
 * its end without waiting for anything, and the log names it.
 */
export const Life = { running: 0, draining: 1, closing: 2, ended: 3 } as const;
export type Life = (typeof Life)[keyof typeof Life];

/** However much its end gets on, a Tonic has so long for a step of it, in ms: unless its `drainTimeout` is longer. */
const END_LIMIT = 60_000;
/** A Catalyst whose `drainTimeout` has no bound waits for what it owes itself no longer than that, in ms. */
const CATALYST_OWES = 5_000;
/** What the log says of a Tonic whose own part of that was never done. */
const NOT_DRAINED = 'its ttse__onDraining (nothing called this.drained())';

class TonicEnding implements Ending, Due {
  at = Infinity;
  slot = -1;
  /** Its own `ttse__onDraining` has said that it is done. */
  userDrained = false;
  waitsForOwed = false;
  /** All that it waited for has ended, and its last step is on the queue. */
  endQueued = false;
  /** It was named in the log as one that had not ended in time. */
  aborted = false;
  /** Its deadline has passed; what is on the queue still runs. */
  lastCall = false;
  error: Error | undefined = undefined;
  failure: FailureInfo | undefined = undefined;
  /** How long the step that it is in may take, without progress and in all; and when that began and the last progress was. */
  #timeout = Infinity;
  #limit = Infinity;
  #beganAt = 0;
  #progressAt = 0;

  constructor(readonly tonic: AnyTonic) {}

  /** A step begins that has a deadline. */
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

  /** Whether its deadline has come, and what it does then is still to be done; or its next step is on the queue. */
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

  /** As an order: a loop that was late does first what had come in time, and a part that was due with it has its turn. */
  fire(): void {
    this.tonic._ttss__overdue();
  }
}

/** Begins the end of a Tonic; nothing happens where it has begun already. */
export function beginFinish(tonic: AnyTonic): void {
  if (tonic._ttLife !== Life.running) return;
  tonic._ttLife = Life.draining;
  const ending = endingOf(tonic);
  if (!hears(tonic, 'ttse__onDraining')) return userDrained(tonic);
  beginStep(ending);
  return tellNow(tonic, 'ttse__onDraining');
}

/** The Tonic itself has drained; now what the framework holds for it (its socket) does. */
export function userDrained(tonic: AnyTonic): void {
  const ending = endingOf(tonic);
  if (tonic._ttLife !== Life.draining || ending.userDrained) return;
  ending.userDrained = true;
  if (tonic._ttDrain()) partDrained(tonic);
  else if (ending.at === Infinity) beginStep(ending);
}

/** What the framework holds for it has drained as well; what it owes is waited for. */
export function partDrained(tonic: AnyTonic): void {
  if (tonic._ttLife === Life.draining && !waitForOwed(tonic)) closeInfusions(tonic);
}

/**
 * Whether it waits for what it owes, and then goes on to its end. A Catalyst that has no deadline has one for that, and no progress makes
 * it later: nobody's connection hangs on it.
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

/** The deadline of the step that it is in has passed. */
export function overdue(tonic: AnyTonic): void {
  const ending = tonic._ttEnding as TonicEnding | undefined;
  // It has gone on meanwhile.
  if (ending === undefined || ending.slot >= 0 || ending.at === Infinity || tonic._ttLife === Life.ended)
    return undefined;
  if (waitsLonger(tonic, ending)) return undefined;
  // A part that has come to its end by itself has that on the queue: it is no late one.
  if (!ending.lastCall) {
    ending.lastCall = true;
    return tonic._ttss__overdue();
  }
  // Of deadlines at one instant that of a part comes first, whatever the order of the timers; this one with the next turn.
  if (hasPartAtTurn(tonic)) return ending.waitUntil(tonic._ttScheduler.clock.now());
  const draining = tonic._ttLife === Life.draining;
  // It goes on by itself; a socket, which waited for what was owed as well, closes now in its own time.
  if (letGoOfOwed(tonic) && draining && ending.userDrained) return beginStep(ending);
  const phase = !draining ? 'its end' : ending.userDrained ? 'draining' : NOT_DRAINED;
  const report = (what: AnyTonic): void => warnAborted(what, phase, tonic._ttDrainTimeout);
  if (draining) {
    report(tonic);
    return closeInfusions(tonic);
  }
  // This is done once; if it comes to owe something by that, a step of its own begins.
  ending.waitUntil(Infinity);
  for (const infusion of [...tonic.infusions]) abort(infusion, report);
  return undefined;
}

/** Whether a part of it, however deep, has its turn before it does: so what is told is the same in whatever order they are due. */
function hasPartAtTurn(tonic: AnyTonic): boolean {
  for (const infusion of tonic.infusions)
    if ((infusion._ttEnding as TonicEnding | undefined)?.isAtTurn === true || hasPartAtTurn(infusion)) return true;
  return false;
}

/** Whether it, or a part of it, has a later deadline by now. */
function waitsLonger(tonic: AnyTonic, ending: TonicEnding): boolean {
  const until = Math.max(ending.deadline, deadlineOfParts(tonic));
  if (until <= tonic._ttScheduler.clock.now()) return false;
  ending.waitUntil(until);
  return true;
}

/** Until when a Tonic that ends may take, by its own deadline and by those of its parts; `-Infinity` where it has none. */
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

/** Has the infusions finish; the end follows when all have, and when their ends have been heard. */
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

/** Its last step comes, as an order. */
export function queueEnd(tonic: AnyTonic): void {
  endingOf(tonic).endQueued = true;
  tonic._ttss__end();
}

/** The last step, unless it still waits for something: then it comes once more. */
export function endIfNothingHolds(tonic: AnyTonic): void {
  endingOf(tonic).endQueued = false;
  if (!waitForOwed(tonic) && !tonic._ttHoldsEnd()) endLife(tonic);
}

/** No sparkle of the user runs any more but `onExit` and `onFinished`, then the Tonic is gone. */
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

/** Has it hear an event of its own at once; a throw there fails it. */
export function tellNow(tonic: AnyTonic, key: string, info?: unknown): void {
  const thrown = tonic._ttScheduler.runHook(tonic, key, info);
  if (thrown !== undefined) failTonic(tonic, thrown, failureInfo(key, tonic));
}

/**
 * A sparkle threw: the Tonic decides in its `ttse__onFailure`, or else it finishes and its base hears of it.
 *
 * @param goesOn where it does not decide, it goes on: the throw costs what the sparkle was given.
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

/** The Tonic finishes for an error that has been logged. */
export function finishFailed(tonic: AnyTonic, error: Error, info: FailureInfo): void {
  const ending = endingOf(tonic);
  ending.error ??= error;
  ending.failure ??= info;
  if (tonic._ttExtras !== undefined) forgiveOwed(tonic);
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

/** Whether it has a body for an event, in the state that holds. */
export function hears(tonic: AnyTonic, key: string): boolean {
  const sparkle = tonic._ttPlan.sparkles.get(key);
  return sparkle !== undefined && tonic._ttTable[sparkle.index] !== undefined;
}

function endingOf(tonic: AnyTonic): TonicEnding {
  return (tonic._ttEnding ??= new TonicEnding(tonic)) as TonicEnding;
}

/** The step that it is in has its deadline from now on. */
function beginStep(ending: TonicEnding): void {
  const { _ttDrainTimeout: timeout } = ending.tonic;
  ending.begin(timeout, Math.max(timeout, END_LIMIT));
}

/** Once: a base whose deadline comes together with that of its part finds it on its way out. */
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
