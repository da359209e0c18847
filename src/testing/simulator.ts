import { fail } from '../core/errors.js';
import { type Faults } from './faults.js';
import { afterMicrotasks, eachAfterMicrotasks, sleep } from './real-time.js';
import { Instants } from './instants.js';
import { SeededRandom } from './seeded-random.js';
import { SettleLimit } from './settle-limit.js';
import { type Probes, Recording } from './recording.js';
import { VirtualClock } from './virtual-clock.js';

/** What a simulation is made from. */
export interface SimulatorSettings {
  readonly seed: number;
  readonly wallTime: number | undefined;
  readonly traceLimit: number;
  readonly probes: Probes;
  readonly faults: Faults;
  readonly settleWithin: number;
  readonly instantLimit: number;
}

/** The time between two checks for results of real time, in ms. */
const REAL_STEP = 2;

/**
 * The simulation: one time and one random source for all apps of a test, and the driver of their loops.
 *
 * Nothing runs while it is not driven. A step runs the turn of one loop, which the seed chooses among those that have
 * something to do. If there is none, time advances to the next timers.
 */
export class Simulator {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly recording: Recording;
  readonly #order: SeededRandom;
  readonly #thrown: unknown[] = [];
  readonly #held = new Set<Promise<unknown>>();
  readonly #settleLimit: SettleLimit;
  readonly #instants: Instants;
  /** The time at the last step. */
  #seenAt = 0;
  #driving: string | undefined;
  /** Why it was stopped; then apps can only be ended. */
  #stopped: Error | undefined;
  #refused = false;
  #ends = false;

  constructor({ seed, wallTime, traceLimit, probes, faults, settleWithin, instantLimit }: SimulatorSettings) {
    this.seed = seed;
    this.clock = new VirtualClock(wallTime);
    this.random = new SeededRandom(seed);
    this.faults = faults;
    this.#settleLimit = new SettleLimit(settleWithin);
    this.#instants = new Instants(instantLimit);
    this.recording = new Recording(this.clock, traceLimit, probes, this.#settleLimit, this.#instants);
    this.#order = this.random.fork('order of turns');
  }

  /**
   * The only way to run it. Errors of timers and of the network are thrown at the end, after everything was carried
   * out.
   * @throws {TaskTonicError} `TT_NOT_AWAITED` while another drive runs; and the reason of a stop, once.
   */
  async drive<T>(what: string, body: () => Promise<T>): Promise<T> {
    if (this.#stopped !== undefined) await this.#refuse(this.#stopped);
    return this.#drive(what, body);
  }

  async #drive<T>(what: string, body: () => Promise<T>): Promise<T> {
    if (this.#driving !== undefined) throw fail('TT_NOT_AWAITED', { what, other: this.#driving });
    this.#driving = what;
    this.#instants.begin();
    try {
      // Remaining microtasks of the test run first.
      await afterMicrotasks();
      return await body();
    } finally {
      this.#driving = undefined;
      this.#throwWhatWasThrown();
    }
  }

  /**
   * Stops it: the present or next drive gets the reason, and can clean up. After that, further drives wait for ever, so
   * that a body whose result is ignored does not continue.
   */
  stop(why: Error): void {
    this.#stopped = why;
  }

  /** The last drive after a stop, for the end of the apps. */
  async driveToEnd<T>(what: string, body: () => Promise<T>): Promise<T> {
    while (this.#driving !== undefined) await sleep(REAL_STEP);
    this.#ends = true;
    try {
      return await this.#drive(what, body);
    } finally {
      this.#ends = false;
    }
  }

  /** The running call of the Distiller, the time, and what ran last. */
  get doing(): string {
    if (this.#driving === undefined) return 'it was in no call of the Distiller, and waited for something else';
    const now = Math.round(this.clock.now());
    return `it was in ${this.#driving}, at ${now} ms of virtual time, and the last sparkle was ${this.#settleLimit.last}`;
  }

  async #refuse(why: Error): Promise<never> {
    if (this.#refused) return new Promise(() => {});
    this.#refused = true;
    await afterMicrotasks();
    throw why;
  }

  /** Nothing else happens until this promise is settled. */
  async hold<T>(something: Promise<T>): Promise<T> {
    this.#held.add(something);
    try {
      return await something;
    } finally {
      this.#held.delete(something);
    }
  }

  /**
   * Runs steps while `goesOn` returns true, up to `until`; false if nothing more was to be done by then.
   * @param isSure whether it runs until then in any case.
   */
  async stepWhile(goesOn: () => boolean, until: number, isSure = false): Promise<boolean> {
    let outcome: 'stopped' | 'held' | 'nothing to do' | undefined;
    this.#settleLimit.over();
    // Everything at this instant runs, however long it takes.
    const isTimed = until > this.clock.now();
    const step = (): boolean => {
      if (!goesOn() || this.#isBroken || (isTimed && this.#isPast(until))) outcome = 'stopped';
      else if (this.#isHeld) outcome = 'held';
      else if (this.#step(until, isSure)) return true;
      else outcome = 'nothing to do';
      return false;
    };
    for (;;) {
      await eachAfterMicrotasks(step);
      if (outcome !== 'held') return outcome === 'stopped';
      await this.#release();
    }
  }

  /** Whether nothing is left to run, now or later. */
  get isIdle(): boolean {
    return !this.#isBusy && this.clock.timers === 0;
  }

  /** Whether something could run now, or after held work is done. */
  get #isBusy(): boolean {
    return this.clock.polls > 0 || this.#isHeld;
  }

  /** After a stop it waits for no more work in real time. */
  get #isHeld(): boolean {
    return this.#held.size > 0 && this.#stopped === undefined;
  }

  /** Runs steps until nothing is left to do at this instant. */
  async settle(): Promise<void> {
    await this.stepWhile(() => this.#isBusy, this.clock.now());
  }

  /** Runs steps up to a time, and stops there. */
  async advanceTo(until: number): Promise<void> {
    const stopped = await this.stepWhile(() => true, until, true);
    if (!stopped) this.clock.moveTo(until);
  }

  /** Runs steps until `promise` is settled; virtual time does not advance. */
  async whileReal<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const settle = (): void => void (settled = true);
    promise.then(settle, settle);
    for (;;) {
      await this.settle();
      if (settled) return promise;
      if (this.#isBroken) throw (this.recording.broken ?? this.#stopped) as Error;
      await Promise.race([promise, sleep(REAL_STEP)]).catch(() => {});
      await afterMicrotasks();
    }
  }

  /** Lets real time pass, and virtual time with it. */
  async realTime(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    while (this.clock.now() < end && !this.#isBroken) {
      const step = Math.min(REAL_STEP, end - this.clock.now());
      await sleep(step);
      await this.advanceTo(this.clock.now() + step);
    }
    await this.settle();
  }

  /** Whether an invariant has failed: then nothing else happens, except for the end of the apps. */
  get #isBroken(): boolean {
    return this.#isStopped || (this.recording.broken !== undefined && this.#driving !== 'finish()');
  }

  get #isStopped(): boolean {
    return this.#stopped !== undefined && !this.#ends;
  }

  async #release(): Promise<void> {
    while (this.#isHeld) {
      await Promise.race([Promise.allSettled(this.#held), sleep(REAL_STEP)]);
      await afterMicrotasks();
    }
  }

  /** Whether sparkles that take time are still running or waiting at the end. */
  #isPast(until: number): boolean {
    return this.recording.takes !== undefined && this.clock.now() > until;
  }

  /** One step: time advances if no loop has something to do, and one loop runs a turn; microtasks must run after it. */
  #step(until: number, isSure: boolean): boolean {
    const goesOn = this.#stepOnce(until);
    // Time advances here, and between steps by the time that sparkles take.
    const now = this.clock.now();
    if (now === this.#seenAt) return goesOn;
    this.#seenAt = now;
    if (now <= until) this.#settleLimit.over();
    this.#instants.passed(this.#driving!, now, isSure ? until : Infinity, this.#settleLimit.last);
    return goesOn;
  }

  #stepOnce(until: number): boolean {
    // This became due while a sparkle took time: it does not wait for the whole queue.
    if (this.clock.nextAt < this.clock.now()) this.#moveOn();
    else if (this.clock.polls > 0) this.#turn();
    else if (this.clock.nextAt <= until) {
      this.#moveOn();
      if (this.clock.polls > 0) this.#turn();
    } else return false;
    return true;
  }

  #turn(): void {
    this.#settleLimit.turnBegins();
    const { polls } = this.clock;
    this.#call(this.clock.takePoll(polls === 1 ? 0 : this.#order.below(polls)));
    this.#settleLimit.turnEnded();
  }

  #moveOn(): void {
    this.#settleLimit.turnBegins();
    this.clock.fireNext(this.#call);
    this.#settleLimit.turnEnded();
  }

  readonly #call = (callback: () => void): void => {
    try {
      callback();
    } catch (thrown) {
      this.#thrown.push(thrown);
    }
  };

  #throwWhatWasThrown(): void {
    const thrown = this.#thrown.splice(0);
    const { broken } = this.recording;
    this.recording.broken = undefined;
    if (broken !== undefined) throw broken;
    if (this.#isStopped && !this.#refused) {
      this.#refused = true;
      throw this.#stopped as Error;
    }
    if (thrown.length === 1) throw thrown[0];
    if (thrown.length > 1) throw new AggregateError(thrown, 'timers or the network threw');
  }
}
