import { expect } from 'chai';
import { Formula, type FormulaData, type Remote, Tonic } from 'tasktonic';
import { ChunkedWorker } from '../../examples/math-worker/chunked-worker.js';
import type { Counter, CounterClient } from '../../examples/math-worker/counter.js';
import { Figures, barOf } from '../../examples/math-worker/figures.js';
import { MathWorker } from '../../examples/math-worker/math-worker.js';
import { countPrimes } from '../../examples/math-worker/primes.js';

const QUIET = { logMode: 'off' } as const;

describe('math-worker: counting primes', () => {
  it('finds as many as there are', () => {
    expect(countPrimes(0, 3)).to.equal(1);
    expect(countPrimes(0, 100)).to.equal(25);
    expect(countPrimes(0, 100_000)).to.equal(9_592);
  });

  it('finds the same in parts', () => {
    const parts = [0, 1, 2, 3, 500, 9_999].map((from, at, all) => countPrimes(from, all[at + 1] ?? 10_000));
    expect(parts.reduce((sum, part) => sum + part)).to.equal(countPrimes(0, 10_000));
  });
});

const WORKERS = [
  {
    name: 'MathWorker',
    spawn: (): Remote<Counter> => MathWorker.spawn(QUIET),
    make: (): Remote<Counter> => new MathWorker(QUIET),
  },
  {
    name: 'ChunkedWorker',
    spawn: (): Remote<Counter> => ChunkedWorker.spawn(QUIET),
    make: (): Remote<Counter> => new ChunkedWorker(QUIET),
  },
];

for (const { name, spawn, make } of WORKERS) {
  describe(`math-worker: a ${name}`, () => {
    it('counts in a thread, one calculation after the other', async () => {
      const counts: number[] = [];
      class Client extends TestClient {
        ttse__onStart(): void {
          this.worker = spawn();
          expect(this.worker.thread).to.be.above(0);
          this.worker.ttsc__count(1_000);
        }

        override ttse__onCounted(primes: number): void {
          if (counts.push(primes) === 1) this.worker.ttsc__count(100_000);
          else this.ttsc__finish();
        }
      }
      await run(() => new Client());
      expect(counts).to.deep.equal([168, 9_592]);
    });

    it('counts in the thread of its base where it is made and not spawned', async () => {
      let count = 0;
      class Client extends TestClient {
        ttse__onStart(): void {
          this.worker = make();
          expect(this.worker.thread).to.equal(0);
          this.worker.ttsc__count(1_000);
        }

        override ttse__onCounted(primes: number): void {
          count = primes;
          this.ttsc__finish();
        }
      }
      await run(() => new Client());
      expect(count).to.equal(168);
    });
  });
}

describe('math-worker: a calculation in chunks', () => {
  it('is cancelled on the way, is told of no more, and another one begins anew', async () => {
    const heard: string[] = [];
    let share = 0;
    class Client extends TestClient {
      ttse__onStart(): void {
        this.worker = ChunkedWorker.spawn(QUIET);
        this.worker.ttsc__count(1e12);
      }

      override ttse__onProgress(): void {
        if (heard.at(-1) !== 'progress') heard.push('progress');
        this.worker.ttsc__cancel();
      }

      override ttse__onCancelled(at: number): void {
        share = at;
        heard.push('cancelled');
        this.worker.ttsc__count(100);
      }

      override ttse__onCounted(primes: number): void {
        heard.push(`${primes} primes`);
        this.ttsc__finish();
      }
    }
    await run(() => new Client());
    expect(heard).to.deep.equal(['progress', 'cancelled', '25 primes']);
    expect(share).to.be.within(Number.MIN_VALUE, 0.5);
  });

  it('is told no second time to begin, and has nothing to cancel while it is idle', async () => {
    const heard: string[] = [];
    class Client extends TestClient {
      ttse__onStart(): void {
        this.worker = ChunkedWorker.spawn(QUIET);
        this.worker.ttsc__cancel();
        this.worker.ttsc__count(100);
        this.worker.ttsc__count(1_000);
      }

      override ttse__onCancelled(): void {
        heard.push('cancelled');
      }

      override ttse__onCounted(primes: number): void {
        heard.push(`${primes} primes`);
        this.ttsc__finish();
      }
    }
    await run(() => new Client());
    expect(heard).to.deep.equal(['25 primes']);
  });
});

describe('math-worker: the figures', () => {
  it('show what was calculated, and how soon TCP was answered', () => {
    const figures = new Figures();
    expect(figures.toString()).to.equal('primes 0 done | TCP 0');
    figures.counted(1_204.4);
    figures.roundTrips.record(250);
    expect(figures.toString()).to.equal('primes 1 done, last 1,204 ms | TCP 1: p50 0.25 ms, p99 0.25 ms');
  });

  it('show how far a calculation is that tells it', () => {
    const figures = new Figures();
    figures.progressed(0.5);
    expect(figures.toString()).to.equal('primes [######------]  50 %, 0 done | TCP 0');
    figures.counted(10);
    expect(figures.toString()).to.equal('primes [------------]   0 %, 1 done, last 10 ms | TCP 0');
    expect(barOf(1)).to.equal('[############] 100 %');
  });
});

/** What a test does not expect to hear fails it. */
abstract class TestClient extends Tonic implements CounterClient {
  worker!: Remote<Counter>;

  ttse__onCounted(_primes: number, _ms: number): void {
    throw new Error('it counted');
  }

  /** May be heard by any client. */
  ttse__onProgress(_share: number): void {}

  ttse__onCancelled(_share: number): void {
    throw new Error('it was cancelled');
  }
}

async function run(start: () => void): Promise<void> {
  class TestFormula extends Formula {
    protected override creatingFormula(): FormulaData {
      return { log: { to: 'off' }, shutdown: { signals: false } };
    }
    protected override creatingStartingTonics(): void {
      start();
    }
  }
  const { error } = await TestFormula.run();
  if (error !== undefined) throw error;
}
