import { expect } from 'chai';
import { TimerPausing, TimerRepeat, TimerSingleShot, Tonic } from '../../src/index.js';
import { distilled, Distiller, explore, type SparkleTakes } from '../../src/testing/index.js';
import { expectRejection, expectThrow } from '../support/errors.js';
import { Door } from './support/door.js';
import { onlyWithAll } from '../support/how-many.js';

/** It writes down when it works. */
class Worker extends Tonic {
  readonly worked: number[] = [];
  ttsc__work(): void {
    this.worked.push(this._ttScheduler.clock.now());
  }
  ttsc__rest(): void {}
}

/** It hears of a timer of so many ms, which what it works puts back, if told so. */
class Patient extends Worker {
  readonly #restarts: boolean;
  heard: number[] = [];
  patience: TimerPausing | undefined;
  constructor(restarts: boolean) {
    super();
    this.#restarts = restarts;
  }
  ttse__onStart(): void {
    this.patience = new TimerPausing({ seconds: 0.02, name: 'impatient' });
  }
  override ttsc__work(): void {
    super.ttsc__work();
    if (this.#restarts) this.patience!.restart();
  }
  ttse__onImpatient(): void {
    this.heard.push(this._ttScheduler.clock.now());
  }
}

/** Queues itself for ever. */
class Busy extends Worker {
  override ttsc__work(): void {
    super.ttsc__work();
    this.ttsc__work();
  }
}

class Ticker extends Tonic {
  readonly ticks: number[] = [];
  ttse__onStart(): void {
    new TimerRepeat({ seconds: 0.01, name: 'tick' });
  }
  ttse__onTick(): void {
    this.ticks.push(this._ttScheduler.clock.now());
  }
}

describe('sparkles that take time', () => {
  let distiller: Distiller;
  afterEach(async () => distiller.finish());

  const started = async <T extends Tonic>(make: () => T, takes: SparkleTakes): Promise<T> => {
    distiller = await Distiller.start(undefined, { seed: 1 });
    const made = distiller.infuse(make);
    await distiller.settle();
    distiller.sparkleTakes(takes);
    return made;
  };
  const backlog = (worker: Worker, orders: number): void => {
    for (let n = 0; n < orders; n++) worker.ttsc__work();
  };

  it('take it one after the other, each from the end of the one before', async () => {
    const worker = await started(() => new Worker(), 5);
    backlog(worker, 4);
    await distiller.settle();
    expect(worker.worked).to.deep.equal([0, 5, 10, 15]);
    expect(distiller.clock.now()).to.equal(20);
    const { atEnter, atExit } = distiller.trace.at(-1)!;
    expect([atEnter.at, atExit!.at]).to.deep.equal([15, 20]);
  });

  it('take it once with their transitions', async () => {
    const door = await started(() => new Door(), 5);
    door.ttsc__unlock('42');
    await distiller.settle();
    expect(door.state).to.equal('open');
    expect(distiller.clock.now()).to.equal(5);
  });

  it('take what a function says of each, in whatever words', async () => {
    const asked: string[] = [];
    const worker = await started(
      () => new Worker(),
      ({ tonic, sparkle, host }) => {
        asked.push(`${sparkle} of ${tonic.name} at ${host}`);
        return sparkle === 'ttsc__work' ? '20ms' : undefined;
      },
    );
    worker.ttsc__work();
    worker.ttsc__rest();
    worker.ttsc__work();
    await distiller.settle();
    expect(worker.worked).to.deep.equal([0, 20]);
    expect(asked).to.deep.equal(['ttsc__work', 'ttsc__rest', 'ttsc__work'].map((key) => `${key} of 01.Worker at main`));
  });

  it('let a timer fall due while others wait: what it fires stands behind them', async () => {
    const patient = await started(() => new Patient(false), 5);
    backlog(patient, 10);
    await distiller.settle();
    expect([patient.worked.at(-1), patient.heard]).to.deep.equal([45, [50]]);
  });

  it('let a timer cross what puts it back: it is not heard', async () => {
    const patient = await started(() => new Patient(true), 15);
    backlog(patient, 10);
    await distiller.advance(150);
    expect([patient.worked.length, patient.heard]).to.deep.equal([10, []]);
    await distiller.advance('1s');
    // By then it had been put back at 135, and nothing more came.
    expect(patient.heard).to.deep.equal([155]);
  });

  it('keep no other app from its timers', async () => {
    const worker = await started(
      () => new Worker(),
      ({ tonic }) => (tonic instanceof Worker ? 5 : 0),
    );
    let ticker!: Ticker;
    await distiller.join(() => void (ticker = new Ticker()), { host: 'other' });
    await distiller.settle();
    backlog(worker, 100);
    await distiller.advance(500);
    expect(worker.worked).to.have.lengthOf(100);
    // Whose turn it is, chance says.
    expect(ticker.ticks.length).to.be.greaterThan(20);
    expect(ticker.ticks[0]).to.be.within(10, 50);
  });

  it('end advance() where its time is over, and what waits goes on with the next', async () => {
    const worker = await started(() => new Worker(), 5);
    backlog(worker, 10);
    await distiller.advance(18);
    expect([worker.worked.length, distiller.clock.now()]).to.deep.equal([4, 20]);
    await distiller.advance(100);
    expect([worker.worked.length, distiller.clock.now()]).to.deep.equal([10, 120]);
  });

  it('end sparkle() where its time is over', async () => {
    const worker = await started(() => new Worker(), 5);
    backlog(worker, 10);
    const { stopCondition, endAt } = await distiller.sparkle({ timeout: 18 });
    expect([stopCondition, endAt]).to.deep.equal([['timeout'], 20]);
  });

  it('make one that queues itself for ever end with the time', async function () {
    onlyWithAll(this, 'a sparkle that queues itself for ever');
    const busy = await started(() => new Busy(), 1);
    busy.ttsc__work();
    // More than may run at one instant.
    await distiller.advance('2m');
    expect(busy.worked.length).to.equal(120_001);
    await expectRejection(distiller.settle(), 'TT_NEVER_SETTLES');
    distiller.apps[0]!.kill();
  });

  it('take none any more when the test says so', async () => {
    const worker = await started(() => new Worker(), 5);
    backlog(worker, 2);
    await distiller.settle();
    distiller.sparkleTakes(0);
    backlog(worker, 2);
    await distiller.settle();
    expect(worker.worked).to.deep.equal([0, 5, 10, 10]);
  });

  it('do not make the end of an app take time, but what its own sparkles do then', async () => {
    class Saving extends Worker {
      ttse__onFinished(): void {
        this.worked.push(-1);
      }
    }
    await started(() => new Worker(), 5);
    await distiller.finish();
    expect(distiller.clock.now()).to.equal(0);
    await started(() => new Saving(), 5);
    await distiller.finish();
    expect(distiller.clock.now()).to.equal(5);
  });

  it('are told where they take no time that there is, and nothing goes on', async () => {
    const worker = await started(() => new Worker(), 0);
    for (const wrong of [-1, NaN, 'soon', 1e-6]) {
      expectThrow(() => distiller.sparkleTakes(wrong), 'TT_BAD_OPTION');
      distiller.sparkleTakes(() => wrong);
      backlog(worker, 2);
      await expectRejection(distiller.settle(), 'TT_BAD_OPTION');
      await distiller.settle();
    }
    expect(worker.worked).to.have.lengthOf(8);
    distiller.sparkleTakes(() => {
      throw new Error('no idea');
    });
    worker.ttsc__work();
    const thrown = await distiller.settle().catch((error: unknown) => error);
    expect((thrown as Error).message).to.equal('no idea');
  });

  it('are an option of each kind of test', async () => {
    await started(() => new Worker(), 0);
    const times: number[] = [];
    const test = async (other: Distiller): Promise<void> => {
      backlog(
        other.infuse(() => new Worker()),
        3,
      );
      await other.settle();
      times.push(other.clock.now());
    };
    await distilled(() => {}, { sparkleTakes: 5 }, test)();
    await explore({ app: () => {}, runs: 2, sparkleTakes: () => '1s' }, test);
    expect(times).to.deep.equal([15, 3_000, 3_000]);
  });

  it('may take what chance says, so that each seed has a crossing of its own, and the same one again', async () => {
    await started(() => new Worker(), 0);
    const heard = async (seed: number): Promise<string> => {
      const other = await Distiller.start(undefined, { seed });
      const patient = other.infuse(() => new Patient(false));
      await other.settle();
      other.sparkleTakes(() => 1 + Math.floor(other.runtime.random.next() * 9));
      backlog(patient, 10);
      new TimerSingleShot({ seconds: 0.03, base: patient, name: 'impatient' });
      await other.advance(200);
      await other.finish();
      return patient.heard.join();
    };
    const runs = [1, 2, 3, 4, 5];
    const first = await Promise.all(runs.map(heard));
    expect(new Set(first).size).to.be.greaterThan(1);
    expect(await Promise.all(runs.map(heard))).to.deep.equal(first);
  });
});
