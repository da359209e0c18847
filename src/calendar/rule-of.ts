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
import { type Unchecked, checkedOptions } from './options.js';
import type { Rule } from './rule.js';
import { timeOptions, timeWithin } from './time-of-day.js';
import { timeZoneOf } from './time-zone.js';
import { type Refuse, monthOf, refuserOf, shown, weekdayOf, wholeNumber } from './words.js';

// What the options of each calendar timer mean. All throw `TT_BAD_OPTION`.

export function everyMinute(options: unknown, className: string): Rule {
  return clockRule('minute', 60_000, options, className);
}

export function everyHour(options: unknown, className: string): Rule {
  return clockRule('hour', 3_600_000, options, className);
}

export function everyDay(options: unknown, className: string): Rule {
  return dateRule([], options, className, () => everyDate);
}

export function everyWeek(options: unknown, className: string): Rule {
  return dateRule(['day'], options, className, ({ day }, refuse) => {
    const days = (Array.isArray(day) ? day : [day]).map((one) => dayOfWeek(one, refuse));
    if (days.length === 0) throw refuse('day', 'the list is empty');
    return datesOfWeek([...new Set(days)].sort((a, b) => a - b));
  });
}

export function everyMonth(options: unknown, className: string): Rule {
  return dateRule(['day', 'inWeek'], options, className, (given, refuse) => dateOfMonth(dayWithinMonth(given, refuse)));
}

export function everyYear(options: unknown, className: string): Rule {
  return dateRule(['month', 'day', 'inWeek', 'week'], options, className, (given, refuse) => {
    const { month, week, day, inWeek } = given;
    if (week === undefined)
      return dateOfYear(monthOf(needed(month, 'month', refuse), refuse), dayWithinMonth(given, refuse));
    if (month !== undefined) throw refuse('week', 'give it, or month, not both');
    if (inWeek !== undefined) throw refuse('inWeek', 'it goes with month, not with week');
    return dateOfIsoYear(wholeNumber(week, 'week', 1, 53, refuse), dayOfWeek(day, refuse));
  });
}

function clockRule(period: 'minute' | 'hour', ms: number, options: unknown, className: string): Rule {
  const refuse = refuserOf(className);
  const given = checkedOptions(options, timeOptions[period], refuse);
  return new ClockRule(ms, timeWithin(period, given, refuse), timeZoneOf(given['timeZone'], refuse));
}

function dateRule(
  own: readonly string[],
  options: unknown,
  className: string,
  datesOf: (given: Unchecked, refuse: Refuse) => Dates,
): Rule {
  const refuse = refuserOf(className);
  const given = checkedOptions(options, [...own, ...timeOptions.day], refuse);
  const dates = datesOf(given, refuse);
  return new DateRule(dates, timeWithin('day', given, refuse), timeZoneOf(given['timeZone'], refuse));
}

/** `day: -1`, or `day: 'monday', inWeek: 2`. */
function dayWithinMonth({ day, inWeek }: Unchecked, refuse: Refuse): DayOfMonth {
  if (typeof day === 'string') {
    return weekdayOfMonth(weekdayOf(day, refuse), wholeNumber(inWeek ?? 1, 'inWeek', -6, 6, refuse));
  }
  if (inWeek !== undefined)
    throw refuse('inWeek', `it goes with the name of a day of the week, and day is ${shown(day)}`);
  return dayOfMonth(wholeNumber(needed(day, 'day', refuse), 'day', -31, 31, refuse, 'the name of a day of the week'));
}

/** 1 for Monday to 7. */
function dayOfWeek(day: unknown, refuse: Refuse): number {
  if (typeof day === 'string') return weekdayOf(day, refuse);
  const number = wholeNumber(needed(day, 'day', refuse), 'day', -7, 7, refuse, 'the name of a day of the week');
  return number > 0 ? number : 8 + number;
}

function needed(value: unknown, option: string, refuse: Refuse): unknown {
  if (value !== undefined) return value;
  throw refuse(option, 'it is missing, and must be given');
}
