import { expect } from 'chai';
import fc from 'fast-check';
import { everyDay, everyHour, everyMinute, everyMonth, everyWeek, everyYear, type Rule } from '../doors/calendar.js';
import {
  SlowCalendar,
  anyDate,
  dayOfIsoWeek,
  dayOfMonth,
  inMonth,
  weekday,
  weekdayOfMonth,
} from './support/slow-calendar.js';
import { howMany } from '../support/how-many.js';

// Summer time in the north; in the south, by half an hour; a leap year; one of 53 weeks; a century that is no leap year; a zone
// that left out a day; one that is put forward at midnight.
const YEARS = [
  ['Europe/Amsterdam', 2026],
  ['America/New_York', 2024],
  ['Australia/Lord_Howe', 2025],
  ['UTC', 2100],
  ['Pacific/Apia', 2011],
  ['Africa/Cairo', 2024],
] as const;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const MONTHS = [
  'january', 'february', 'march', 'april', 'may', 'june',
  'july', 'august', 'september', 'october', 'november', 'december',
] as const; // prettier-ignore

const zoneYear = fc.constantFrom(...YEARS);
/** Often in the hours in which clocks are changed, often at midnight. */
const timeOfDay = fc.record({
  hour: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 3) }, fc.integer({ min: 0, max: 23 })),
  minute: fc.oneof(fc.constantFrom(0, 15, 30, 45), fc.integer({ min: 0, max: 59 })),
  second: fc.oneof(fc.constantFrom(0, 30.5, 59.999), fc.integer({ min: 0, max: 59 })),
});
const signed = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: most }), fc.integer({ min: -most, max: -1 }));
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });
/** Where in the year a look begins, often an hour before the clocks are changed, and how far on it counts. */
const part = fc.double({ min: 0, max: 0.999, noNaN: true });
const looks = fc.record({ nearChange: fc.boolean(), begin: part, further: part });
type Look = typeof looks extends fc.Arbitrary<infer T> ? T : never;

const ms = ({ hour = 0, minute = 0, second = 0 }): number =>
  hour * 3_600_000 + minute * 60_000 + Math.round(second * 1_000);

const calendars = new Map<string, SlowCalendar>();
function calendarOf([zone, year]: (typeof YEARS)[number]): SlowCalendar {
  const key = `${zone} ${year}`;
  let calendar = calendars.get(key);
  if (calendar === undefined) calendars.set(key, (calendar = new SlowCalendar(zone, year)));
  return calendar;
}

/** From any instant on, the rule has the times of the slow calendar, each once; backward and counted, too. */
function expectTimes(
  rule: Rule,
  slow: readonly number[],
  calendar: SlowCalendar,
  { nearChange, begin, further }: Look,
): void {
  const { changes } = calendar;
  const span = calendar.end - calendar.begin - 4 * 86_400_000;
  const from =
    nearChange && changes.length > 0
      ? changes[Math.floor(begin * changes.length)]! - 3_600_000
      : calendar.begin + 2 * 86_400_000 + Math.floor(begin * span);
  const first = slow.findIndex((time) => time > from);
  const some = new Set(first < 0 ? [] : slow.slice(first, first + 60));
  let at = from;
  const same = (what: string, is: number, wanted: number): void => {
    if (is !== wanted) expect(show(is, calendar), what).to.equal(show(wanted, calendar));
  };
  for (const time of some) {
    same('the next', rule.after(at), time);
    same('the next from 1 ms before', rule.after(time - 1), time);
    same('the last up to it', rule.upTo(time), time);
    if (at !== from) same('the last up to 1 ms before', rule.upTo(time - 1), at);
    at = time;
  }
  const to = from + Math.floor(further * (calendar.end - 86_400_000 - from));
  expect(rule.count(from, to)).to.equal(slow.filter((time) => time > from && time <= to).length);
}

function show(at: number, { zone }: SlowCalendar): string {
  return `${new Date(at).toISOString()}, in ${zone} ${new Date(at).toLocaleString('sv-SE', { timeZone: zone })}`;
}

function check<T>(
  shape: fc.Arbitrary<T>,
  rules: (shape: T, calendar: SlowCalendar) => [Rule, number[]],
  numRuns = howMany(15, 50),
): void {
  fc.assert(
    fc.property(zoneYear, shape, looks, (which, value, where) => {
      const calendar = calendarOf(which);
      const [rule, slow] = rules(value, calendar);
      expectTimes(rule, slow, calendar, where);
    }),
    { numRuns },
  );
}

describe('a calendar rule agrees with a walk through every minute of a year', function () {
  this.timeout(120_000);

  before(() => {
    for (const year of YEARS) calendarOf(year);
  });

  after(() => calendars.clear());

  it('every minute', () => {
    check(
      fc.record({ second: fc.constantFrom(0, 15, 30.8, 59.999) }),
      (time, calendar) => [everyMinute({ ...time, timeZone: calendar.zone }, 'T'), calendar.whenPast(60_000, ms(time))],
      howMany(4, 15),
    );
  });

  it('every hour', () => {
    const time = fc.record({ minute: fc.integer({ min: 0, max: 59 }), second: fc.constantFrom(0, 30.5) });
    check(time, (past, calendar) => [
      everyHour({ ...past, timeZone: calendar.zone }, 'T'),
      calendar.whenPast(3_600_000, ms(past)),
    ]);
  });

  it('every day', () => {
    check(timeOfDay, (time, calendar) => [
      everyDay({ ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(anyDate, ms(time)),
    ]);
  });

  it('every week', () => {
    check(fc.tuple(weekdays, timeOfDay), ([days, time], calendar) => [
      everyWeek({ day: days.map((day) => DAYS[day - 1]!), ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn((date) => days.includes(weekday(date)), ms(time)),
    ]);
  });

  it('every month, by the number of the day', () => {
    check(fc.tuple(signed(31), timeOfDay), ([day, time], calendar) => [
      everyMonth({ day, ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(dayOfMonth(day), ms(time)),
    ]);
  });

  it('every month, by the day of the week', () => {
    const which = fc.tuple(fc.integer({ min: 1, max: 7 }), signed(6), timeOfDay);
    check(which, ([day, inWeek, time], calendar) => [
      everyMonth({ day: DAYS[day - 1], inWeek, ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(weekdayOfMonth(day, inWeek), ms(time)),
    ]);
  });

  it('every year, by month and day', () => {
    const which = fc.tuple(fc.integer({ min: 1, max: 12 }), signed(31), timeOfDay);
    check(which, ([month, day, time], calendar) => [
      everyYear({ month: MONTHS[month - 1], day, ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(inMonth(month, dayOfMonth(day)), ms(time)),
    ]);
  });

  it('every year, by month and day of the week', () => {
    const which = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 7 }), signed(6), timeOfDay);
    check(which, ([month, day, inWeek, time], calendar) => [
      everyYear({ month, day: DAYS[day - 1], inWeek, ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(inMonth(month, weekdayOfMonth(day, inWeek)), ms(time)),
    ]);
  });

  it('every year, by ISO week', () => {
    const week = fc.oneof(fc.constantFrom(1, 52, 53), fc.integer({ min: 1, max: 53 }));
    check(fc.tuple(week, fc.integer({ min: 1, max: 7 }), timeOfDay), ([number, day, time], calendar) => [
      everyYear({ week: number, day, ...time, timeZone: calendar.zone }, 'T'),
      calendar.whenOn(dayOfIsoWeek(number, day), ms(time)),
    ]);
  });
});
