import { expect } from 'chai';
import {
  ChunkedWork,
  type ChunkedWorkOptions,
  type InfusionFailure,
  type InfusionInfo,
  Tonic,
  type WorkInfo,
} from '../../../src/index.js';
import { type App, catalyst, startApp, stall } from '../../support/app.js';
import { expectThrow } from '../../support/errors.js';

class Boss extends Tonic {
  readonly words: unknown[] = [];
  work!: ChunkedWork;

  ttsc__do(body: (boss: this) => void): void {
    body(this);
  }
  ttsc__note(word: string): void {
    this.words.push(word);
  }
  ttse__onInfusionFinished({ name }: InfusionInfo): void {
    this.words.push(`${name} finished`);
  }
  ttse__onInfusionFailed({ error }: InfusionFailure): void {
    this.words.push(`failed: ${error.message}`);
  }

  /** Each step takes 1 ms; the last value is how many there were. */
  *steps(count: number): Generator<number, string> {
    try {
      for (let n = 1; n <= count; n++) {
        stall(1);
        yield n;
      }
      return `${count} done`;
    } finally {
      this.words.push('finally');
    }
  }
}

class Hearing extends Boss {
  ttse__onCountProgress({ progress, ms }: WorkInfo<number>): void {
    this.words.push(`at ${progress} after ${ms} ms`);
  }
  ttse__onCountDone(result: string): void {
    this.words.push(result);
  }
  ttse__onCountCancelled({ progress }: WorkInfo<number>): void {
    this.words.push(`cancelled at ${progress}`);
  }
}

async function start<B extends Boss>(BossClass: new () => B, queueLimit = 1_000): Promise<{ app: App; boss: B }> {
  let boss!: B;
  const app = await startApp(() => (boss = new BossClass()), { main: catalyst({ queueLimit }) });
  return { app, boss };
}

/** Has a boss begin a count, in a sparkle of its own. */
function counts(boss: Boss, count: number, options: Partial<ChunkedWorkOptions<number, string>> = {}): void {
  boss.ttsc__do(() => {
    boss.work = new ChunkedWork({ work: () => boss.steps(count), name: 'count', ...options }) as ChunkedWork;
  });
}

describe('long work in chunks', () => {
  it('tells its result, with its work cleaned up, and finishes', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 3);
    await app.settled();
    expect(boss.words).to.deep.equal(['finally', '3 done', 'count finished']);
    await app.finish();
  });

  it('works a slice at a time: other orders run in between', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 1_000, { slice: 10, progress: Infinity });
    const seen: number[] = [];
    const look = (): void => {
      seen.push(boss.work.info.steps);
      if (!boss.work.finished) boss.ttsc__do(look);
    };
    boss.ttsc__do(look);
    await app.settled();
    expect(boss.words.slice(0, 2)).to.deep.equal(['finally', '1000 done']);
    const strides = seen.slice(1).map((steps, at) => steps - seen[at]!);
    expect(Math.max(...strides)).to.be.within(10, 11);
    expect(boss.work.info.slices).to.be.at.least(99);
    await app.finish();
  });

  it('looks at the clock seldom where steps are quick, and works no longer for it', async () => {
    const { app, boss } = await start(Hearing);
    let reads = 0;
    const now = app.clock.now.bind(app.clock);
    app.clock.now = () => (reads++, now());
    function* quick(): Generator<undefined, string> {
      for (let n = 0; n < 100_000; n++) yield undefined;
      return 'quick';
    }
    boss.ttsc__do(() => void new ChunkedWork({ work: quick, name: 'count' }));
    await app.settled();
    expect(boss.words).to.include('quick');
    expect(reads).to.be.below(5_000);
    await app.finish();
  });

  it('tells how far it is, not more often than it is to', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 250, { slice: 10, progress: 100 });
    await app.settled();
    expect(boss.words).to.deep.equal([
      'at 100 after 100 ms',
      'at 200 after 200 ms',
      'finally',
      '250 done',
      'count finished',
    ]);
    await app.finish();
  });

  it('is heard by the sparkles that it was given, before those of its name', async () => {
    class Choosing extends Hearing {
      ttse__progress({ steps }: WorkInfo<number>): void {
        this.words.push(`progress ${steps}`);
      }
      ttse__done(result: string, { steps }: WorkInfo<number>): void {
        this.words.push(`done ${result} ${steps}`);
      }
      ttsc__begin(): void {
        new ChunkedWork({
          work: () => this.steps(20),
          name: 'count',
          slice: 10,
          progress: 0,
          onProgress: this.ttse__progress,
          onDone: this.bind('ttse__done'),
        });
      }
    }
    const { app, boss } = await start(Choosing);
    boss.ttsc__begin();
    await app.settled();
    expect(boss.words).to.deep.equal(['progress 10', 'progress 20', 'finally', 'done 20 done 20', 'count finished']);
    await app.finish();
  });

  it('without a name, or where none of its name is there, is heard by the common events', async () => {
    class Common extends Boss {
      ttse__onWorkDone(result: string, { name }: WorkInfo): void {
        this.words.push(`${result} by ${name}`);
      }
    }
    const { app, boss } = await start(Common);
    counts(boss, 1, { name: 'other' });
    await app.settled();
    expect(boss.words).to.include('1 done by other');
    counts(boss, 2, { name: undefined });
    await app.settled();
    expect(boss.words.at(-2)).to.match(/2 done by \d+\.ChunkedWork/);
    await app.finish();
  });

  it('that nobody hears does its work all the same', async () => {
    const { app, boss } = await start(Boss);
    counts(boss, 3);
    await app.settled();
    expect(boss.words).to.deep.equal(['finally', 'count finished']);
    await app.finish();
  });

  it('takes a list, an iterator or a set as its work', async () => {
    const { app, boss } = await start(Hearing);
    const results: number[] = [];
    for (const work of [[1, 2, 3], [1, 2, 3].values(), new Set([1, 2, 3]), () => [1, 2, 3]]) {
      boss.ttsc__do(() => (boss.work = new ChunkedWork({ work, name: 'count' }) as ChunkedWork));
      await app.settled();
      results.push(boss.work.info.steps);
    }
    expect(results).to.deep.equal([3, 3, 3, 3]);
    await app.finish();
  });

  describe('that is cancelled', () => {
    it('stops between two slices, cleans up, says so, and finishes', async () => {
      const { app, boss } = await start(Hearing);
      counts(boss, 1_000_000, { slice: 10, progress: Infinity });
      boss.ttsc__do(() => boss.ttsc__do(() => boss.work.ttsc__cancel()));
      await app.settled();
      expect(boss.words).to.deep.equal(['finally', 'cancelled at 10', 'count finished']);
      await app.finish();
    });

    it('says so once, and not after its result', async () => {
      const { app, boss } = await start(Hearing);
      counts(boss, 1_000, { progress: Infinity });
      boss.ttsc__do(({ work }) => {
        work.ttsc__cancel();
        work.ttsc__cancel();
      });
      await app.settled();
      expect(boss.words.filter((word) => String(word).startsWith('cancelled'))).to.have.length(1);
      boss.words.length = 0;
      counts(boss, 1, { slice: 100 });
      // Its only slice is queued: the cancel comes behind it.
      boss.ttsc__do(() => boss.ttsc__do(({ work }) => work.ttsc__cancel()));
      await app.settled();
      expect(boss.words).to.deep.equal(['finally', '1 done', 'count finished']);
      await app.finish();
    });

    it('fails where its clean-up throws', async () => {
      const { app, boss } = await start(Hearing);
      boss.ttsc__do(() => {
        boss.work = new ChunkedWork({
          *work(): Generator<number> {
            try {
              for (;;) yield stall(1) ?? 1;
            } finally {
              // eslint-disable-next-line no-unsafe-finally -- what a hasty user writes
              throw new Error('in finally');
            }
          },
        });
        boss.ttsc__do(() => boss.work.ttsc__cancel());
      });
      await app.settled();
      expect(boss.words[0]).to.equal('failed: in finally');
      expect(boss.work.finished).to.equal(true);
      await app.finish();
    });
  });

  it('holds while it is paused, and goes on where it was', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 100, { slice: 10, progress: Infinity });
    boss.ttsc__do(() => boss.ttsc__do(({ work }) => work.ttsc__pause()));
    await app.settled();
    const { steps } = boss.work.info;
    expect(steps).to.be.within(1, 30);
    expect(boss.work.state).to.equal('paused');
    await app.pass(10_000);
    expect(boss.work.info.steps).to.equal(steps);
    boss.work.ttsc__resume();
    await app.settled();
    expect(boss.words).to.deep.equal(['finally', '100 done', 'count finished']);
    await app.finish();
  });

  it('works no faster for being paused and resumed in one turn', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 1_000, { slice: 10, progress: Infinity });
    boss.ttsc__do(({ work }) => {
      for (let n = 0; n < 10; n++) {
        work.ttsc__pause();
        work.ttsc__resume();
      }
    });
    const seen: number[] = [];
    const look = (): void => {
      seen.push(boss.work.info.steps);
      if (!boss.work.finished) boss.ttsc__do(look);
    };
    boss.ttsc__do(look);
    await app.settled();
    const strides = seen.slice(1).map((steps, at) => steps - seen[at]!);
    expect(Math.max(...strides)).to.be.at.most(11);
    await app.finish();
  });

  it('may be cancelled while it is paused', async () => {
    const { app, boss } = await start(Hearing);
    counts(boss, 100, { slice: 10, progress: Infinity });
    boss.ttsc__do(() =>
      boss.ttsc__do(({ work }) => {
        work.ttsc__pause();
        work.ttsc__cancel();
      }),
    );
    await app.settled();
    expect(boss.words.slice(0, 2)).to.deep.equal(['finally', 'cancelled at 10']);
    expect(boss.work.finished).to.equal(true);
    await app.finish();
  });

  it('that throws fails as any infusion, and has cleaned up', async () => {
    const { app, boss } = await start(Hearing);
    boss.ttsc__do(() => {
      boss.work = new ChunkedWork({
        *work(): Generator<number> {
          try {
            yield 1;
            throw new RangeError('in the work');
          } finally {
            boss.words.push('finally');
          }
        },
        name: 'count',
      });
    });
    await app.settled();
    expect(boss.words).to.deep.equal(['finally', 'failed: in the work', 'count finished']);
    await app.finish();
  });

  it('whose beginning throws fails, too, and not the sparkle that made it', async () => {
    const { app, boss } = await start(Hearing);
    boss.ttsc__do(() => {
      new ChunkedWork({
        work: () => {
          throw new RangeError('at the beginning');
        },
      });
      boss.ttsc__note('made');
    });
    await app.settled();
    expect(boss.words.slice(0, 2)).to.have.members(['made', 'failed: at the beginning']);
    await app.finish();
  });

  it('cleans up where it is finished, by its base or with it', async () => {
    for (const end of [(boss: Boss) => boss.work.ttsc__finish(), (boss: Boss) => boss.ttsc__finish()]) {
      const { app, boss } = await start(Hearing);
      counts(boss, 1_000_000, { slice: 10, progress: Infinity });
      boss.ttsc__do(() => boss.ttsc__do(end));
      await app.settled();
      expect(boss.words).to.deep.equal(['finally', 'count finished']);
      expect(boss.work.finished).to.equal(true);
      await app.finish();
    }
  });

  it('infuses what its work infuses: that ends with it', async () => {
    const { app, boss } = await start(Hearing);
    let part: Tonic | undefined;
    boss.ttsc__do(() => {
      boss.work = new ChunkedWork({
        *work(): Generator<number> {
          part = new Tonic();
          yield 1;
        },
      });
    });
    await app.settled();
    expect(part!.base).to.equal(boss.work);
    expect(part!.finished).to.equal(true);
    await app.finish();
  });

  it('goes on where the queue is full, and its base hears that it was not told the result', async () => {
    class Flooded extends Hearing {
      ttse__onFailure(error: Error & { code?: string }): void {
        this.words.push(error.code);
      }
    }
    const { app, boss } = await start(Flooded, 10);
    boss.ttsc__do(() => {
      boss.work = new ChunkedWork({
        *work(): Generator<number> {
          yield 1;
          try {
            for (;;) boss.ttsc__note('flood');
          } catch {
            // Full: what follows is its end.
          }
        },
        name: 'count',
      });
    });
    await app.settled();
    expect(boss.words).to.include('TT_QUEUE_FULL');
    expect(boss.work.finished).to.equal(true);
    await app.finish();
  });

  it('is refused for invalid options, and leaves nothing open', async () => {
    const { app, boss } = await start(Hearing);
    boss.ttsc__do(() => {
      const refused = (options: object, option: string): void => {
        const { message } = expectThrow(() => new ChunkedWork({ work: [], ...options }), 'TT_BAD_OPTION');
        expect(message).to.contain(option);
      };
      for (const slice of [0, -1, NaN, 'x']) refused({ slice }, 'slice');
      for (const progress of [-1, NaN]) refused({ progress }, 'progress');
      for (const work of [undefined, null, 5, {}, (async function* () {})()]) refused({ work }, 'work');
      expectThrow(() => new ChunkedWork({ work: [], onDone: () => {} }), 'TT_NOT_A_SPARKLE');
      boss.words.push(boss.infusions.size);
    });
    await app.settled();
    expect(boss.words).to.deep.equal([0]);
    await app.finish();
    expectThrow(() => new ChunkedWork({ work: [] }), 'TT_NO_BASE');
  });
});
