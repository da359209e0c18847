// The door by which tests enter src/calendar: what they try there that is not public.
import '../../src/compose.js';

export { LOOK_EVERY, SET_FROM } from '../../src/calendar/clock-watch.js';
export { wholeSchemas } from '../../src/calendar/options.js';
export { everyDay, everyHour, everyMinute, everyMonth, everyWeek, everyYear } from '../../src/calendar/rule-of.js';
export type { Rule } from '../../src/calendar/rule.js';
export { findTemporal } from '../../src/calendar/temporal.js';
