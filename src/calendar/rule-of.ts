import { badOption, missingOption } from '../core/options/option-problem.js';
import { ClockRule } from './clock-rule.js';
import { DateRule } from './date-rule.js';
import {
  type DayOfMonth,
  type Dates,
  dateOfIsoYear,
  dateOfMonth,
  dateOfYear,
  datesOfWeek,
  dayOfMonth,
  everyDate,
  weekdayOfMonth,
} from './dates.js';
import type { DayOfWeek, Given, TimerEveryWeekOptions } from './options.js';
import type { Rule } from './rule.js';
import { timeWithin } from './time-of-day.js';
import { timeZoneOf } from './time-zone.js';
import { monthOf, weekdayOf } from './date-names.js';

// What the options of each calendar timer mean, after each of them has been looked at; whether they go together is looked at here. All
// throw `TT_BAD_OPTION`, `of` which class.

export function everyMinute(options: Given, of: string): Rule {
  return new ClockRule(60_000, timeWithin('minute', options, of), timeZoneOf(options.timeZone, of));
}

export function everyHour(options: Given, of: string): Rule {
  return new ClockRule(3_600_000, timeWithin('hour', options, of), timeZoneOf(options.timeZone, of));
}

export function everyDay(options: Given, of: string): Rule {
  return dateRule(everyDate, options, of);
}

export function everyWeek(
  { day, ...options }: Pick<TimerEveryWeekOptions, 'day'> & Omit<Given, 'day'>,
  of: string,
): Rule {
  const days = (Array.isArray(day) ? (day as readonly DayOfWeek[]) : [day as DayOfWeek]).map((one) =>
    dayOfWeek(one, of),
  );
  return dateRule(datesOfWeek([...new Set(days)].sort((a, b) => a - b)), options, of);
}

export function everyMonth(options: Given, of: string): Rule {
  return dateRule(dateOfMonth(dayWithinMonth(options, of)), options, of);
}

export function everyYear(options: Given, of: string): Rule {
  return dateRule(dateWithinYear(options, of), options, of);
}

function dateWithinYear(options: Given, of: string): Dates {
  const { month, week, day, inWeek } = options;
  if (week === undefined) {
    if (month === undefined) throw missingOption(of, 'month');
    return dateOfYear(monthOf(month, of), dayWithinMonth(options, of));
  }
  if (month !== undefined) throw badOption(of, 'week', 'give it, or month, not both');
  if (inWeek !== undefined) throw badOption(of, 'inWeek', 'it goes with month, not with week');
  if (typeof day === 'number' && Math.abs(day) > 7)
    throw badOption(of, 'day', `it is ${day}, and must be a whole number, 1 to 7 or -1 to -7, with week`);
  return dateOfIsoYear(week, dayOfWeek(day!, of));
}

function dateRule(dates: Dates, options: Given, of: string): Rule {
  return new DateRule(dates, timeWithin('day', options, of), timeZoneOf(options.timeZone, of));
}

/** `day: -1`, or `day: 'monday', inWeek: 2`. */
function dayWithinMonth({ day, inWeek }: Given, of: string): DayOfMonth {
  if (typeof day === 'string') return weekdayOfMonth(weekdayOf(day, of), inWeek ?? 1);
  if (inWeek !== undefined)
    throw badOption(of, 'inWeek', `it goes with the name of a day of the week, and day is ${day}`);
  return dayOfMonth(day!);
}

/** 1 for Monday to 7. */
function dayOfWeek(day: DayOfWeek, of: string): number {
  if (typeof day === 'string') return weekdayOf(day, of);
  return day > 0 ? day : 8 + day;
}
