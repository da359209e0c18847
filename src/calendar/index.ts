import '../compose.js';

export {
  TimerEveryMinute,
  TimerEveryHour,
  TimerEveryDay,
  TimerEveryWeek,
  TimerEveryMonth,
  TimerEveryYear,
} from './timers.js';
export { CalendarTimer, type CalendarTimerInfo, type CalendarTimerOptions } from './calendar-timer.js';
export type { ClockSetInfo } from './clock-watch.js';
export type {
  DayOfWeek,
  DayOfWeekNumber,
  InMonth,
  NamedDay,
  NumberedDay,
  TimeOfDay,
  TimerEveryDayOptions,
  TimerEveryHourOptions,
  TimerEveryMinuteOptions,
  TimerEveryMonthOptions,
  TimerEveryWeekOptions,
  TimerEveryYearOptions,
} from './options.js';
export type { MonthName, WeekdayName } from './date-names.js';
