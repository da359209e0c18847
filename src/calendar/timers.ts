import { ofFramework } from '../core/plan.js';
import { CalendarTimer } from './calendar-timer.js';
import type {
  TimerEveryDayOptions,
  TimerEveryHourOptions,
  TimerEveryMinuteOptions,
  TimerEveryMonthOptions,
  TimerEveryWeekOptions,
  TimerEveryYearOptions,
} from './options.js';
import { everyDay, everyHour, everyMinute, everyMonth, everyWeek, everyYear } from './rule-of.js';

/** Fires once a minute, so many seconds past it. */
export class TimerEveryMinute extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryMinuteOptions = {}) {
    super(options, everyMinute(options, new.target.name));
  }
}

/**
 * Fires once an hour, so many minutes past it as the clocks of its zone show. Summer time does not hold it up: an hour that is
 * skipped has no time, one that is there twice has two.
 */
export class TimerEveryHour extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryHourOptions = {}) {
    super(options, everyHour(options, new.target.name));
  }
}

/** Fires once a day. A time that a night skips comes as much later; one that it has twice counts once, the first time. */
export class TimerEveryDay extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryDayOptions = {}) {
    super(options, everyDay(options, new.target.name));
  }
}

/** Fires once a week, or on several days of it. */
export class TimerEveryWeek extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryWeekOptions) {
    super(options, everyWeek(options, new.target.name));
  }
}

/** Fires once a month. */
export class TimerEveryMonth extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryMonthOptions) {
    super(options, everyMonth(options, new.target.name));
  }
}

/** Fires once a year: on a day of a month, or on a day of an ISO 8601 week. */
export class TimerEveryYear extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryYearOptions) {
    super(options, everyYear(options, new.target.name));
  }
}

for (const timer of [
  TimerEveryMinute,
  TimerEveryHour,
  TimerEveryDay,
  TimerEveryWeek,
  TimerEveryMonth,
  TimerEveryYear,
]) {
  ofFramework(timer);
}
