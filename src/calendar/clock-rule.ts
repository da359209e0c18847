import type { Rule } from './rule.js';
import { changeAfter, offsetAt } from './time-zone.js';

/**
 * Whenever the clocks of a zone show so much past the hour, or past the minute.
 *
 * Between two changes of the clocks that is a plain period. Where they are put forward or back by whole hours it stays one: an
 * hour that is there twice has its time twice.
 */
export class ClockRule implements Rule {
  readonly #period: number;
  readonly #past: number;
  readonly timeZone: string;

  /** @param period an hour or a minute, in ms. @param past how much later than its beginning, in ms. */
  constructor(period: number, past: number, timeZone: string) {
    this.#period = period;
    this.#past = past;
    this.timeZone = timeZone;
  }

  after(instant: number): number {
    const offset = offsetAt(instant, this.timeZone);
    const at = this.#at(this.#ticks(instant, offset) + 1, offset);
    if (offsetAt(at, this.timeZone) === offset) return at;
    // The clocks are changed on the way there, and show something else from then on.
    const change = changeAfter(instant, this.timeZone);
    const changed = offsetAt(change, this.timeZone);
    return this.#at(this.#ticks(change - 1, changed) + 1, changed);
  }

  upTo(instant: number): number {
    const offset = offsetAt(instant, this.timeZone);
    const at = this.#at(this.#ticks(instant, offset), offset);
    const before = offsetAt(at, this.timeZone);
    if (before === offset) return at;
    const end = changeAfter(at, this.timeZone) - 1;
    return this.#at(this.#ticks(end, before), before);
  }

  count(from: number, to: number): number {
    let count = 0;
    for (let begin = from, at = from; begin < to;) {
      const offset = offsetAt(at, this.timeZone);
      const end = Math.min(changeAfter(at, this.timeZone) - 1, to);
      count += this.#ticks(end, offset) - this.#ticks(begin, offset);
      begin = end;
      at = end + 1;
    }
    return count;
  }

  /** How many times a clock with this offset has shown it by then. */
  #ticks(instant: number, offset: number): number {
    return Math.floor((instant + offset - this.#past) / this.#period);
  }

  /** When it shows it for the given time. */
  #at(tick: number, offset: number): number {
    return tick * this.#period + this.#past - offset;
  }
}
