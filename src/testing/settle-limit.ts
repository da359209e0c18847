import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import type { Sparkle } from '../core/plan/plan.js';
import { machineTime, workTime } from './real-time.js';

/** So much may run at one instant, and so long: more never comes to rest, for time cannot go on meanwhile. */
const MOST_ORDERS = 1_000_000;
const MOST_TURNS = 100_000;
/** How many ms of work at one instant are taken for one that never ends, where nobody says otherwise. */
export const SETTLE_WITHIN = 5_000;
/** Between two looks at the machine's time run so many orders at most: a look costs about as much as an order. */
const ORDERS_PER_LOOK = 64;
/** So many ms between two looks are long: then each order is looked at. */
const LONG_LOOK = 10;

/** What has been done at the instant of virtual time that is. */
export class SettleLimit {
  /** What ran last: who never comes to rest is named. */
  lastTonic: AnyTonic | undefined = undefined;
  lastSparkle: Sparkle | undefined = undefined;
  readonly #most: number;
  #orders = 0;
  #turns = 0;
  /** Of the machine's time that turns have taken: what a test waits for meanwhile is not counted. */
  #ms = 0;
  /** What the process had worked when the instant began to be long: on a busy machine time passes in which it does not. */
  #workedBefore: number | undefined;
  #lookedAt = 0;
  #nextLook = 0;
  #pace = 1;

  /** @param most how many ms may be worked. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The sparkle that ran last, at whatever instant, and whose it was. */
  get last(): string {
    return `${this.lastSparkle?.key ?? 'nothing'} of ${this.lastTonic?.name ?? 'nobody'}`;
  }

  /** Time has moved on. */
  over(): void {
    this.#orders = this.#turns = this.#ms = this.#nextLook = 0;
    this.#workedBefore = undefined;
  }

  /** @throws {TaskTonicError} `TT_NEVER_SETTLES` where there were too many. */
  turnBegins(): void {
    if (++this.#turns > MOST_TURNS || this.#orders > MOST_ORDERS || this.#isTooLong) throw this.#neverSettles();
    this.#lookedAt = machineTime();
    this.#pace = 1;
    this.#nextLook = this.#orders + 1;
  }

  turnEnded(): void {
    this.#look();
  }

  /** An order has been carried out; true where the turn is to end, for it has taken too long. */
  orderRan(): boolean {
    if (++this.#orders < this.#nextLook) return false;
    const took = this.#look();
    this.#pace = took > LONG_LOOK ? 1 : Math.min(this.#pace * 2, ORDERS_PER_LOOK);
    this.#nextLook = this.#orders + this.#pace;
    return this.#isTooLong;
  }

  /** Both, for the machine's time is cheap to look at. */
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
