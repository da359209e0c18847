import type { CalendarTimerOptions } from './calendar-timer.js';
import { type MonthName, type Refuse, type WeekdayName, didYouMean, shown } from './words.js';

/** A time of day, by the clocks of the zone. Default: midnight. */
export interface TimeOfDay {
  /** As a text, instead of `hour`, `minute` and `second`: `23:59`, `23:59:59` or `23:59:59.5`. */
  readonly time?: string | undefined;
  /** From 0 to less than 24, fractions allowed: 6.5 is 06:30. Default: 0. */
  readonly hour?: number | undefined;
  /** From 0 to less than 60, fractions allowed. Default: 0. */
  readonly minute?: number | undefined;
  /** From 0 to less than 60, fractions allowed, rounded to 0.001. Default: 0. */
  readonly second?: number | undefined;
}

/** Options of a {@link TimerEveryMinute}. */
export interface TimerEveryMinuteOptions extends CalendarTimerOptions {
  /** Seconds past the minute as a text, instead of `second`: `30` or `30.5`. */
  readonly time?: string | undefined;
  /** Seconds past the minute, from 0 to less than 60, fractions allowed, rounded to 0.001. Default: 0. */
  readonly second?: number | undefined;
}

/** Options of a {@link TimerEveryHour}. */
export interface TimerEveryHourOptions extends CalendarTimerOptions {
  /** Minutes past the hour, and seconds, as a text, instead of `minute` and `second`: `59` or `59:30`. */
  readonly time?: string | undefined;
  /** Minutes past the hour, from 0 to less than 60, fractions allowed. Default: 0. */
  readonly minute?: number | undefined;
  /** Seconds, from 0 to less than 60, fractions allowed, rounded to 0.001. Default: 0. */
  readonly second?: number | undefined;
}

/** Options of a {@link TimerEveryDay}. */
export interface TimerEveryDayOptions extends CalendarTimerOptions, TimeOfDay {}

/** Options of a {@link TimerEveryWeek}. */
export interface TimerEveryWeekOptions extends CalendarTimerOptions, TimeOfDay {
  /** The day of the week, or a list of them: its name, its number from 1 for Monday to 7, or -1 for the last to -7. */
  readonly day: DayOfWeek | readonly DayOfWeek[];
}

/** A day of the week: its name, its number in the week from 1 for Monday to 7, or -1 for Sunday to -7. */
export type DayOfWeek = WeekdayName | number;

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

const COMMON = ['name', 'base', 'logMode', 'sparkleBack', 'timeZone'];

/** Options as they come from who knows where: nothing is known of the values. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** @throws {TaskTonicError} `TT_BAD_OPTION` for one that there is not. */
export function checkedOptions(options: unknown, own: readonly string[], refuse: Refuse): Unchecked {
  if (typeof options !== 'object' || options === null) {
    throw refuse('(all)', `it is ${shown(options)}, and must be an object`);
  }
  const known = [...COMMON, ...own];
  const strange = Object.keys(options).find((key) => !known.includes(key));
  if (strange !== undefined) throw refuse(strange, `there is no such option${didYouMean(strange, known)}`);
  return options as Unchecked;
}
