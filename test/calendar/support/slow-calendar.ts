const MINUTE = 60_000;
/** Where a zone shows the same shift at both ends of so much time, it is taken to show it in each minute between. */
const QUARTER = 15;
const DAY = 1_440 * MINUTE;
/** No clock is changed by more than a day within the year: it stands at most two days from where it would be without that. */
const NEAR = 2_880;

/**
 * What the clocks of a zone show in each minute of a year, found by asking `Intl` about each quarter of an hour, and each minute of one
 * in which they are changed. Slow, and without any thought of rules, so that it can be believed.
 */
export class SlowCalendar {
  /** The first and the last instant that it can tell of. */
  readonly begin: number;
  readonly end: number;
  /** When the clocks are changed. */
  readonly changes: readonly number[];
  /** The reading of each minute from `begin` on, as if it were UTC, in minutes: whole numbers, of which there are half a million. */
  readonly #local: Int32Array;

  constructor(
    readonly zone: string,
    readonly year: number,
  ) {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const shownAt = (at: number): number => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) / MINUTE;
    this.begin = Date.UTC(year, 0, 1) - DAY;
    const count = (Date.UTC(year + 1, 0, 1) + DAY - this.begin) / MINUTE;
    this.end = this.#at(count - 1);
    this.#local = new Int32Array(count);
    let shown = shownAt(this.begin);
    for (let n = 0; n < count; n += QUARTER) {
      const next = shownAt(this.#at(n + QUARTER));
      const steady = next - shown === QUARTER;
      for (let more = 0; more < QUARTER; more++) {
        this.#local[n + more] = steady ? shown + more : shownAt(this.#at(n + more));
      }
      shown = next;
    }
    this.changes = this.#when((local, n) => n > 0 && local !== this.#local[n - 1]! + 1);
  }

  /** When the clocks show so many ms past each hour or minute. */
  whenPast(period: number, past: number): number[] {
    const withinMinute = past % MINUTE;
    const every = period / MINUTE;
    const wanted = ((past - withinMinute) / MINUTE) % every;
    return this.#when((local) => local % every === wanted).map((at) => at + withinMinute);
  }

  /** When it is so many ms after midnight on each date that fits. */
  whenOn(fits: (date: Date) => boolean, timeOfDay: number): number[] {
    const first = this.#local[0]! * MINUTE;
    const last = this.#local.at(-1)! * MINUTE;
    const times: number[] = [];
    for (let day = Math.ceil(first / DAY) * DAY; day + timeOfDay <= last; day += DAY) {
      if (fits(new Date(day))) times.push(this.#instantOf(day + timeOfDay));
    }
    return times;
  }

  /** The first minute that shows it; where none does, as much after the last one before it as it would have been. */
  #instantOf(local: number): number {
    const minute = Math.floor(local / MINUTE);
    const guess = minute - this.#local[0]!;
    const from = Math.max(guess - NEAR, 0);
    const near = this.#local.subarray(from, guess + NEAR);
    let n = near.indexOf(minute);
    if (n < 0) n = near.findIndex((shown) => shown > minute) - 1;
    return this.#at(from + n) + (local - near[n]! * MINUTE);
  }

  #at(n: number): number {
    return this.begin + n * MINUTE;
  }

  #when(fits: (local: number, n: number) => boolean): number[] {
    const times: number[] = [];
    for (let n = 0; n < this.#local.length; n++) if (fits(this.#local[n]!, n)) times.push(this.#at(n));
    return times;
  }
}

// ---- What fits, told by looking at the days around ----

type Fits = (date: Date) => boolean;

const shifted = (date: Date, days: number): Date => new Date(date.getTime() + days * DAY);
const sameMonth = (a: Date, b: Date): boolean => a.getUTCMonth() === b.getUTCMonth();

export const anyDate: Fits = () => true;

/** 1 for Monday to 7. */
export function weekday(date: Date): number {
  return date.getUTCDay() === 0 ? 7 : date.getUTCDay();
}

/** How many days of its month are like it, up to and with it (`-1`) or from it on (`1`). */
function countLike(date: Date, direction: 1 | -1, like: Fits): number {
  let count = 0;
  for (let day = date; sameMonth(day, date); day = shifted(day, direction)) if (like(day)) count++;
  return count;
}

/** The n-th of those days of its month that are like it; counted from the end where n is negative. */
function nthLike(date: Date, n: number, like: Fits): boolean {
  const fromBegin = countLike(date, -1, like);
  const fromEnd = countLike(date, 1, like);
  const [near, far] = n > 0 ? [fromBegin, fromEnd] : [fromEnd, fromBegin];
  return near === Math.abs(n) || (far === 1 && near < Math.abs(n));
}

export function dayOfMonth(n: number): Fits {
  return (date) => nthLike(date, n, anyDate);
}

export function weekdayOfMonth(day: number, n: number): Fits {
  return (date) => weekday(date) === day && nthLike(date, n, (other) => weekday(other) === day);
}

export function inMonth(month: number, fits: Fits): Fits {
  return (date) => date.getUTCMonth() + 1 === month && fits(date);
}

/** A week belongs to the year of its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = shifted(date, 4 - weekday(date));
  const year = thursday.getUTCFullYear();
  let week = 1;
  for (let day = shifted(thursday, -7); day.getUTCFullYear() === year; day = shifted(day, -7)) week++;
  return { year, week };
}

export function dayOfIsoWeek(week: number, day: number): Fits {
  return (date) => {
    if (weekday(date) !== day) return false;
    const of = isoWeek(date);
    return of.week === week || (of.week < week && isoWeek(shifted(date, 7)).year > of.year);
  };
}
