import { expect } from 'chai';
import {
  type Catalyst,
  nodeClock,
  type Period,
  type Timer,
  type TimerInfo,
  type TimerOptions,
  TimerPausing,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
} from '../../../src/index.js';
import { LONGEST_TIMER } from '../../doors/core.js';
import { type App, type Setup, WARN, messages, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { howMany } from '../../support/how-many.js';

const DAY = 24 * 3_600_000;

/** Makes timers when it is told, and writes down what it hears: the time since its start, and the event. */
class Timed extends Tonic {
  readonly words: string[] = [];
  readonly infos: TimerInfo[] = [];
  #startedAt = 0;
  ttse__onStart(): void {
    this.#startedAt = this._ttScheduler.clock.now();
  }
  ttse__onTimer(info: TimerInfo): void {
    this.#heard('timer', info);
  }
  ttse__onLightsOff(info: TimerInfo): void {
    this.#heard('lightsOff', info);
  }
  ttse__enough(info: TimerInfo): void {
    this.#heard('enough', info);
  }
  #heard(what: string, info: TimerInfo): void {
    this.infos.push(info);
    this.words.push(`${this._ttScheduler.clock.now() - this.#startedAt} ${what}`);
  }
}

const start = async (log: Setup['log'] = {}): Promise<{ app: App; timed: Timed; clock: App['clock'] }> => {
  let timed!: Timed;
  const app = await startApp(() => (timed = new Timed({ name: 'timed' })), { log });
  return { app, timed, clock: app.clock };
};

describe('a single-shot timer', () => {
  it('fires once, and then has finished', async () => {
    const { app, timed } = await start();
    const timer = new TimerSingleShot({ seconds: 2, base: timed });
    await app.pass(1_999);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['2000 timer']);
    expect(timer).to.include({ finished: true, running: false });
    expect(timed.infusions.size).to.equal(0);
    await app.pass(10_000);
    expect(timed.words).to.have.length(1);
    await app.finish();
  });

  it('is an infusion of the Tonic that made it, and finishes with it', async () => {
    class Short extends Tonic {
      ttse__onStart(): void {
        new TimerSingleShot({ hours: 1 });
        this.ttsc__finish();
      }
      ttse__onTimer(): void {
        throw new Error('too late');
      }
    }
    let short!: Short;
    const app = await startApp(() => (short = new Short()));
    expect(short.finished).to.equal(true);
    const { result } = await app.end();
    expect(result.exitCode).to.equal(0);
    expect(app.main.timers.size).to.equal(0);
  });

  it('counts its period from seconds, minutes, hours and days', async () => {
    const { app, timed } = await start();
    const timer = new TimerSingleShot({ seconds: 1.5, minutes: 2, hours: 1, days: 0.5, base: timed });
    expect(timer.period).to.equal(1_500 + 120_000 + 3_600_000 + DAY / 2);
    await app.finish();
  });

  it('fires after more than 24.8 days, and not before', async () => {
    const { app, timed } = await start();
    new TimerSingleShot({ days: 100, base: timed });
    await app.pass(LONGEST_TIMER + 1);
    expect(timed.words).to.deep.equal([]);
    await app.pass(100 * DAY - LONGEST_TIMER - 2);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    expect(timed.words).to.deep.equal([`${100 * DAY} timer`]);
    await app.finish();
  });

  it("on Node's clock does not fire at once for a time beyond 24.8 days", async () => {
    let fired = false;
    const timer = nodeClock.setTimer(() => (fired = true), 100 * DAY);
    // Node would fire such a timer after 1 ms, so before this one.
    await new Promise<void>((resolve) => void nodeClock.setTimer(resolve, 20));
    nodeClock.clearTimer(timer);
    expect(fired).to.equal(false);
  });

  it('started again before it has fired goes on; restarted begins anew', async () => {
    const { app, timed } = await start();
    const timer = new TimerSingleShot({ seconds: 2, base: timed });
    await app.pass(1_500);
    timer.start();
    await app.pass(400);
    timer.restart();
    await app.pass(1_999);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['3900 timer']);
    await app.finish();
  });

  it('does not come back to life when it is started after its end', async () => {
    const { app, timed } = await start();
    const timer = new TimerSingleShot({ seconds: 1, base: timed });
    await app.pass(1_000);
    timer.start();
    timer.restart();
    expect(app.main.timers.size).to.equal(0);
    await app.finish();
  });
});

describe('a timer is heard', () => {
  const heardFrom = async (options: (timed: Timed) => Partial<TimerOptions>): Promise<Timed> => {
    const { app, timed } = await start();
    new TimerSingleShot({ seconds: 1, base: timed, ...options(timed) });
    await app.pass(1_000);
    await app.finish();
    return timed;
  };

  it('unnamed, as ttse__onTimer', async () => {
    expect((await heardFrom(() => ({}))).words).to.deep.equal(['1000 timer']);
  });

  it('named lightsOff, as ttse__onLightsOff', async () => {
    const { words, infos } = await heardFrom(() => ({ name: 'lightsOff' }));
    expect(words).to.deep.equal(['1000 lightsOff']);
    expect(infos[0]).to.include({ name: 'lightsOff', id: 2, count: 1, missed: 0 });
  });

  it('named otherwise, as ttse__onTimer', async () => {
    expect((await heardFrom(() => ({ name: 'bell' }))).words).to.deep.equal(['1000 timer']);
  });

  it('as its sparkleBack before all, given as a method or a reference', async () => {
    for (const back of ['method', 'reference']) {
      const { words } = await heardFrom((timed) => ({
        name: 'lightsOff',
        // eslint-disable-next-line tasktonic/no-unbound-sparkle -- it is resolved for the base
        sparkleBack: back === 'method' ? timed.ttse__enough : timed.bind('ttse__enough'),
      }));
      expect(words).to.deep.equal(['1000 enough']);
    }
  });

  it('by nobody where its base has no such event, which is told once, as a warning', async () => {
    let quiet!: Tonic;
    const app = await startApp(() => (quiet = new Tonic()));
    new TimerRepeat({ seconds: 1, name: 'bell', base: quiet });
    await app.pass(3_000);
    const told = messages(app.lines, WARN);
    expect(told).to.have.length(1);
    expect(told[0]).to.contain('ttse__onBell');
    await app.finish();
  });

  it('with an id that finds it, while it is there', async () => {
    class Looking extends Timed {
      found: unknown;
      override ttse__onTimer(info: TimerInfo): void {
        this.found = app.ledger.get(info.id) === info.timer;
      }
    }
    let looking!: Looking;
    const app = await startApp(() => (looking = new Looking()));
    new TimerRepeat({ seconds: 1, base: looking });
    await app.pass(1_000);
    expect(looking.found).to.equal(true);
    await app.finish();
  });

  it('though others have its name: names of timers are not in the Ledger', async () => {
    const { app, timed } = await start();
    const a = new TimerSingleShot({ seconds: 1, name: 'lightsOff', base: timed });
    const b = new TimerSingleShot({ seconds: 1, name: 'lightsOff', base: timed });
    expect([a.name, b.name, app.ledger.find('lightsOff')]).to.deep.equal(['lightsOff', 'lightsOff', undefined]);
    await app.pass(1_000);
    expect(timed.infos.map(({ timer }) => timer)).to.deep.equal([a, b]);
    await app.finish();
  });

  it('in the order of the due times, whatever the order in which they were set', async () => {
    const { app, timed } = await start();
    for (const seconds of [3, 1, 2, 5, 4]) new TimerSingleShot({ seconds, base: timed });
    await app.pass(5_000);
    expect(timed.words).to.deep.equal(['1000 timer', '2000 timer', '3000 timer', '4000 timer', '5000 timer']);
    await app.finish();
  });
});

describe('a repeating timer', () => {
  it('fires again and again, and counts', async () => {
    const { app, timed } = await start();
    new TimerRepeat({ seconds: 0.1, base: timed });
    await app.pass(1_000);
    expect(timed.infos.map(({ count }) => count)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await app.finish();
  });

  it('does not drift when it is heard late', async () => {
    const { app, timed, clock } = await start();
    new TimerRepeat({ seconds: 1, base: timed });
    clock.stall(1_300);
    await app.pass(0);
    await app.pass(700);
    await app.pass(1_000);
    expect(timed.words).to.deep.equal(['1300 timer', '2000 timer', '3000 timer']);
    expect(timed.infos.map(({ missed }) => missed)).to.deep.equal([0, 0, 0]);
    await app.finish();
  });

  it('fires once after a stall, and says how many periods were missed', async () => {
    const { app, timed, clock } = await start();
    new TimerRepeat({ seconds: 1, base: timed });
    clock.stall(4_500);
    await app.pass(0);
    expect(timed.infos.map(({ count, missed }) => [count, missed])).to.deep.equal([[1, 3]]);
    await app.pass(500);
    expect(timed.words).to.deep.equal(['4500 timer', '5000 timer']);
    expect(timed.infos[1]).to.include({ count: 2, missed: 0 });
    await app.finish();
  });

  it('fires until it is stopped, and goes on when it is started', async () => {
    const { app, timed } = await start();
    const timer = new TimerRepeat({ seconds: 1, base: timed });
    await app.pass(1_500);
    timer.stop();
    expect(timer.running).to.equal(false);
    await app.pass(5_000);
    expect(timed.words).to.deep.equal(['1000 timer']);
    timer.start();
    expect(timer.running).to.equal(true);
    await app.pass(1_000);
    expect(timed.words).to.deep.equal(['1000 timer', '7500 timer']);
    await app.finish();
  });

  it('takes another period, which begins at once', async () => {
    const { app, timed } = await start();
    const timer = new TimerRepeat({ seconds: 1, base: timed });
    await app.pass(500);
    timer.changePeriod({ seconds: 3 });
    await app.pass(3_000);
    expect(timed.words).to.deep.equal(['3500 timer']);
    await app.finish();
  });

  it('takes another period while it is stopped, and stays stopped', async () => {
    const { app, timed } = await start();
    const timer = new TimerRepeat({ seconds: 1, base: timed });
    timer.stop();
    timer.changePeriod({ seconds: 2 });
    expect(timer.running).to.equal(false);
    timer.start();
    await app.pass(2_000);
    expect(timed.words).to.deep.equal(['2000 timer']);
    await app.finish();
  });

  it('of a very short period does not hold up the loop', async () => {
    const { app, timed } = await start();
    new TimerRepeat({ seconds: 1e-6, base: timed });
    await app.pass(3);
    expect(timed.infos.length).to.be.greaterThan(0);
    await app.finish();
  });

  it('goes on for ever, finished only with its base', async () => {
    const { app, timed } = await start();
    const timer = new TimerRepeat({ days: 1, base: timed });
    await app.pass(300 * DAY);
    expect(timed.words).to.have.length(300);
    expect(timer.finished).to.equal(false);
    timed.ttsc__finish();
    await app.end();
    expect(timer.finished).to.equal(true);
  });
});

describe('a pausing timer', () => {
  const startPausing = async (): Promise<{ app: App; timed: Timed; timer: TimerPausing }> => {
    const { app, timed } = await start();
    return { app, timed, timer: new TimerPausing({ seconds: 2, base: timed }) };
  };

  it('is held by pause(), and goes on with what was left', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(1_500);
    timer.pause();
    expect(timer).to.include({ paused: true, running: false });
    await app.pass(10_000);
    timer.resume();
    expect(timer).to.include({ paused: false, running: true });
    await app.pass(499);
    expect(timed.words).to.deep.equal([]);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['12000 timer']);
    await app.finish();
  });

  it('pauses itself when it has fired, with the whole period left', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(9_000);
    expect(timed.words).to.deep.equal(['2000 timer']);
    expect(timer).to.include({ paused: true, finished: false });
    timer.resume();
    await app.pass(2_000);
    expect(timed.words).to.deep.equal(['2000 timer', '11000 timer']);
    await app.finish();
  });

  it('restarted begins with the whole period, paused or not', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(1_500);
    timer.pause();
    timer.restart();
    expect(timer.paused).to.equal(false);
    await app.pass(2_000);
    expect(timed.words).to.deep.equal(['3500 timer']);
    await app.finish();
  });

  it('paused twice, resumed twice, or resumed while it runs, is as it was', async () => {
    const { app, timed, timer } = await startPausing();
    timer.resume();
    await app.pass(500);
    timer.pause();
    await app.pass(500);
    timer.pause();
    timer.resume();
    await app.pass(500);
    timer.resume();
    await app.pass(1_000);
    expect(timed.words).to.deep.equal(['2500 timer']);
    await app.finish();
  });

  it('stopped while it is paused does not go on', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(500);
    timer.pause();
    timer.stop();
    expect(timer.paused).to.equal(false);
    timer.resume();
    await app.pass(10_000);
    expect(timed.words).to.deep.equal([]);
    await app.finish();
  });

  it('given another period after it has fired goes on with that', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(2_000);
    timer.changePeriod({ seconds: 10 }).resume();
    await app.pass(9_999);
    expect(timed.words).to.have.length(1);
    await app.pass(1);
    expect(timed.words).to.deep.equal(['2000 timer', '12000 timer']);
    await app.finish();
  });

  it('may begin held, with its whole period left, or without a period that is given later', async () => {
    const { app, timed } = await start();
    const held = new TimerPausing({ seconds: 2, paused: true, base: timed });
    const later = new TimerPausing({ name: 'lightsOff', base: timed });
    await app.pass(5_000);
    expect([held.paused, later.paused, timed.words.length]).to.deep.equal([true, true, 0]);
    expectThrow(() => later.resume(), 'TT_BAD_OPTION');
    expectThrow(() => later.restart(), 'TT_BAD_OPTION');
    held.resume();
    later.changePeriod({ seconds: 3 }).resume();
    await app.pass(3_000);
    expect(timed.words).to.deep.equal(['7000 timer', '8000 lightsOff']);
    await app.finish();
  });

  it('that is given another period while it is paused begins with it', async () => {
    const { app, timed, timer } = await startPausing();
    await app.pass(500);
    timer.pause();
    timer.changePeriod({ seconds: 10 });
    timer.start();
    await app.pass(10_000);
    expect(timed.words).to.deep.equal(['10500 timer']);
    await app.finish();
  });
});

describe('a timer that has fired and waits for its turn on the queue', () => {
  /** What is heard where a Tonic does this in the order before. */
  async function heardAfter<T extends Timer>(
    make: (options: TimerOptions) => T,
    act: (timer: T) => void,
    later = 0,
  ): Promise<string[]> {
    const { app, timed } = await start();
    class First extends Tonic {
      ttse__onTimer(): void {
        act(timer);
      }
    }
    const first = new First({ base: timed });
    new TimerSingleShot({ seconds: 1, base: first });
    const timer = make({ seconds: 1, base: timed });
    await app.pass(1_000);
    await app.pass(later);
    await app.finish();
    return timed.words;
  }
  const singleShot = (options: TimerOptions): TimerSingleShot => new TimerSingleShot(options);
  const repeat = (options: TimerOptions): TimerRepeat => new TimerRepeat(options);
  const pausing = (options: TimerOptions): TimerPausing => new TimerPausing(options);

  it('is heard where nothing is done to it', async () => {
    for (const make of [singleShot, repeat, pausing])
      expect(await heardAfter<Timer>(make, () => {})).to.deep.equal(['1000 timer']);
  });

  it('is not heard where it is stopped or finished before', async () => {
    for (const make of [singleShot, repeat, pausing]) {
      expect(await heardAfter<Timer>(make, (timer) => timer.stop(), 5_000)).to.deep.equal([]);
      expect(await heardAfter<Timer>(make, (timer) => timer.ttsc__finish(), 5_000)).to.deep.equal([]);
    }
  });

  it('is heard a period later where it is started anew before', async () => {
    for (const make of [singleShot, repeat, pausing])
      expect(await heardAfter<Timer>(make, (timer) => timer.restart(), 1_000)).to.deep.equal(['2000 timer']);
    expect(await heardAfter(repeat, (timer) => timer.changePeriod({ seconds: 3 }), 3_000)).to.deep.equal([
      '4000 timer',
    ]);
  });

  it('is not heard where it is paused before, and when it goes on a whole period is left', async () => {
    expect(await heardAfter(pausing, (timer) => timer.pause(), 5_000)).to.deep.equal([]);
    expect(await heardAfter(pausing, (timer) => timer.pause().resume(), 1_000)).to.deep.equal(['2000 timer']);
  });

  it('is heard once, however often it fires meanwhile, and says how many periods were missed', async () => {
    const { app, timed } = await start();
    const main = app.main as Catalyst;
    const timer = new TimerRepeat({ seconds: 1, base: timed });
    await app.pass(1_000);
    for (let fired = 0; fired < 3; fired++) {
      main.timers.remove(timer);
      timer.fire(timer.at);
    }
    await app.settled();
    expect(timed.infos.map(({ count, missed }) => [count, missed])).to.deep.equal([
      [1, 0],
      [2, 2],
    ]);
    await app.finish();
  });
});

describe('what starts, stops or holds a timer', () => {
  it('returns the timer', async () => {
    const { app, timed } = await start();
    const timer = new TimerPausing({ seconds: 2, base: timed });
    expect(timer.pause().resume().stop().start().restart().changePeriod({ seconds: 3 })).to.equal(timer);
    const repeat = new TimerRepeat({ seconds: 1, base: timed }).stop();
    await app.pass(3_000);
    expect(timed.words).to.deep.equal(['3000 timer']);
    expect(repeat.running).to.equal(false);
    await app.finish();
  });
});

describe('a timer is refused', () => {
  const bad: Period[] = [
    {},
    { seconds: 0 },
    { seconds: -1 },
    { seconds: 2, minutes: -1 },
    { hours: NaN },
    { seconds: '5' as never },
    { seconds: null as never },
    { days: Infinity },
    { seconds: 1e-9 },
  ];
  for (const period of bad) {
    const shown = Object.entries(period).map(([unit, value]) => `${unit}: ${String(value)}`);
    it(`with the period { ${shown.join(', ')} }, and leaves nothing`, async () => {
      const { app, timed } = await start();
      expectThrow(() => new TimerRepeat({ ...period, base: timed }), 'TT_BAD_OPTION');
      await app.settled();
      expect(app.ledger.size).to.equal(2);
      expect(app.main.timers.size).to.equal(0);
      await app.finish();
    });
  }

  it('with a sparkleBack that is not a sparkle of its base, and leaves nothing open', async () => {
    const { app, timed } = await start();
    for (const sparkleBack of [() => {}, 'ttse__enough' as never]) {
      expectThrow(() => new TimerRepeat({ seconds: 1, base: timed, sparkleBack }), 'TT_NOT_A_SPARKLE');
    }
    await app.settled();
    expect(app.ledger.size).to.equal(2);
    await app.finish();
  });

  it('made by one Tonic for another, and leaves nothing', async () => {
    class Meddler extends Tonic {
      error: unknown;
      ttsc__meddle(timed: Timed): void {
        this.error = expectThrow(() => new TimerRepeat({ seconds: -1, base: timed }), 'TT_BAD_OPTION');
      }
    }
    let meddler!: Meddler;
    let timed!: Timed;
    const app = await startApp(() => {
      meddler = new Meddler();
      timed = new Timed();
    });
    meddler.ttsc__meddle(timed);
    await app.settled();
    expectCode(meddler.error, 'TT_BAD_OPTION');
    expect(app.ledger.size).to.equal(3);
    await app.finish();
  });

  it('with an invalid period, and keeps the present one', async () => {
    const { app, timed } = await start();
    const timer = new TimerRepeat({ seconds: 1, base: timed });
    expectThrow(() => timer.changePeriod({ seconds: -1 }), 'TT_BAD_OPTION');
    await app.pass(2_000);
    expect(timer).to.include({ period: 1_000, finished: false });
    expect(timed.words).to.deep.equal(['1000 timer', '2000 timer']);
    await app.finish();
  });
});

describe('timers in large numbers', () => {
  const count = howMany(10_000, 100_000);

  it('fire each at its time, by one timer of the operating system', async function () {
    this.timeout(30_000);
    // The app of a test reads each line of its log.
    const { app, timed, clock } = await start({ level: 'info' });
    const timers: TimerSingleShot[] = [];
    for (let n = 0; n < count; n++) {
      timers.push(new TimerSingleShot({ seconds: 1 + ((n * 7_919) % 1_000) / 1_000, base: timed }));
    }
    expect(app.main.timers.size).to.equal(count);
    await app.settled();
    expect(clock.timers).to.be.lessThan(5);
    for (let n = 0; n < count / 2; n++) timers[n]!.stop();
    expect(app.main.timers.size).to.equal(count / 2);
    await app.pass(500);
    expect(timed.infos).to.have.length(0);
    await app.pass(750);
    const half = timed.infos.length;
    expect(half).to.be.within(0.12 * count, 0.13 * count);
    await app.pass(750);
    expect(timed.infos).to.have.length(count / 2);
    const due = timed.infos.map(({ timer }) => (timer as TimerSingleShot).period);
    expect(due.every((period, n) => n === 0 || period >= due[n - 1]!)).to.equal(true);
    await app.finish();
  });
});
