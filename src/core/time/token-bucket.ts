import type { Clock } from './clock.js';

/** A rate in units a second, and the most at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket: it fills with time, up to its burst, so units are taken no faster than its rate. */
export class TokenBucket {
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

  /** Takes one unit, if there is one. */
  takeOne(): boolean {
    this.#fill();
    // Filling in several steps may give slightly less than filling at once.
    if (this.#level < 1 - 1e-9) return false;
    this.#level--;
    return true;
  }

  /**
   * Takes units that were already used, even if there are too few.
   * @returns how long the user must wait until they are made up for, in ms.
   */
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
