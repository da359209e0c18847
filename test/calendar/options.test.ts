import { expect } from 'chai';
import {
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryMonth,
  TimerEveryWeek,
  TimerEveryYear,
} from '../../src/calendar/index.js';
import { everyDay, everyHour, everyMinute, everyMonth, everyWeek, everyYear } from '../doors/calendar.js';
import { expectThrow } from '../support/errors.js';
import { iso, startAt } from './support/timed.js';

const NEW_YEAR = Date.UTC(2026, 0, 1) - 1;
const kinds = { everyMinute, everyHour, everyDay, everyWeek, everyMonth, everyYear };
const timers = {
  everyMinute: TimerEveryMinute,
  everyHour: TimerEveryHour,
  everyDay: TimerEveryDay,
  everyWeek: TimerEveryWeek,
  everyMonth: TimerEveryMonth,
  everyYear: TimerEveryYear,
};
type Kind = keyof typeof kinds;

/** When a rule is first met in 2026, in UTC. */
const first = (kind: Kind, options: object): string =>
  iso(kinds[kind]({ timeZone: 'UTC', ...options } as never, 'Timer').after(NEW_YEAR));

describe('the options of a calendar timer', () => {
  const forms: [Kind, object, string][] = [
    ['everyMinute', {}, '2026-01-01 00:00:00'],
    ['everyMinute', { second: 30.8 }, '2026-01-01 00:00:30.800'],
    ['everyMinute', { time: '7.5' }, '2026-01-01 00:00:07.500'],
    ['everyHour', {}, '2026-01-01 00:00:00'],
    ['everyHour', { minute: 1.5, second: 1 }, '2026-01-01 00:01:31'],
    ['everyHour', { time: '59' }, '2026-01-01 00:59:00'],
    ['everyHour', { time: '59:59' }, '2026-01-01 00:59:59'],
    ['everyDay', {}, '2026-01-01 00:00:00'],
    ['everyDay', { time: '23:59:59' }, '2026-01-01 23:59:59'],
    ['everyDay', { time: '9:56' }, '2026-01-01 09:56:00'],
    ['everyDay', { time: ' 8 ' }, '2026-01-01 08:00:00'],
    ['everyDay', { time: '23:59:59.9999' }, '2026-01-01 23:59:59.999'],
    ['everyDay', { hour: 6.5, minute: 0.5 }, '2026-01-01 06:30:30'],
    ['everyDay', { hour: undefined, time: undefined, name: 'x' }, '2026-01-01 00:00:00'],
    ['everyWeek', { day: 'monday' }, '2026-01-05 00:00:00'],
    ['everyWeek', { day: 1 }, '2026-01-05 00:00:00'],
    ['everyWeek', { day: -1 }, '2026-01-04 00:00:00'],
    ['everyWeek', { day: ['sun', 'FRI', 'sunday', 5] }, '2026-01-02 00:00:00'],
    ['everyMonth', { day: 3 }, '2026-01-03 00:00:00'],
    ['everyMonth', { day: -10 }, '2026-01-22 00:00:00'],
    ['everyMonth', { day: 'wednesday' }, '2026-01-07 00:00:00'],
    ['everyMonth', { day: 'Wed', inWeek: 2 }, '2026-01-14 00:00:00'],
    ['everyMonth', { day: 'wed', inWeek: 5 }, '2026-01-28 00:00:00'],
    ['everyMonth', { day: 'wed', inWeek: -1 }, '2026-01-28 00:00:00'],
    ['everyMonth', { day: 'wed', inWeek: -6 }, '2026-01-07 00:00:00'],
    ['everyYear', { month: 'august', day: -1, hour: 10 }, '2026-08-31 10:00:00'],
    ['everyYear', { month: 8, day: 2 }, '2026-08-02 00:00:00'],
    ['everyYear', { month: 'Sept', day: 'saturday', inWeek: -1 }, '2026-09-26 00:00:00'],
    ['everyYear', { month: 'april', day: 31 }, '2026-04-30 00:00:00'],
    ['everyYear', { month: 'april', day: -31 }, '2026-04-01 00:00:00'],
    ['everyYear', { month: 'february', day: 29 }, '2026-02-28 00:00:00'],
    ['everyYear', { week: 1, day: 'thursday' }, '2026-01-01 00:00:00'],
    // The first week of 2026 began in 2025: the next first week is that of 2027.
    ['everyYear', { week: 1, day: 'tuesday' }, '2027-01-05 00:00:00'],
    ['everyYear', { week: 53, day: 7 }, '2027-01-03 00:00:00'],
    ['everyYear', { week: 52, day: -2, time: '23:59:59' }, '2026-12-26 23:59:59'],
  ];
  for (const [kind, options, when] of forms) {
    it(`${kind} ${JSON.stringify(options)} are first met on ${when}`, () => {
      expect(first(kind, options)).to.equal(when);
    });
  }

  it('name week 53 of a year that has 52 as the last one', () => {
    expect(iso(everyYear({ timeZone: 'UTC', week: 53, day: 1 }, 'T').after(Date.UTC(2027, 5)))).to.equal(
      '2027-12-27 00:00:00',
    );
  });

  it('name the 29th of February in leap years, the 28th in others, as in 2100', () => {
    const rule = everyYear({ timeZone: 'UTC', month: 'february', day: 29 }, 'T');
    const days = [2096, 2100, 2104].map((year) => iso(rule.after(Date.UTC(year, 0))).slice(0, 10));
    expect(days).to.deep.equal(['2096-02-29', '2100-02-28', '2104-02-29']);
  });
});

describe('the time zone of a calendar timer', () => {
  it("is the system's by default", () => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    expect(everyDay({}, 'T').timeZone).to.equal(timeZone);
  });

  it('is known whatever the case, and may be an offset', () => {
    expect(everyDay({ timeZone: 'europe/AMSTERDAM' }, 'T').timeZone).to.equal('Europe/Amsterdam');
    expect(iso(everyDay({ timeZone: '+05:30' }, 'T').after(NEW_YEAR))).to.equal('2026-01-01 18:30:00');
  });
});

describe('a calendar timer is refused', () => {
  let { app, timed } = {} as Awaited<ReturnType<typeof startAt>>;
  before(async () => ({ app, timed } = await startAt('2026-01-01T12:00Z')));
  after(async () => app.finish());

  const bad: [Kind, unknown, option: string, problem: string][] = [
    ['everyDay', { time: '24:00' }, 'time', 'it has 24 as its hour, which must be from 0 to less than 24'],
    ['everyDay', { time: '23:59:60' }, 'time', 'it has 60 as its second, which must be from 0 to less than 60'],
    ['everyDay', { time: '6.5' }, 'time', 'it is "6.5", and must be a text such as "23:59:59"'],
    ['everyDay', { time: '' }, 'time', 'it is "", and must be a text such as "23:59:59"'],
    ['everyDay', { time: '1:2:3:4' }, 'time', 'it is "1:2:3:4", and must be a text such as "23:59:59"'],
    ['everyDay', { time: 830 }, 'time', 'it is 830, and must be a text such as "23:59:59"'],
    ['everyDay', { time: '8:00', minute: 5 }, 'time', 'give it, or minute, not both'],
    ['everyDay', { hour: 24 }, 'hour', 'it is 24, and must be a number, 0 to less than 24'],
    ['everyDay', { hour: -1 }, 'hour', 'it is -1, and must be a number, 0 to less than 24'],
    ['everyDay', { hour: NaN }, 'hour', 'it is NaN, and must be a number, 0 to less than 24'],
    ['everyDay', { hour: '8' }, 'hour', 'it is "8", and must be a number, 0 to less than 24'],
    ['everyDay', { hour: null }, 'hour', 'it is null, and must be a number, 0 to less than 24'],
    ['everyDay', { hour: 23.9, minute: 59 }, 'hour', 'hour, minute and second together are past the end of the day'],
    ['everyHour', { time: '60' }, 'time', 'it has 60 as its minute, which must be from 0 to less than 60'],
    ['everyHour', { time: '1:2:3' }, 'time', 'it is "1:2:3", and must be a text such as "59:59"'],
    ['everyHour', { hour: 3 }, 'hour', 'there is no such option'],
    ['everyMinute', { seconds: 3 }, 'seconds', 'there is no such option (did you mean second?)'],
    ['everyDay', { timezone: 'UTC' }, 'timezone', 'there is no such option (did you mean timeZone?)'],
    ['everyDay', null, '(all)', 'it is null, and must be an object'],
    ['everyDay', '08:00', '(all)', 'it is "08:00", and must be an object'],
    ['everyDay', { timeZone: 'Europe/Amsterdm' }, 'timeZone', zoneProblem('"Europe/Amsterdm"', 'Europe/Amsterdam')],
    ['everyDay', { timeZone: 'new york' }, 'timeZone', zoneProblem('"new york"', 'America/New_York')],
    ['everyDay', { timeZone: '' }, 'timeZone', zoneProblem('""')],
    ['everyDay', { timeZone: '2026-01-01T00:00Z' }, 'timeZone', zoneProblem('"2026-01-01T00:00Z"')],
    ['everyDay', { timeZone: '+25:00' }, 'timeZone', zoneProblem('"+25:00"')],
    ['everyDay', { timeZone: 2 }, 'timeZone', zoneProblem('2')],
    ['everyDay', { timeZone: null }, 'timeZone', zoneProblem('null')],
    ['everyWeek', {}, 'day', 'it is missing, and must be given'],
    ['everyWeek', { day: [] }, 'day', 'it is a list of 0, and must not be empty'],
    [
      'everyWeek',
      { day: 'mondya' },
      'day',
      'it is "mondya", and must be the name of a day of the week: did you mean "monday"?',
    ],
    ['everyWeek', { day: 0 }, 'day', number(7, 'it is 0')],
    ['everyWeek', { day: ['monday', 8] }, 'day.1', number(7, 'it is 8')],
    ['everyWeek', { day: 1.5 }, 'day', number(7, 'it is 1.5')],
    ['everyMonth', {}, 'day', 'it is missing, and must be given'],
    ['everyMonth', { day: 0 }, 'day', number(31, 'it is 0')],
    ['everyMonth', { day: 32 }, 'day', number(31, 'it is 32')],
    ['everyMonth', { day: 3, inWeek: 1 }, 'inWeek', 'it goes with the name of a day of the week, and day is 3'],
    ['everyMonth', { day: 'mon', inWeek: 0 }, 'inWeek', 'it is 0, and must be a whole number, 1 to 6 or -1 to -6'],
    ['everyMonth', { day: 'mon', inWeek: 7 }, 'inWeek', 'it is 7, and must be a whole number, 1 to 6 or -1 to -6'],
    ['everyMonth', { day: 'xyz' }, 'day', 'it is "xyz", and must be the name of a day of the week'],
    ['everyYear', { day: 1 }, 'month', 'it is missing, and must be given'],
    [
      'everyYear',
      { month: 'agust', day: 1 },
      'month',
      'it is "agust", and must be the name of a month: did you mean "august"?',
    ],
    [
      'everyYear',
      { month: 13, day: 1 },
      'month',
      'it is 13, and must be a whole number, 1 to 12, or the name of a month',
    ],
    ['everyYear', { month: 'may' }, 'day', 'it is missing, and must be given'],
    ['everyYear', { month: 1, week: 1, day: 1 }, 'week', 'give it, or month, not both'],
    ['everyYear', { week: 1, day: 'mon', inWeek: 1 }, 'inWeek', 'it goes with month, not with week'],
    ['everyYear', { week: 54, day: 1 }, 'week', 'it is 54, and must be a whole number, 1 to 53'],
    ['everyYear', { week: 1 }, 'day', 'it is missing, and must be given'],
    ['everyYear', { week: 1, day: 8 }, 'day', 'it is 8, and must be a whole number, 1 to 7 or -1 to -7, with week'],
  ];
  for (const [kind, options, option, problem] of bad) {
    it(`${kind} with ${JSON.stringify(options)}`, () => {
      const Timer = timers[kind] as unknown as new (options: unknown) => object;
      const given = typeof options === 'object' && options !== null ? { ...options, base: timed } : options;
      const error = expectThrow(() => new Timer(given), 'TT_BAD_OPTION');
      expect(error.details).to.deep.equal({ class: Timer.name, option, problem });
    });
  }

  it('by the name of its class, and leaves nothing', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const error = expectThrow(() => new TimerEveryDay({ hour: 25, base: timed }), 'TT_BAD_OPTION');
    expect(error.details['class']).to.equal('TimerEveryDay');
    // eslint-disable-next-line tasktonic/heard-by-sparkles -- what is refused is tried here
    expectThrow(() => new TimerEveryYear({ month: 1, day: 1, base: timed, sparkleBack: () => {} }), 'TT_NOT_A_SPARKLE');
    expectThrow(() => new TimerEveryWeek({ base: timed } as never), 'TT_BAD_OPTION');
    await app.settled();
    expect(app.ledger.size).to.equal(2);
    expect(app.main.timers.size).to.equal(0);
    await app.finish();
  });
});

function zoneProblem(given: string, near?: string): string {
  const meant = near === undefined ? '' : `: did you mean "${near}"?`;
  return `it is ${given}, and must be an IANA time zone, such as "Europe/Amsterdam"${meant}`;
}

function number(most: number, given: string): string {
  return `${given}, and must be a whole number, 1 to ${most} or -1 to -${most}, or the name of a day of the week`;
}
