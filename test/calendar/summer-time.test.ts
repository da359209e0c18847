import { expect } from 'chai';
import {
  type CalendarTimer,
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryMonth,
} from '../../src/calendar/index.js';
import { everyDay } from '../doors/calendar.js';
import { HOUR, MINUTE, type Timed, startAt } from './support/timed.js';

/** What a timer hears from a time of day on, for so many hours, as the clocks of its zone show it. */
async function heard(from: string, hours: number, make: (base: Timed) => CalendarTimer): Promise<string[]> {
  const { app, timed } = await startAt(from);
  const timer = make(timed);
  await app.pass(hours * HOUR);
  await app.finish();
  expect(timed.infos.map(({ missed, clockSet }) => missed + clockSet)).to.deep.equal(timed.infos.map(() => 0));
  return timed.infos.map(({ due }) => timer.inZone(due).replace(/(:00)?\[.*/, ''));
}

const dailyAt =
  (time: string, timeZone: string) =>
  (base: Timed): CalendarTimer =>
    new TimerEveryDay({ time, timeZone, base });

describe('a daily timer in the night in which the clocks are put forward', () => {
  it('at 02:30, which there is not, fires at 03:30 in Amsterdam, and at 02:30 again the next day', async () => {
    expect(await heard('2026-03-28T00:00Z', 72, dailyAt('02:30', 'Europe/Amsterdam'))).to.deep.equal([
      '2026-03-28T02:30:00+01',
      '2026-03-29T03:30:00+02',
      '2026-03-30T02:30:00+02',
    ]);
  });

  it('at 02:30 fires at 03:30 in New York', async () => {
    expect(await heard('2026-03-07T06:00Z', 48, dailyAt('02:30', 'America/New_York'))).to.deep.equal([
      '2026-03-07T02:30:00-05',
      '2026-03-08T03:30:00-04',
    ]);
  });

  it('at 02:15 fires at 02:45 on Lord Howe, where it is half an hour', async () => {
    expect(await heard('2026-10-02T18:00Z', 24, dailyAt('02:15', 'Australia/Lord_Howe'))).to.deep.equal([
      '2026-10-04T02:45:00+11',
    ]);
  });

  it('at midnight, which there is not in Cairo, fires at 01:00', async () => {
    expect(await heard('2024-04-25T12:00Z', 24, dailyAt('0:00', 'Africa/Cairo'))).to.deep.equal([
      '2024-04-26T01:00:00+03',
    ]);
  });

  it('once for two days where a whole day was left out: Samoa, 2011-12-30', async () => {
    expect(await heard('2011-12-29T11:00Z', 50, dailyAt('02:30', 'Pacific/Apia'))).to.deep.equal([
      '2011-12-29T02:30:00-10',
      '2011-12-31T02:30:00+14',
      '2012-01-01T02:30:00+14',
    ]);
  });

  it('monthly on a day that was left out fires on the next one', async () => {
    const monthly = (base: Timed): CalendarTimer =>
      new TimerEveryMonth({ day: 30, hour: 9, timeZone: 'Pacific/Apia', base });
    expect(await heard('2011-12-29T11:00Z', 48, monthly)).to.deep.equal(['2011-12-31T09:00:00+14']);
  });
});

describe('a daily timer in the night in which the clocks are put back', () => {
  it('at 02:30, which there is twice, fires the first time in Amsterdam', async () => {
    expect(await heard('2026-10-24T00:00Z', 72, dailyAt('02:30', 'Europe/Amsterdam'))).to.deep.equal([
      '2026-10-24T02:30:00+02',
      '2026-10-25T02:30:00+02',
      '2026-10-26T02:30:00+01',
    ]);
  });

  it('at 01:30 fires the first time in New York, also for a timer that is made between the two', async () => {
    expect(await heard('2026-11-01T04:00Z', 24, dailyAt('01:30', 'America/New_York'))).to.deep.equal([
      '2026-11-01T01:30:00-04',
    ]);
    expect(await heard('2026-11-01T06:00Z', 24, dailyAt('01:30', 'America/New_York'))).to.deep.equal([]);
  });

  it('at 01:45 fires the first time on Lord Howe', async () => {
    expect(await heard('2026-04-04T12:00Z', 24, dailyAt('01:45', 'Australia/Lord_Howe'))).to.deep.equal([
      '2026-04-05T01:45:00+11',
    ]);
  });
});

describe('a daily timer where the clocks are put back over midnight', () => {
  // St. John's, 2010-11-07: at 00:01 the clocks were put back to 23:01 of the day before.
  const rule = everyDay({ time: '00:00:30', timeZone: 'America/St_Johns' }, 'T');
  const first = Date.parse('2010-11-07T00:00:30-02:30');

  it('fires in the first of the two first minutes of the day', () => {
    expect(rule.after(Date.parse('2010-11-06T12:00-02:30'))).to.equal(first);
  });

  it('knows, when it is the evening before once more, that it has fired', () => {
    const evening = Date.parse('2010-11-06T23:30-03:30');
    expect(evening).to.be.greaterThan(first);
    expect(rule.upTo(evening)).to.equal(first);
    expect(rule.after(evening)).to.equal(Date.parse('2010-11-08T00:00:30-03:30'));
    expect(rule.count(evening, evening + 24 * HOUR)).to.equal(0);
  });
});

describe('an hourly timer goes by the time that passes', () => {
  const hourly =
    (minute: number, timeZone: string) =>
    (base: Timed): CalendarTimer =>
      new TimerEveryHour({ minute, timeZone, base });

  it('through an hour that there is not', async () => {
    expect(await heard('2026-03-28T23:50Z', 3, hourly(15, 'Europe/Amsterdam'))).to.deep.equal([
      '2026-03-29T01:15:00+01',
      '2026-03-29T03:15:00+02',
      '2026-03-29T04:15:00+02',
    ]);
  });

  it('through an hour that there is twice', async () => {
    expect(await heard('2026-10-24T23:50Z', 3, hourly(15, 'Europe/Amsterdam'))).to.deep.equal([
      '2026-10-25T02:15:00+02',
      '2026-10-25T02:15:00+01',
      '2026-10-25T03:15:00+01',
    ]);
  });

  it('at the minute that the clocks show where they are changed by half an hour', async () => {
    expect(await heard('2026-10-03T14:00Z', 3, hourly(15, 'Australia/Lord_Howe'))).to.deep.equal([
      '2026-10-04T01:15:00+10:30',
      '2026-10-04T03:15:00+11',
    ]);
    expect(await heard('2026-04-04T14:00Z', 2, hourly(45, 'Australia/Lord_Howe'))).to.deep.equal([
      '2026-04-05T01:45:00+11',
      '2026-04-05T01:45:00+10:30',
    ]);
  });

  it('at the minute that the clocks show where the zone is not whole hours from UTC', async () => {
    expect(await heard('2026-01-01T00:00Z', 2, hourly(0, 'Asia/Kathmandu'))).to.deep.equal([
      '2026-01-01T06:00:00+05:45',
      '2026-01-01T07:00:00+05:45',
    ]);
  });
});

describe('a timer of minutes goes by the time that passes', () => {
  for (const [what, from] of [
    ['forward', '2026-03-29T00:50Z'],
    ['back', '2026-10-25T00:50Z'],
  ] as const) {
    it(`while the clocks are put ${what}`, async () => {
      const { app, timed } = await startAt(from);
      new TimerEveryMinute({ timeZone: 'Europe/Amsterdam', second: 30, base: timed });
      await app.pass(20 * MINUTE);
      const begin = Date.parse(from) + 30_000;
      expect(timed.infos.map(({ due }) => due - begin)).to.deep.equal(
        Array.from({ length: 20 }, (_, minute) => minute * MINUTE),
      );
      await app.finish();
    });
  }
});
