import { readFile } from 'node:fs/promises';
import { setTimeout as later } from 'node:timers/promises';
import { expect } from 'chai';
import { type TimerInfo, TimerRepeat, TimerSingleShot, Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { expectRejection } from '../support/errors.js';
import { Door } from './support/door.js';

class Alarm extends Tonic {
  readonly heard: string[] = [];
  constructor(private readonly periods: readonly number[]) {
    super();
  }
  ttse__onStart(): void {
    for (const seconds of this.periods) new TimerSingleShot({ seconds });
  }
  ttse__onTimer({ timer }: TimerInfo): void {
    this.heard.push(`${(timer as TimerSingleShot).period} at ${this._ttScheduler.clock.now()}`);
  }
}

class Ticker extends Tonic {
  ticks = 0;
  missed = 0;
  ttse__onStart(): void {
    new TimerRepeat({ seconds: 1 });
  }
  ttse__onTimer({ missed }: TimerInfo): void {
    this.ticks++;
    this.missed += missed;
  }
}

class Reader extends Tonic {
  text: string | undefined;
  ttsc__read(): void {
    this.pipe(readFile(new URL(import.meta.url), 'utf8'), this.ttse__onText);
  }
  ttse__onText(text: string): void {
    this.text = text;
  }
}

describe('virtual time', () => {
  let distiller: Distiller;

  beforeEach(async () => {
    distiller = await Distiller.start();
  });
  afterEach(async () => {
    await distiller.finish();
  });

  it('takes no time: two hours pass in far less than a second', async () => {
    const door = distiller.infuse(() => new Door());
    door.ttsc__unlock('42');
    const begin = process.hrtime.bigint();
    await distiller.advance('1h 59m 59s');
    expect(door.state).to.equal('open');
    await distiller.advance('1s');
    expect(door.state).to.equal('locked');
    expect(Number(process.hrtime.bigint() - begin) / 1e6).to.be.below(5_000);
  });

  it('runs all that falls due, in order, each at its own time', async () => {
    const alarm = distiller.infuse(() => new Alarm([3, 1, 2, 1]));
    await distiller.advance('1m');
    expect(alarm.heard).to.deep.equal(['1000 at 1000', '1000 at 1000', '2000 at 2000', '3000 at 3000']);
    expect(distiller.clock.now()).to.equal(60_000);
  });

  it('runs what is due at the very end, and nothing later', async () => {
    const ticker = distiller.infuse(() => new Ticker());
    await distiller.advance('3s');
    expect(ticker.ticks).to.equal(3);
    await distiller.advance(999.5);
    expect(ticker.ticks).to.equal(3);
  });

  it('stands still while it settles', async () => {
    const ticker = distiller.infuse(() => new Ticker());
    await distiller.settle();
    await distiller.settle();
    expect([ticker.ticks, distiller.clock.now()]).to.deep.equal([0, 0]);
  });

  it('may go by while a sparkle runs, as with one that is slow', async () => {
    class Slow extends Ticker {
      ttsc__stall(ms: number): void {
        distiller.clock.stall(ms);
      }
    }
    const slow = distiller.infuse(() => new Slow());
    await distiller.advance('2s');
    slow.ttsc__stall(3_500);
    await distiller.advance('1s');
    expect([slow.ticks, slow.missed]).to.deep.equal([3, 2]);
    expect(distiller.lines.filter(({ slow }) => slow).map(({ sparkle }) => sparkle)).to.deep.equal(['ttsc__stall']);
  });

  it('has a time of day that the test may set', async () => {
    expect(new Date(distiller.clock.wallTime()).toISOString()).to.equal('2026-01-01T12:00:00.000Z');
    distiller.clock.setWallTime(Date.UTC(2026, 2, 29));
    await distiller.advance('1h');
    expect(new Date(distiller.clock.wallTime()).toISOString()).to.equal('2026-03-29T01:00:00.000Z');
    const later = await Distiller.start(undefined, { wallTime: 0 });
    expect(later.clock.wallTime()).to.equal(0);
    await later.finish();
  });

  it('refuses an invalid time of day', async () => {
    await expectRejection(Distiller.start(undefined, { wallTime: NaN }), 'TT_BAD_OPTION');
  });

  it('is the time in the log', async () => {
    const door = distiller.infuse(() => new Door());
    await distiller.advance('10s');
    door.ttsc__unlock('42');
    await distiller.advance('2h');
    expect(distiller.lines.map(({ time, msg }) => [time - Date.UTC(2026, 0, 1, 12), msg])).to.deep.equal([
      [0, 'locked'],
      [7_210_000, 'locked'],
    ]);
  });

  it('passes until a promise of the test is settled', async () => {
    let told = (_at: number): void => {};
    const promise = new Promise<number>((resolve) => (told = resolve));
    class Teller extends Ticker {
      override ttse__onTimer(info: TimerInfo): void {
        super.ttse__onTimer(info);
        if (this.ticks === 90) told(distiller.clock.now());
      }
    }
    distiller.infuse(() => new Teller());
    expect(await distiller.until(promise)).to.equal(90_000);
  });

  it('gives a promise that nobody settles up', async () => {
    distiller.infuse(() => new Ticker());
    await expectRejection(distiller.until(new Promise(() => {}), '10s'), 'TT_NOT_SETTLED');
    expect(distiller.clock.now()).to.equal(10_000);
  });

  it('passes until a function says true, and no further', async () => {
    const ticker = distiller.infuse(() => new Ticker());
    await distiller.until(() => ticker.ticks === 90);
    expect([ticker.ticks, distiller.clock.now()]).to.deep.equal([90, 90_000]);
    await expectRejection(
      distiller.until(() => ticker.ticks === 0, '10s'),
      'TT_NOT_SETTLED',
    );
    expect([ticker.ticks, distiller.clock.now()]).to.deep.equal([100, 100_000]);
  });

  it('passes on what a promise is rejected with', async () => {
    const thrown: unknown = await distiller.until(Promise.reject(new Error('no'))).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'no');
  });

  it('stands still while the test waits for something real', async () => {
    const reader = distiller.infuse(() => new Reader());
    const ticker = distiller.infuse(() => new Ticker());
    reader.ttsc__read();
    await distiller.settle();
    const text = await distiller.realTime(readFile(new URL(import.meta.url), 'utf8'));
    for (let tries = 0; reader.text === undefined && tries < 1_000; tries++) await distiller.realTime(later(1));
    expect(reader.text).to.equal(text);
    expect([ticker.ticks, distiller.clock.now()]).to.deep.equal([0, 0]);
  });

  it('goes along where the test lets real time run', async () => {
    const ticker = distiller.infuse(() => new Ticker());
    await distiller.advance(990);
    await distiller.realTime('20ms');
    expect(ticker.ticks).to.equal(1);
    expect(distiller.clock.now()).to.equal(1_010);
  });

  it('survives what a timer of somebody throws, and tells it to the test', async () => {
    const ticker = distiller.infuse(() => new Ticker());
    distiller.clock.setTimer(() => {
      throw new Error('a broken timer');
    }, 1_500);
    const thrown: unknown = await distiller.advance('3s').catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'a broken timer');
    expect(ticker.ticks).to.equal(3);
  });

  for (const duration of [
    '',
    'soon',
    '5',
    '5 minutes',
    '-1s',
    -1,
    NaN,
    '1h,30m',
    undefined,
    Infinity,
    `${'9'.repeat(400)}h`,
  ]) {
    it(`refuses a time of ${String(duration).slice(0, 20) || 'nothing'}`, async () => {
      await expectRejection(distiller.advance(duration as string), 'TT_BAD_OPTION');
    });
  }

  for (const [text, ms] of Object.entries({ '250ms': 250, '1.5s': 1_500, '1m30s': 90_000, ' 2h 5m ': 7_500_000 })) {
    it(`understands "${text}"`, async () => {
      await distiller.advance(text);
      expect(distiller.clock.now()).to.equal(ms);
    });
  }
});
