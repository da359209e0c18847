import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import type { Sparkle } from '../core/plan/plan.js';
import { machineTime, workTime } from './real-time.js';

/** The most orders at one instant; more would never end, because time cannot advance meanwhile. */
const MOST_ORDERS = 1_000_000;
const MOST_TURNS = 100_000;
/** The default limit of CPU time at one instant, in ms. */
export const SETTLE_WITHIN = 5_000;
/** The most orders between two readings of real time: a reading takes as long as an order. */
const ORDERS_PER_LOOK = 64;
/** If this many ms pass between two readings, real time is read after each order. */
const LONG_LOOK = 10;

/** Counts the work at the present instant of virtual time. */
export class SettleLimit {
  /** The Tonic that ran last, for the error. */
  lastTonic: AnyTonic | undefined = undefined;
  lastSparkle: Sparkle | undefined = undefined;
  readonly #most: number;
  #orders = 0;
  #turns = 0;
  /** The real time of the turns, without the time in which the test waits. */
  #ms = 0;
  /** The CPU time of the process when the instant became long: on a busy machine real time passes without work. */
  #workedBefore: number | undefined;
  #lookedAt = 0;
  #nextLook = 0;
  #pace = 1;

  /** @param most the most ms of work. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The sparkle that ran last, and its Tonic. */
  get last(): string {
    return `${this.lastSparkle?.key ?? 'nothing'} of ${this.lastTonic?.name ?? 'nobody'}`;
  }

  /** Time has advanced. */
  over(): void {
    this.#orders = this.#turns = this.#ms = this.#nextLook = 0;
    this.#workedBefore = undefined;
  }

  /** @throws {TaskTonicError} `TT_NEVER_SETTLES` if there were too many orders. */
  turnBegins(): void {
    if (++this.#turns > MOST_TURNS || this.#orders > MOST_ORDERS || this.#isTooLong) throw this.#neverSettles();
    this.#lookedAt = machineTime();
    this.#pace = 1;
    this.#nextLook = this.#orders + 1;
  }

  turnEnded(): void {
    this.#look();
  }

  /** An order was carried out; true if the turn must end because it has taken too long. */
  orderRan(): boolean {
    if (++this.#orders < this.#nextLook) return false;
    const took = this.#look();
    this.#pace = took > LONG_LOOK ? 1 : Math.min(this.#pace * 2, ORDERS_PER_LOOK);
    this.#nextLook = this.#orders + this.#pace;
    return this.#isTooLong;
  }

  /** Checks real time first, because it is cheap to read. */
  get #isTooLong(): boolean {
    return this.#ms > this.#most && workTime() - (this.#workedBefore ??= workTime()) > this.#most;
  }

  #look(): number {
    const now = machineTime();
    const took = now - this.#lookedAt;
    this.#lookedAt = now;
    this.#ms += took;
    if (this.#ms > LONG_LOOK) this.#workedBefore ??= workTime();
    return took;
  }

  #neverSettles(): Error {
    const who =
      this.#orders === 0
        ? 'timers fire again and again, and no sparkle ran'
        : `the last sparkle was ${this.#lastWithBase}`;
    return fail('TT_NEVER_SETTLES', { orders: this.#orders, turns: this.#turns, ms: Math.round(this.#ms), who });
  }

  get #lastWithBase(): string {
    const { lastTonic: tonic } = this;
    const base = tonic?._ttBase ?? tonic?._ttFarBase;
    return `${this.last}${base === undefined ? '' : `, whose base is ${base.name}`}`;
  }
}
