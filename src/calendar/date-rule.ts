import type { Dates } from './dates.js';
import type { Rule } from './rule.js';
import { instantOf, zoned } from './time-zone.js';

/**
 * A time of day on certain dates.
 *
 * Dates are numbered, so the neighbours of one and the distance of two are known without a walk from one to the other.
 */
export class DateRule implements Rule {
  readonly #dates: Dates;
  readonly #timeOfDay: number;
  readonly timeZone: string;
  /** The time that was given last, and its number: who asks for the next one asks with it. */
  #last = { at: NaN, index: 0 };

  constructor(dates: Dates, timeOfDay: number, timeZone: string) {
    this.#dates = dates;
    this.#timeOfDay = timeOfDay;
    this.timeZone = timeZone;
  }

  after(instant: number): number {
    let index = instant === this.#last.at ? this.#last.index : this.#indexUpTo(instant);
    let at: number;
    // Two dates have one time where a zone left out a whole day.
    do at = this.#at(++index);
    while (at <= instant);
    this.#last = { at, index };
    return at;
  }

  upTo(instant: number): number {
    return this.#at(this.#indexUpTo(instant));
  }

  count(from: number, to: number): number {
    return this.#indexUpTo(to) - this.#indexUpTo(from);
  }

  /** The number of the last time at or before an instant. */
  #indexUpTo(instant: number): number {
    // One more, since a clock that is put back over midnight shows the date before once more.
    let index = this.#dates.indexFrom(zoned(instant, this.timeZone).toPlainDate()) + 1;
    while (this.#at(index) > instant) index--;
    return index;
  }

  #at(index: number): number {
    return instantOf(this.#dates.date(index), this.#timeOfDay, this.timeZone);
  }
}
