import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { PeriodTimer } from '../core/time/timer.js';

/** So many instants one call may go through where nobody says otherwise: some tens of seconds of the machine's time. */
export const INSTANT_LIMIT = 10_000_000;

/** After a hundredth of them it is looked at how many there will be: a timer that still fires then is not one that is stopped at once. */
const SAMPLES = 100;

/**
 * The instants of virtual time that a call of the Distiller goes through. A timer of a microsecond in an hour has 3.6 billion: that is told after a
 * hundred thousand, which takes about a second, and not waited for.
 */
export class Instants {
  /** The timer that fired last: who takes for ever is named. */
  lastTimer: AnyTonic | undefined = undefined;
  readonly #most: number;
  readonly #sample: number;
  #count = 0;
  #nextLook = 0;

  /** @param most how many a call may go through. */
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
   * Time has moved on.
   *
   * @param until when the call ends; `Infinity` where something else may end it before.
   * @throws {TaskTonicError} `TT_TAKES_FOR_EVER` where there are more than may be, or where a timer will make as many.
   */
  passed(what: string, now: number, until: number, lastSparkle: string): void {
    if (++this.#count < this.#nextLook) return;
    const count = this.#count + (until === Infinity ? 0 : this.#timesUntil(until - now));
    if (count >= this.#most) throw this.#takesForEver(what, Math.round(count), lastSparkle);
    this.#nextLook += this.#sample;
  }

  /** How often the timer that fired last will fire in so much time. */
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
