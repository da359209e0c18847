import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { PeriodTimer } from '../core/time/timer.js';

/** The default limit of instants for one call; they take some tens of seconds of real time. */
export const INSTANT_LIMIT = 10_000_000;

/**
 * After a hundredth of the limit the number of instants is estimated: a timer that still fires then is not stopped
 * soon.
 */
const SAMPLES = 100;

/**
 * Counts the instants of virtual time that a call passes. A timer of a microsecond fires 3.6 billion times in an hour:
 * this is reported after a hundred thousand, in about a second.
 */
export class Instants {
  /** The timer that fired last, for the error. */
  lastTimer: AnyTonic | undefined = undefined;
  readonly #most: number;
  readonly #sample: number;
  #count = 0;
  #nextLook = 0;

  /** @param most the most instants of one call. */
  constructor(most: number) {
    this.#most = most;
    this.#sample = Math.ceil(most / SAMPLES);
  }

  /** A call begins. */
  begin(): void {
    this.#count = 0;
    this.#nextLook = this.#sample;
    this.lastTimer = undefined;
  }

  /**
   * Time has advanced.
   *
   * @param until the end of the call; `Infinity` if another event may end it earlier.
   * @throws {TaskTonicError} `TT_TAKES_FOR_EVER` beyond the limit, or if a timer will exceed it.
   */
  passed(what: string, now: number, until: number, lastSparkle: string): void {
    if (++this.#count < this.#nextLook) return;
    const count = this.#count + (until === Infinity ? 0 : this.#timesUntil(until - now));
    if (count >= this.#most) throw this.#takesForEver(what, Math.round(count), lastSparkle);
    this.#nextLook += this.#sample;
  }

  /** How often the last timer will fire in this time. */
  #timesUntil(ms: number): number {
    return this.lastTimer instanceof PeriodTimer ? ms / this.lastTimer.period : 0;
  }

  #takesForEver(what: string, count: number, lastSparkle: string): Error {
    const { lastTimer: timer } = this;
    const who = timer === undefined ? `the last sparkle was ${lastSparkle}` : `it is the timer ${named(timer)}`;
    return fail('TT_TAKES_FOR_EVER', { what, count, most: this.#most, who });
  }
}

function named(timer: AnyTonic): string {
  const of = timer._ttBase === undefined ? '' : ` of ${timer._ttBase.name}`;
  return `${timer.name}${of}${timer instanceof PeriodTimer ? `, with a period of ${timer.period} ms` : ''}`;
}
