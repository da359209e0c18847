import { checkOptionsOf, takesOptions } from '../core/options/class-options.js';
import { ofFramework } from '../core/plan/plan.js';
import { CalendarTimer } from './calendar-timer.js';
import {
  type TimerEveryDayOptions,
  type TimerEveryHourOptions,
  type TimerEveryMinuteOptions,
  type TimerEveryMonthOptions,
  type TimerEveryWeekOptions,
  type TimerEveryYearOptions,
  wholeSchemas,
} from './options.js';
import { everyDay, everyHour, everyMinute, everyMonth, everyWeek, everyYear } from './rule-of.js';

/** Fires once a minute, at a second of the minute. */
export class TimerEveryMinute extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryMinuteOptions = {}) {
    checkOptionsOf(new.target, options);
    super(options, everyMinute(options, new.target.name));
  }
}

/**
 * Fires once an hour, at a minute of the hour by the clocks of its zone. In an hour that is skipped it does not fire;
 * in an hour that occurs twice it fires twice.
 */
export class TimerEveryHour extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryHourOptions = {}) {
    checkOptionsOf(new.target, options);
    super(options, everyHour(options, new.target.name));
  }
}

/** Fires once a day. A time that a night skips comes as much later; one that it has twice counts once, the first time. */
export class TimerEveryDay extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryDayOptions = {}) {
    checkOptionsOf(new.target, options);
    super(options, everyDay(options, new.target.name));
  }
}

/** Fires once a week, or on several days of it. */
export class TimerEveryWeek extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryWeekOptions) {
    checkOptionsOf(new.target, options);
    super(options, everyWeek(options, new.target.name));
  }
}

/** Fires once a month. */
export class TimerEveryMonth extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryMonthOptions) {
    checkOptionsOf(new.target, options);
    super(options, everyMonth(options, new.target.name));
  }
}

/** Fires once a year: on a day of a month, or on a day of an ISO 8601 week. */
export class TimerEveryYear extends CalendarTimer {
  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every timer. */
  constructor(options: TimerEveryYearOptions) {
    checkOptionsOf(new.target, options);
    super(options, everyYear(options, new.target.name));
  }
}

for (const [timer, schema] of [
  [TimerEveryMinute, wholeSchemas.minute],
  [TimerEveryHour, wholeSchemas.hour],
  [TimerEveryDay, wholeSchemas.day],
  [TimerEveryWeek, wholeSchemas.week],
  [TimerEveryMonth, wholeSchemas.month],
  [TimerEveryYear, wholeSchemas.year],
] as const) {
  ofFramework(timer);
  takesOptions(timer, schema);
}
