import type { Clock } from './clock.js';
import type { Bucket, Rate } from './token-bucket.js';

/** The latest time that is written down, in ticks: what would be full later is full then. */
const LATEST = 2n ** 62n;
/** A tick is a nanosecond, or as much longer as a whole burst needs to be fewer of them than this. */
const TICKS_OF_MS = 1e6;
const MOST_TICKS = 2 ** 60;

/**
 * A {@link TokenBucket} that threads share: what all of them take is no faster than its rate. It is one number, changed at one stroke: the time at
 * which the bucket is full again. So nobody waits for another thread, and one that dies leaves nothing locked.
 */
export class SharedBucket implements Bucket {
  readonly #fullAt: BigInt64Array;
  readonly #at: number;
  readonly #clock: Pick<Clock, 'now' | 'zero'>;
  readonly #ticksOfMs: number;
  /** How long one takes to come, in ticks. */
  readonly #each: number;
  /** How long the whole burst takes. */
  readonly #burst: number;

  /** @param at its place in the numbers that are shared. */
  constructor(rate: Rate, clock: Pick<Clock, 'now' | 'zero'>, numbers: BigInt64Array, at: number) {
    this.#fullAt = numbers;
    this.#at = at;
    this.#clock = clock;
    const each = 1_000 / rate.perSecond;
    this.#ticksOfMs = Math.min(TICKS_OF_MS, MOST_TICKS / (rate.burst * each));
    this.#each = each * this.#ticksOfMs;
    this.#burst = rate.burst * this.#each;
  }

  takeOne(): boolean {
    for (;;) {
      const now = this.#now;
      const before = Atomics.load(this.#fullAt, this.#at);
      const after = this.#later(before, now, 1);
      // What was filled in parts may be less than what the same time fills at once.
      if (Number(after - now) > this.#burst + 1) return false;
      if (this.#replaced(before, after)) return true;
    }
  }

  take(count: number): number {
    for (;;) {
      const now = this.#now;
      const before = Atomics.load(this.#fullAt, this.#at);
      const after = this.#later(before, now, count);
      if (this.#replaced(before, after)) return Math.max(0, Number(after - now) - this.#burst) / this.#ticksOfMs;
    }
  }

  get #now(): bigint {
    return BigInt(Math.round(((this.#clock.zero ?? 0) + this.#clock.now()) * this.#ticksOfMs));
  }

  #later(before: bigint, now: bigint, count: number): bigint {
    const from = before > now ? before : now;
    const after = from + BigInt(Math.round(Math.min(count * this.#each, Number(LATEST))));
    return after < LATEST ? after : LATEST;
  }

  #replaced(before: bigint, after: bigint): boolean {
    return Atomics.compareExchange(this.#fullAt, this.#at, before, after) === before;
  }
}
