import { expect } from 'chai';
import { nodeClock, Tonic } from '../../src/index.js';
import {
  type CalendarTimer,
  type CalendarTimerInfo,
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryMonth,
  TimerEveryWeek,
  TimerEveryYear,
} from '../../src/calendar/index.js';
import { LONGEST_TIMER } from '../doors/core.js';
import { WARN, messages, startApp } from '../support/app.js';
import { expectThrow } from '../support/errors.js';
import { DAY, HOUR, MINUTE, Timed, iso, startAt } from './support/timed.js';
import { howMany } from '../support/how-many.js';

const UTC = { timeZone: 'UTC' } as const;

describe('a calendar timer', () => {
  it('fires at its time of day, again and again', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    new TimerEveryDay({ ...UTC, time: '12:30', base: timed });
    await app.pass(30 * MINUTE - 1);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    await app.pass(2 * DAY);
    expect(timed.words).to.deep.equal([
      '2026-01-01 12:30:00 timer',
      '2026-01-02 12:30:00 timer',
      '2026-01-03 12:30:00 timer',
    ]);
    await app.finish();
  });

  it('does not fire for the moment at which it is made', async () => {
    const { app, timed } = await startAt('2026-01-01T12:30Z');
    const timer = new TimerEveryDay({ ...UTC, time: '12:30', base: timed });
    await app.pass(MINUTE);
    expect(timed.words).to.deep.equal([]);
    expect(iso(timer.next)).to.equal('2026-01-02 12:30:00');
    await app.finish();
  });

  it('of each kind fires when it says', async () => {
    const { app, timed } = await startAt('2026-01-30T23:58:30Z');
    const base = timed;
    const kinds: [CalendarTimer, string][] = [
      [new TimerEveryMinute({ ...UTC, second: 30.8, base }), '2026-01-30 23:58:30.800'],
      [new TimerEveryHour({ ...UTC, time: '59:59', base }), '2026-01-30 23:59:59'],
      [new TimerEveryDay({ ...UTC, hour: 0, base }), '2026-01-31 00:00:00'],
      [new TimerEveryWeek({ ...UTC, day: 'Saturday', hour: 0.025, base }), '2026-01-31 00:01:30'],
      [new TimerEveryMonth({ ...UTC, day: -1, minute: 2, base }), '2026-01-31 00:02:00'],
      [new TimerEveryYear({ ...UTC, month: 'JAN', day: 'sat', inWeek: -1, minute: 3, base }), '2026-01-31 00:03:00'],
      [new TimerEveryYear({ ...UTC, week: 5, day: 6, time: '0:4:0.5', base }), '2026-01-31 00:04:00.500'],
    ];
    for (const [timer, first] of kinds) expect(iso(timer.next), timer.name).to.equal(first);
    await app.pass(10 * MINUTE);
    const first = kinds.map(([timer]) => timed.infos.find((info) => info.timer === timer)!);
    expect(first.map(({ due }) => iso(due))).to.deep.equal(kinds.map(([, due]) => due));
    await app.finish();
  });

  it('waits for more than 24.8 days', async function () {
    this.timeout(30_000);
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    new TimerEveryYear({ ...UTC, month: 2, day: 1, base: timed });
    expect(31 * DAY).to.be.greaterThan(LONGEST_TIMER);
    await app.pass(30.5 * DAY - 1);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['2026-02-01 00:00:00 timer']);
    await app.finish();
  });

  it('is heard by its sparkleBack, by its name, or as ttse__onTimer', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    new TimerEveryHour({ ...UTC, name: 'lightsOff', base: timed });
    // eslint-disable-next-line tasktonic/no-unbound-sparkle -- it is resolved for the base
    new TimerEveryHour({ ...UTC, name: 'lightsOff', sparkleBack: timed.ttse__enough, base: timed });
    new TimerEveryHour({ ...UTC, name: 'other', base: timed });
    await app.pass(HOUR);
    expect(timed.words.map((word) => word.slice(20))).to.have.members(['lightsOff', 'enough', 'timer']);
    expect(timed.infos.map(({ name }) => name)).to.have.members(['lightsOff', 'lightsOff', 'other']);
    await app.finish();
  });

  it('is heard by a Tonic that lists its events, which need not list those of the framework', async () => {
    class Listing extends Timed {
      static override readonly events = ['onLightsOff', 'enough'];
    }
    let listing!: Listing;
    const app = await startApp(() => (listing = new Listing()));
    new TimerEveryHour({ ...UTC, base: listing });
    await app.pass(HOUR);
    expect(listing.infos).to.have.length(1);
    await app.finish();
  });

  it("on the machine's clock fires at its time and not before", async () => {
    let heard = (_at: readonly [number, CalendarTimerInfo]): void => {};
    const firing = new Promise<readonly [number, CalendarTimerInfo]>((resolve) => (heard = resolve));
    class Once extends Tonic {
      ttse__onTimer(info: CalendarTimerInfo): void {
        heard([nodeClock.wallTime(), info]);
        this.ttsc__finish();
      }
    }
    let once!: Once;
    const app = await startApp(() => (once = new Once()), { clock: 'real' });
    const planned = nodeClock.wallTime() + 500;
    new TimerEveryMinute({ ...UTC, second: (planned % MINUTE) / 1_000, base: once });
    const [at, info] = await firing;
    expect(info.due).to.equal(planned);
    expect(at).to.be.at.least(planned);
    await app.end();
  });

  it('tells when it was due and when it is next, and how often it has fired', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryHour({ ...UTC, minute: 15, base: timed });
    await app.pass(2 * HOUR);
    const [, second] = timed.infos;
    expect(second).to.include({ timer, id: timer.id, count: 2, missed: 0, clockSet: 0 });
    expect([iso(second!.due), iso(second!.next)]).to.deep.equal(['2026-01-01 13:15:00', '2026-01-01 14:15:00']);
    expect(timer.next).to.equal(second!.next);
    await app.finish();
  });

  it('fires once after a stall, for the last time that was due, and says how many were missed', async () => {
    const { app, timed, clock } = await startAt('2026-01-01T12:00Z');
    new TimerEveryMinute({ ...UTC, base: timed });
    clock.stall(5 * MINUTE + 10_000);
    await app.pass(0);
    await app.pass(MINUTE);
    expect(timed.infos.map(({ due, missed }) => [iso(due), missed])).to.deep.equal([
      ['2026-01-01 12:05:00', 4],
      ['2026-01-01 12:06:00', 0],
    ]);
    expect(timed.sets).to.deep.equal([]);
    await app.finish();
  });

  it('is an infusion of the Tonic that made it, finishes with it and leaves nothing', async () => {
    class Short extends Tonic {
      ttse__onStart(): void {
        new TimerEveryDay();
        new TimerEveryDay();
        this.ttsc__finish();
      }
      ttse__onTimer(): void {
        throw new Error('too late');
      }
    }
    const app = await startApp(() => new Short());
    const { result } = await app.end();
    expect(result.exitCode).to.equal(0);
    expect(app.main.timers.size).to.equal(0);
  });

  it('made where no sparkle runs and without a base is refused', () => {
    expectThrow(() => new TimerEveryDay(), 'TT_NO_BASE');
  });
});

describe('a calendar timer, started and stopped,', () => {
  it('does not fire while it is stopped, and goes on with what is next then', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryHour({ ...UTC, base: timed });
    timer.stop();
    expect(timer).to.include({ running: false, next: undefined });
    await app.pass(2.5 * HOUR);
    expect(timed.words).to.deep.equal([]);
    expect(app.main.timers.size).to.equal(0);
    timer.start();
    expect(iso(timer.next)).to.equal('2026-01-01 15:00:00');
    await app.pass(HOUR);
    expect(timed.infos.map(({ due, missed }) => [iso(due), missed])).to.deep.equal([['2026-01-01 15:00:00', 0]]);
    await app.finish();
  });

  it('started while it runs goes on as it was', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryHour({ ...UTC, base: timed });
    const { next } = timer;
    timer.start();
    expect(timer.next).to.equal(next);
    expect(app.main.timers.size, 'the timer and the watch over the clock').to.equal(2);
    await app.finish();
  });

  it('does not come back to life after its end', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryHour({ ...UTC, base: timed });
    timer.ttsc__finish();
    await app.settled();
    timer.start();
    timer.restart();
    expect(timer.next).to.equal(undefined);
    expect(app.main.timers.size).to.equal(0);
    await app.finish();
  });
});

describe('a calendar timer can be asked', () => {
  it('when it fires after any instant, running or not', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryYear({
      timeZone: 'Europe/Amsterdam',
      month: 'february',
      day: 29,
      hour: 9,
      base: timed,
    });
    timer.stop();
    expect(iso(timer.nextAfter(new Date('2027-06-01T00:00Z')))).to.equal('2028-02-29 08:00:00');
    expect(iso(timer.nextAfter(Date.UTC(2098, 5)))).to.equal('2099-02-28 08:00:00');
    expect(timer.inZone(timer.nextAfter(Date.UTC(2099, 5)))).to.equal('2100-02-28T09:00:00+01:00[Europe/Amsterdam]');
    expect(timer.timeZone).to.equal('Europe/Amsterdam');
    await app.finish();
  });

  it('for the times to come, as many as are taken', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryMonth({ ...UTC, day: 31, base: timed });
    const times: string[] = [];
    for (const at of timer.upcoming()) {
      times.push(iso(at).slice(0, 10));
      if (times.length === 4) break;
    }
    expect(times).to.deep.equal(['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']);
    expect(iso(timer.upcoming(Date.UTC(2026, 5, 30)).next().value)).to.equal('2026-07-31 00:00:00');
    await app.finish();
  });

  it('about an instant as far away as a calendar reaches, and none beyond', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const far = 8.64e15 - 1_000 * DAY;
    const base = timed;
    const timers = [
      new TimerEveryMinute({ timeZone: 'Asia/Kathmandu', base }),
      new TimerEveryHour({ timeZone: 'America/New_York', base }),
      new TimerEveryDay({ timeZone: 'Pacific/Apia', base }),
      new TimerEveryWeek({ ...UTC, day: [1, 7], base }),
      new TimerEveryMonth({ ...UTC, day: 31, base }),
      new TimerEveryYear({ ...UTC, month: 12, day: 31, base }),
      new TimerEveryYear({ ...UTC, week: 53, day: 7, base }),
    ];
    for (const timer of timers) {
      for (const instant of [far, -far]) {
        expect(timer.nextAfter(instant) - instant, timer.name).to.be.within(1, 372 * DAY);
      }
      expectThrow(() => timer.nextAfter(far + 1), 'TT_BAD_OPTION');
    }
    await app.finish();
  });

  it('refuses an invalid instant', async () => {
    const { app, timed } = await startAt('2026-01-01T12:00Z');
    const timer = new TimerEveryDay({ ...UTC, base: timed });
    for (const instant of [NaN, Infinity, new Date('nonsense'), 8.64e15, 'soon' as never, undefined as never]) {
      expectThrow(() => timer.nextAfter(instant), 'TT_BAD_OPTION');
      expectThrow(() => timer.inZone(instant), 'TT_BAD_OPTION');
    }
    await app.finish();
  });
});

describe('calendar timers in large numbers', () => {
  const count = howMany(2_000, 10_000);

  it('fire each once, by one timer of the operating system', async function () {
    this.timeout(30_000);
    const { app, timed, clock } = await startAt('2026-01-01T12:00Z');
    for (let n = 0; n < count; n++) new TimerEveryDay({ timeZone: 'Europe/Amsterdam', time: '13:30', base: timed });
    await app.settled();
    expect(clock.timers).to.be.lessThan(5);
    expect(app.main.timers.size, 'one watch over the clock for all').to.equal(count + 1);
    await app.pass(HOUR);
    expect(timed.infos).to.have.length(count);
    expect(messages(app.lines, WARN)).to.deep.equal([]);
    await app.finish();
  });
});
