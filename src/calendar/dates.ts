import type { Temporal } from 'temporal-polyfill';
import { temporal } from './temporal.js';

/** Dates that return for ever, numbered in their order. */
export interface Dates {
  date(index: number): Temporal.PlainDate;
  /** A number such that what falls on this date, or on the day after, has that one or the next, or a lower one. */
  indexFrom(date: Temporal.PlainDate): number;
}

const EPOCH = new temporal.PlainDate(1970, 1, 1);
/** A Monday. */
const FIRST_WEEK = new temporal.PlainDate(1969, 12, 29);

/** Every date. */
export const everyDate: Dates = {
  date: (index) => EPOCH.add({ days: index }),
  indexFrom: (date) => daysFrom(EPOCH, date),
};

/** Days of each week, 1 for Monday to 7; in order and each once. */
export function datesOfWeek(days: readonly number[]): Dates {
  const count = days.length;
  return {
    date(index) {
      const week = Math.floor(index / count);
      return FIRST_WEEK.add({ days: 7 * week + days[index - week * count]! - 1 });
    },
    indexFrom(date) {
      const week = Math.floor(daysFrom(FIRST_WEEK, date) / 7);
      return week * count + days.filter((day) => day < date.dayOfWeek).length;
    },
  };
}

/** One day of each month. */
export function dateOfMonth(day: DayOfMonth): Dates {
  return {
    date(index) {
      const year = Math.floor(index / 12);
      return day(new temporal.PlainYearMonth(year, index - 12 * year + 1));
    },
    indexFrom: ({ year, month }) => 12 * year + month - 1,
  };
}

/** One day of a month in each year. */
export function dateOfYear(month: number, day: DayOfMonth): Dates {
  return {
    date: (year) => day(new temporal.PlainYearMonth(year, month)),
    indexFrom: ({ year }) => year,
  };
}

/** One day of an ISO 8601 week in each year; week 53 is the last one where a year has 52. */
export function dateOfIsoYear(week: number, day: number): Dates {
  return {
    date(year) {
      const last = new temporal.PlainDate(year, 12, 28).weekOfYear!;
      // The 4th of January is in the first week, whatever its day.
      const fourth = new temporal.PlainDate(year, 1, 4);
      return fourth.add({ days: 7 * (Math.min(week, last) - 1) + day - fourth.dayOfWeek });
    },
    indexFrom: ({ yearOfWeek }) => yearOfWeek!,
  };
}

/** Picks one day of a month. What is past its end is the last that there is; counted from the end, past its beginning, the first. */
export type DayOfMonth = (month: Temporal.PlainYearMonth) => Temporal.PlainDate;

/** 1 for the first day; -1 for the last. */
export function dayOfMonth(day: number): DayOfMonth {
  return (month) => {
    const { daysInMonth } = month;
    return month.toPlainDate({ day: day > 0 ? Math.min(day, daysInMonth) : Math.max(daysInMonth + day + 1, 1) });
  };
}

/** The first (1), second, ... or last (-1) Monday (1) to Sunday (7) of a month. */
export function weekdayOfMonth(weekday: number, inWeek: number): DayOfMonth {
  return (month) => {
    const first = 1 + ((weekday - month.toPlainDate({ day: 1 }).dayOfWeek + 7) % 7);
    const count = Math.floor((month.daysInMonth - first) / 7) + 1;
    const nth = inWeek > 0 ? Math.min(inWeek, count) : Math.max(count + inWeek + 1, 1);
    return month.toPlainDate({ day: first + 7 * (nth - 1) });
  };
}

function daysFrom(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: 'day' }).days;
}
