import type { Clock } from './clock.js';

/** So much a second, and so much at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What something is taken from no faster than its rate. */
export interface Bucket {
  /** Takes one, where it has one. */
  takeOne(): boolean;
  /**
   * Takes so many, which are gone already, more than it has if need be.
   * @returns how long who took them is to wait, in ms, until that is made up for.
   */
  take(count: number): number;
}

/** A bucket that fills with time, up to its burst: what is taken from it is taken no faster than its rate. */
export class TokenBucket implements Bucket {
  readonly #rate: Rate;
  readonly #clock: Pick<Clock, 'now'>;
  #level: number;
  #at: number;

  constructor(rate: Rate, clock: Pick<Clock, 'now'>) {
    this.#rate = rate;
    this.#clock = clock;
    this.#level = rate.burst;
    this.#at = clock.now();
  }

  takeOne(): boolean {
    this.#fill();
    // What was filled in parts may be less than what the same time fills at once.
    if (this.#level < 1 - 1e-9) return false;
    this.#level--;
    return true;
  }

  take(count: number): number {
    this.#fill();
    this.#level -= count;
    return this.#level >= 0 ? 0 : (-this.#level / this.#rate.perSecond) * 1_000;
  }

  #fill(): void {
    const now = this.#clock.now();
    const { perSecond, burst } = this.#rate;
    this.#level = Math.min(burst, this.#level + ((now - this.#at) / 1_000) * perSecond);
    this.#at = now;
  }
}
