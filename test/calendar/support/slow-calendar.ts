/** A minute of a year, as the clocks of a zone show it: `local` is that reading as if it were UTC. */
interface Minute {
  readonly at: number;
  readonly local: number;
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/**
 * What the clocks of a zone show in each minute of a year, found by asking `Intl` for each of them. Slow, and without any thought
 * of offsets, so that it can be believed.
 */
export class SlowCalendar {
  readonly #minutes: readonly Minute[];

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
    const minutes: Minute[] = [];
    for (let at = Date.UTC(year, 0, 1) - DAY; at < Date.UTC(year + 1, 0, 1) + DAY; at += MINUTE) {
      minutes.push({ at, local: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) });
    }
    this.#minutes = minutes;
  }

  /** The first and the last instant that it can tell of. */
  get begin(): number {
    return this.#minutes[0]!.at;
  }

  get end(): number {
    return this.#minutes.at(-1)!.at;
  }

  /** When the clocks are changed. */
  get changes(): number[] {
    return this.#minutes
      .filter(({ local }, n) => n > 0 && local !== this.#minutes[n - 1]!.local + MINUTE)
      .map(({ at }) => at);
  }

  /** When the clocks show so many ms past each hour or minute. */
  whenPast(period: number, past: number): number[] {
    const withinMinute = past % MINUTE;
    return this.#minutes
      .filter(({ local }) => local % period === (past - withinMinute) % period)
      .map(({ at }) => at + withinMinute);
  }

  /** When it is so many ms after midnight on each date that fits. */
  whenOn(fits: (date: Date) => boolean, timeOfDay: number): number[] {
    const first = this.#minutes[0]!.local;
    const last = this.#minutes.at(-1)!.local;
    const times: number[] = [];
    for (let day = Math.ceil(first / DAY) * DAY; day + timeOfDay <= last; day += DAY) {
      if (fits(new Date(day))) times.push(this.#instantOf(day + timeOfDay));
    }
    return times;
  }

  /** The first minute that shows it; where none does, as much after the last one before it as it would have been. */
  #instantOf(local: number): number {
    const minute = local - (local % MINUTE);
    // No clock is changed by more than a day within the year: it stands at most two days from where it would be without that.
    const guess = (minute - this.#minutes[0]!.local) / MINUTE;
    const near = this.#minutes.slice(Math.max(guess - 2_880, 0), guess + 2_880);
    const showing = near.find((one) => one.local === minute);
    if (showing !== undefined) return showing.at + (local - minute);
    const before = near[near.findIndex((one) => one.local > minute) - 1]!;
    return before.at + (local - before.local);
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
