import { expect } from 'chai';
import { type InfusionFailure, Tonic } from '../../src/index.js';
import {
  type CalendarTimer,
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryYear,
} from '../../src/calendar/index.js';
import { LOOK_EVERY, SET_FROM } from '../doors/calendar.js';
import { type App, catalyst, messages, startApp } from '../support/app.js';
import { expectCode } from '../support/errors.js';
import { DAY, HOUR, MINUTE, Timed, iso, startAt } from './support/timed.js';

const UTC = { timeZone: 'UTC' } as const;

interface Daily {
  readonly app: App;
  readonly timed: Timed;
  readonly clock: App['clock'];
  readonly timer: CalendarTimer;
  /** Sets the time of day, and lets it be noticed. */
  set(wallTime: string): Promise<void>;
}

/** A daily timer for 02:30, at noon. */
const daily = async (): Promise<Daily> => {
  const { app, timed, clock } = await startAt('2026-03-10T12:00Z');
  const timer = new TimerEveryDay({ ...UTC, time: '02:30', base: timed });
  const set = async (wallTime: string): Promise<void> => {
    clock.setWallTime(Date.parse(wallTime));
    await app.pass(LOOK_EVERY);
  };
  return { app, timed, clock, timer, set };
};

describe('a clock that is set forward', () => {
  it('is noticed within a minute, and what became due fires once', async () => {
    const { app, timed, set } = await daily();
    await set('2026-03-11T08:00Z');
    expect(timed.words).to.deep.equal(['set by 20 h', '2026-03-11 08:01:00 timer']);
    expect(timed.infos[0]).to.include({ missed: 0, clockSet: 20 * HOUR });
    expect(iso(timed.infos[0]!.due)).to.equal('2026-03-11 02:30:00');
    await app.finish();
  });

  it('says how many times were missed, and goes on with the next one', async () => {
    const { app, timed, timer, set } = await daily();
    await set('2026-03-20T02:00Z');
    expect(timed.infos.map(({ due, missed }) => [iso(due), missed])).to.deep.equal([['2026-03-19 02:30:00', 8]]);
    expect(iso(timer.next)).to.equal('2026-03-20 02:30:00');
    await app.pass(29 * MINUTE);
    expect(timed.infos[1]).to.include({ missed: 0, clockSet: 0, count: 2 });
    await app.finish();
  });

  it('by half a century holds nothing up: a device without a battery begins in 1970', async function () {
    this.timeout(5_000);
    const { app, timed, clock } = await startAt('1970-01-01T00:00:10Z');
    new TimerEveryMinute({ ...UTC, base: timed });
    new TimerEveryDay({ ...UTC, base: timed });
    clock.setWallTime(Date.UTC(2026, 0, 1, 12));
    await app.pass(LOOK_EVERY);
    const noon = Date.UTC(2026, 0, 1, 12);
    const missed = timed.infos.map((info) => info.missed).sort((a, b) => a - b);
    // The minute that follows has missed none.
    expect(missed).to.deep.equal([0, Math.floor(noon / DAY) - 1, noon / MINUTE - 1]);
    await app.finish();
  });

  it('before it became due fires at its new time', async () => {
    const { app, timed, set } = await daily();
    await set('2026-03-11T02:00Z');
    await app.pass(29 * MINUTE - 1);
    expect(timed.words).to.deep.equal(['set by 14 h']);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['set by 14 h', '2026-03-11 02:30:00 timer']);
    await app.finish();
  });
});

describe('a clock that is set back', () => {
  it('does not let it fire early by the time of day', async () => {
    const { app, timed, set } = await daily();
    await app.pass(14 * HOUR);
    await set('2026-03-10T22:00Z');
    await app.pass(4.5 * HOUR - MINUTE - 1);
    expect(timed.words).to.deep.equal(['set by -4 h']);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['set by -4 h', '2026-03-11 02:30:00 timer']);
    await app.finish();
  });

  it('does not let it fire twice for the same time', async () => {
    const { app, timed, timer, set } = await daily();
    await app.pass(15 * HOUR);
    await set('2026-03-11T02:00Z');
    expect(iso(timer.next)).to.equal('2026-03-12 02:30:00');
    await app.pass(DAY);
    expect(timed.words).to.deep.equal(['2026-03-11 02:30:00 timer', 'set by -1 h']);
    await app.pass(HOUR);
    expect(timed.infos.map(({ due, clockSet }) => [iso(due), clockSet])).to.deep.equal([
      ['2026-03-11 02:30:00', 0],
      ['2026-03-12 02:30:00', -HOUR],
    ]);
    await app.finish();
  });

  it('by more than a day was wrong before: the daily timer does not wait until that time comes again', async () => {
    const { app, timed, timer, set } = await daily();
    await set('2036-01-01T00:00Z');
    await set('2026-03-10T13:00Z');
    expect(iso(timer.next)).to.equal('2026-03-11 02:30:00');
    await app.pass(14 * HOUR);
    expect(timed.infos.map(({ due }) => iso(due))).to.deep.equal(['2035-12-31 02:30:00', '2026-03-11 02:30:00']);
    await app.finish();
  });

  it('by more than a day and then put right does not fire twice for the same time', async () => {
    const { app, timed, timer, set } = await daily();
    await app.pass(15 * HOUR);
    await set('2026-03-08T12:00Z');
    await set('2026-03-11T03:10Z');
    expect(timed.infos.map(({ due }) => iso(due))).to.deep.equal(['2026-03-11 02:30:00']);
    expect(iso(timer.next)).to.equal('2026-03-12 02:30:00');
    await app.finish();
  });

  it('by more than a day and then held up does not fire twice for the same time', async () => {
    const { app, timed, clock, timer, set } = await daily();
    await app.pass(15 * HOUR);
    await set('2026-03-09T12:00Z');
    expect(iso(timer.next)).to.equal('2026-03-10 02:30:00');
    clock.stall(40 * HOUR);
    await app.pass(LOOK_EVERY);
    expect(timed.infos.map(({ due }) => iso(due))).to.deep.equal(['2026-03-11 02:30:00']);
    expect(iso(timer.next)).to.equal('2026-03-12 02:30:00');
    await app.finish();
  });

  it('by a month is no reason for a yearly timer to fire twice', async () => {
    const { app, timed, clock } = await startAt('2026-08-02T23:00Z');
    const timer = new TimerEveryYear({ ...UTC, month: 'august', day: 3, base: timed });
    await app.pass(2 * HOUR);
    clock.setWallTime(Date.parse('2026-07-03T00:00Z'));
    await app.pass(LOOK_EVERY);
    expect(iso(timer.next)).to.equal('2027-08-03 00:00:00');
    await app.finish();
  });

  it('lets an hourly timer go on by the new time', async () => {
    const { app, timed, clock } = await startAt('2026-03-10T12:00Z');
    const timer = new TimerEveryHour({ ...UTC, minute: 15, base: timed });
    await app.pass(4.5 * HOUR);
    clock.setWallTime(Date.parse('2026-03-10T13:30Z'));
    await app.pass(LOOK_EVERY);
    expect(iso(timer.next)).to.equal('2026-03-10 14:15:00');
    await app.finish();
  });

  it('right before it fires is noticed then, not a minute later', async () => {
    const { app, timed, clock } = await startAt('2026-03-10T12:00Z');
    // Half a minute away from any look.
    new TimerEveryDay({ ...UTC, time: '02:30:30', base: timed });
    await app.pass(14.5 * HOUR + 30_000 - 100);
    clock.setWallTime(clock.wallTime() - 5_000);
    await app.pass(100);
    expect(timed.words).to.deep.equal([`set by ${-5_000 / HOUR} h`]);
    await app.pass(5_000);
    expect(timed.infos.map(({ due }) => iso(due))).to.deep.equal(['2026-03-11 02:30:30']);
    await app.finish();
  });
});

describe('a clock that is set is told', () => {
  it('to each base once, however many timers it has', async () => {
    const { app, timed, set } = await daily();
    new TimerEveryDay({ base: timed });
    new TimerEveryHour({ base: timed });
    const other = new Timed({ base: timed, name: 'other' });
    new TimerEveryDay({ base: other });
    await set('2026-03-10T12:30Z');
    const told = { by: HOUR / 2, wallTime: Date.parse('2026-03-10T12:31Z') };
    expect([timed.sets, other.sets]).to.deep.equal([[told], [told]]);
    await app.finish();
  });

  it('in the log', async () => {
    const { app, set } = await daily();
    await set('2026-03-10T11:00Z');
    const line = app.lines.find(({ msg }) => msg === 'the clock was set');
    expect(line).to.include({ tonic: 'timed', by: -HOUR });
    await app.finish();
  });

  it('not to a timer that was made or started after that', async () => {
    const { app, timed, clock } = await daily();
    clock.setWallTime(Date.parse('2026-03-10T14:00Z'));
    const late = new TimerEveryHour({ ...UTC, base: timed });
    await app.pass(HOUR);
    const info = timed.infos.find(({ timer }) => timer === late)!;
    expect(info.clockSet).to.equal(0);
    await app.finish();
  });

  it('to nobody where it merely runs faster or slower, yet its timers go by it', async () => {
    const { app, timed, clock } = await daily();
    // Half a second in a thousand, the most that adjtime(3) does: 26 s until it is due.
    for (let minute = 0; minute < 871; minute++) {
      await app.pass(MINUTE);
      clock.setWallTime(clock.wallTime() + MINUTE / 2_000);
      if (timed.words.length > 0) break;
    }
    expect(timed.words.map((word) => word.slice(0, 19))).to.deep.equal(['2026-03-11 02:30:00']);
    expect(SET_FROM).to.be.greaterThan(MINUTE / 2_000);
    await app.finish();
  });

  it('to a base whose queue is full as its failure, and the loop goes on', async () => {
    const failures: InfusionFailure[] = [];
    class Full extends Timed {
      ttse__onStart(): void {
        new TimerEveryHour({ ...UTC });
      }
      ttsc__fill(): void {
        app.clock.setWallTime(app.clock.wallTime() + 10 * SET_FROM);
        app.clock.stall(LOOK_EVERY);
        for (let n = 0; n < 100; n++) this.ttsc__more();
        this._ttScheduler.timers.queueDue(this._ttScheduler.clock.now());
        this.words.push('the loop goes on');
      }
      ttsc__more(): void {}
    }
    class Boss extends Tonic {
      full!: Full;
      ttse__onStart(): void {
        this.full = new Full();
      }
      ttse__onInfusionFailed(failure: InfusionFailure): void {
        failures.push(failure);
      }
    }
    let boss!: Boss;
    const app = await startApp(() => (boss = new Boss()), {
      main: catalyst({ queueLimit: 100 }),
    });
    boss.full.ttsc__fill();
    await app.settled();
    expect(boss.full.words).to.deep.equal(['the loop goes on']);
    expect(failures).to.have.length(1);
    expectCode(failures[0]!.error, 'TT_QUEUE_FULL');
    await app.finish();
  });
});

describe('the watch over the clock', () => {
  it('looks once a minute, for all timers together, and not at all without one that runs', async () => {
    const { app, timed } = await startAt('2026-03-10T12:00Z');
    const timers = [1, 2, 3].map((hour) => new TimerEveryDay({ ...UTC, hour, base: timed }));
    await app.settled();
    const before = app.main.timers.nextAt;
    await app.pass(10 * MINUTE);
    expect(app.main.timers.nextAt - before).to.equal(10 * MINUTE);
    expect(app.main.timers.size).to.equal(4);
    for (const timer of timers) timer.stop();
    expect(app.main.timers.size).to.equal(0);
    await app.finish();
  });

  it('is not misled by a process that was suspended between its two readings', async () => {
    let heldUp = 0;
    let timed!: Timed;
    const app = await startApp(() => (timed = new Timed()), { log: { level: 'fatal' } });
    const { clock } = app;
    const read = clock.wallTime.bind(clock);
    clock.wallTime = () => {
      const wallTime = read();
      clock.stall(heldUp);
      heldUp = 0;
      return wallTime;
    };
    new TimerEveryDay({ ...UTC, base: timed });
    await app.pass(LOOK_EVERY - 1);
    heldUp = 3_000;
    await app.pass(2 * LOOK_EVERY);
    expect(heldUp).to.equal(0);
    expect(timed.sets).to.deep.equal([]);
    await app.finish();
  });

  it('says nothing of a loop that was held up', async () => {
    const { app, timed, clock } = await daily();
    clock.stall(3 * HOUR);
    await app.pass(2 * MINUTE);
    expect(timed.words).to.deep.equal([]);
    expect(messages(app.lines)).to.not.include('the clock was set');
    await app.finish();
  });
});
