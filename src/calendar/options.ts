import * as v from 'valibot';
import { anyTimerOptions } from '../core/options/timer-options.js';
import type { CalendarTimerOptions } from './calendar-timer.js';
import type { MonthName, WeekdayName } from './date-names.js';

/** A number from 0 to less than `most`, fractions allowed. */
function below(most: number) {
  const problem = `must be a number, 0 to less than ${most}`;
  return v.pipe(v.number(problem), v.minValue(0, problem), v.ltValue(most, problem));
}

/** A number that counts from the first to the last, or from the last on where it is negative; or a name. */
function numberOrName<Name extends string>(most: number, name: string, bothWays: boolean) {
  const range = bothWays ? `1 to ${most} or -1 to -${most}` : `1 to ${most}`;
  const problem = `must be a whole number, ${range}, or ${name}`;
  const number = v.pipe(
    v.number(problem),
    v.integer(problem),
    v.minValue(bothWays ? -most : 1, problem),
    v.maxValue(most, problem),
    v.notValue(0, problem),
  );
  return v.union([number, v.custom<Name>((value) => typeof value === 'string', problem)], problem);
}

/** What every calendar timer takes besides what every timer takes. */
export const zoneOption = {
  /** The time zone: an IANA name such as `Europe/Amsterdam`, or an offset such as `+05:30`. Default: the system's. */
  timeZone: v.optional(v.string('must be an IANA time zone, such as "Europe/Amsterdam"')),
};

const timeText = (example: string) => v.optional(v.string(`must be a text such as "${example}"`));

const secondOption = {
  /** From 0 to less than 60, fractions allowed, rounded to 0.001. */
  second: v.optional(below(60), 0),
};

const minuteOption = {
  /** From 0 to less than 60, fractions allowed. */
  minute: v.optional(below(60), 0),
};

export const minuteSchema = v.strictObject({
  /** Seconds past the minute as a text, instead of `second`: `30` or `30.5`. */
  time: timeText('59'),
  /** Seconds past the minute, from 0 to less than 60, fractions allowed, rounded to 0.001. */
  second: secondOption.second,
});

export const hourSchema = v.strictObject({
  /** Minutes past the hour, and seconds, as a text, instead of `minute` and `second`: `59` or `59:30`. */
  time: timeText('59:59'),
  /** Minutes past the hour, from 0 to less than 60, fractions allowed. */
  minute: minuteOption.minute,
  /** Seconds, from 0 to less than 60, fractions allowed, rounded to 0.001. */
  second: secondOption.second,
});

export const daySchema = v.strictObject({
  /** As a text, instead of `hour`, `minute` and `second`: `23:59`, `23:59:59` or `23:59:59.5`. */
  time: timeText('23:59:59'),
  /** From 0 to less than 24, fractions allowed: 6.5 is 06:30. */
  hour: v.optional(below(24), 0),
  /** From 0 to less than 60, fractions allowed. */
  minute: minuteOption.minute,
  /** From 0 to less than 60, fractions allowed, rounded to 0.001. */
  second: secondOption.second,
});

const A_DAY = 'the name of a day of the week';
const dayOfWeek = numberOrName<WeekdayName>(7, A_DAY, true);

export const weekSchema = v.strictObject({
  /** The day of the week, or a list of them: its name, its number from 1 for Monday to 7, or -1 for the last to -7. */
  day: v.union(
    [dayOfWeek, v.pipe(v.array(dayOfWeek), v.minLength(1, 'must not be empty'))],
    'must be a day of the week, or a list of them',
  ),
});

export const monthSchema = v.strictObject({
  /**
   * From 1 to 31, or from -1 for the last day back to -31: a day after the end is the last one, a day before the
   * beginning the first. Or the name of a day of the week.
   */
  day: numberOrName<WeekdayName>(31, A_DAY, true),
  /**
   * Which one of the month, where `day` is a name: 1 for the first to 6, or -1 for the last back to -6. After the end it is the last one, before the beginning the first. Default: 1.
   */
  inWeek: v.optional(numberInWeek()),
});

function numberInWeek() {
  const problem = 'must be a whole number, 1 to 6 or -1 to -6';
  return v.pipe(
    v.number(problem),
    v.integer(problem),
    v.minValue(-6, problem),
    v.maxValue(6, problem),
    v.notValue(0, problem),
  );
}

const week = 'must be a whole number, 1 to 53';

export const yearSchema = v.strictObject({
  /** Its name, or its number from 1 to 12. Not with `week`. */
  month: v.optional(numberOrName<MonthName>(12, 'the name of a month', false)),
  /** The number of the week, from 1 to 53; 53 is the last one where the year has 52. Not with `month`. */
  week: v.optional(v.pipe(v.number(week), v.integer(week), v.minValue(1, week), v.maxValue(53, week))),
  /** The day of that month, as of every month; or of that week, as of every week. */
  day: numberOrName<WeekdayName>(31, A_DAY, true),
  /** Which one of the month, where `day` is a name, as of every month. Default: 1. */
  inWeek: v.optional(numberInWeek()),
});

const common = { ...anyTimerOptions, ...zoneOption };

/** All that the class of each timer takes. */
export const wholeSchemas = {
  minute: v.strictObject({ ...common, ...minuteSchema.entries }),
  hour: v.strictObject({ ...common, ...hourSchema.entries }),
  day: v.strictObject({ ...common, ...daySchema.entries }),
  week: v.strictObject({ ...common, ...daySchema.entries, ...weekSchema.entries }),
  month: v.strictObject({ ...common, ...daySchema.entries, ...monthSchema.entries }),
  year: v.strictObject({ ...common, ...daySchema.entries, ...yearSchema.entries }),
};

/** A time of day, by the clocks of the zone. Default: midnight. */
export type TimeOfDay = Readonly<v.InferInput<typeof daySchema>>;
/** Options of a {@link TimerEveryMinute}. */
export type TimerEveryMinuteOptions = CalendarTimerOptions & Readonly<v.InferInput<typeof minuteSchema>>;
/** Options of a {@link TimerEveryHour}. */
export type TimerEveryHourOptions = CalendarTimerOptions & Readonly<v.InferInput<typeof hourSchema>>;
/** Options of a {@link TimerEveryDay}. */
export type TimerEveryDayOptions = CalendarTimerOptions & TimeOfDay;
/** A day of the week: its name, its number in the week from 1 for Monday to 7, or -1 for Sunday to -7. */
export type DayOfWeek = WeekdayName | number;

/** Options of a {@link TimerEveryWeek}. */
export interface TimerEveryWeekOptions extends CalendarTimerOptions, TimeOfDay {
  /** The day of the week, or a list of them: its name, its number from 1 for Monday to 7, or -1 for the last to -7. */
  readonly day: DayOfWeek | readonly DayOfWeek[];
}

// What goes together with what, the compiler is told here; the bounds stand above.

/** A day of the month by its number. */
export interface NumberedDay {
  /** From 1 to 31, or from -1 for the last day back to -31. Past the end is the last day that there is, past the beginning the first. */
  readonly day: number;
  readonly inWeek?: never;
}

/** A day of the month by its name. */
export interface NamedDay {
  /** The name of a day of the week. */
  readonly day: WeekdayName;
  /**
   * Which one of the month: 1 for the first to 6, or -1 for the last back to -6. Past the end is the last that there is, past the
   * beginning the first. Default: 1.
   */
  readonly inWeek?: number | undefined;
}

/** A day of an ISO 8601 week: the first week is the one that holds the 4th of January. */
export interface DayOfWeekNumber {
  /** The number of the week, from 1 to 53; 53 is the last one where the year has 52. */
  readonly week: number;
  /** The day of that week: its name, or its number from 1 for Monday to 7, or -1 for the last to -7. */
  readonly day: DayOfWeek;
  readonly month?: never;
  readonly inWeek?: never;
}

/** The month of a yearly timer. */
export interface InMonth {
  /** Its name, or its number from 1 to 12. */
  readonly month: MonthName | number;
  readonly week?: never;
}

/** Options of a {@link TimerEveryMonth}. */
export type TimerEveryMonthOptions = CalendarTimerOptions & TimeOfDay & (NumberedDay | NamedDay);

/** Options of a {@link TimerEveryYear}. */
export type TimerEveryYearOptions = CalendarTimerOptions &
  TimeOfDay &
  ((InMonth & (NumberedDay | NamedDay)) | DayOfWeekNumber);

type Year = v.InferInput<(typeof wholeSchemas)['year']>;

/** Options of any of them; each has been looked at. */
export type Given = { readonly [Key in keyof Year]?: Year[Key] | undefined };
