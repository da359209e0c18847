import { expect } from 'chai';
import { Tonic } from '../../src/core/tonic.js';
import type { TonicOptions } from '../../src/core/tonic-options.js';
import { type App, catalyst, startApp } from '../support/app.js';
import { ManualClock } from '../support/manual-clock.js';

/** Holds a socket, as it were: what is in it leaves piece by piece, or not at all. */
class Slow extends Tonic {
  /** How long each is given. */
  readonly patience = 2_000;
  #open = true;
  #deadline = -Infinity;

  ttsc__throw(): void {
    throw new RangeError('on purpose');
  }
  /** A piece has left. */
  progress(): void {
    this.#deadline = this._ttScheduler.clock.now() + this.patience;
  }
  /** The last one has. */
  close(): void {
    this.#open = false;
    this._ttss__end();
  }
  override _ttHoldsEnd(): boolean {
    if (this.#open && this.#deadline === -Infinity) this.progress();
    return this.#open;
  }
  override _ttDeadline(): number {
    return this.#open ? this.#deadline : -Infinity;
  }
}

class Stubborn extends Tonic {
  ttse__onDraining(): void {}
}

/** Infuses what a test says. */
class Base extends Tonic {
  readonly words: string[] = [];
  constructor(
    private readonly makes: () => void,
    options: TonicOptions = {},
  ) {
    super(options);
  }
  ttse__onStart(): void {
    this.makes();
  }
  ttse__onInfusionFailed(): void {
    this.words.push('failed');
  }
  ttse__onInfusionFinished(): void {
    this.words.push('finished');
  }
}

const aborted = (app: App): (string | undefined)[] =>
  app.lines.filter(({ code }) => code === 'TT_ABORTED').map(({ tonic }) => tonic);

const start = async (makes: () => void, options: TonicOptions = {}): Promise<{ app: App; base: Base }> => {
  let base!: Base;
  const app = await startApp(() => {
    new Tonic({ name: 'other' });
    base = new Base(makes, { name: 'base', ...options });
  });
  return { app, base };
};

describe('the very end of a Tonic', () => {
  for (const [way, ends] of [
    ['finishes', (slow) => slow.ttsc__finish()],
    ['has failed', (slow) => slow.ttsc__throw()],
  ] as [string, (slow: Slow) => void][]) {
    it(`is held while it ${way} and its socket has something to send`, async () => {
      let slow!: Slow;
      const { app, base } = await start(() => (slow = new Slow({ name: 'slow' })));
      ends(slow);
      await app.pass(60_000);
      expect([slow.finished, base.infusions.size]).to.deep.equal([false, 1]);
      slow.close();
      await app.settled();
      expect([slow.finished, base.infusions.size]).to.deep.equal([true, 0]);
      expect(base.words.at(-1)).to.equal('finished');
      await app.finish();
    });
  }

  it('is held once its infusions have finished as well', async () => {
    class Parent extends Slow {
      ttse__onStart(): void {
        new Tonic({ name: 'part' });
      }
    }
    let slow!: Parent;
    const { app } = await start(() => (slow = new Parent({ name: 'slow' })));
    slow.ttsc__finish();
    await app.settled();
    expect([slow.infusions.size, slow.finished]).to.deep.equal([0, false]);
    slow.close();
    await app.settled();
    expect(slow.finished).to.equal(true);
    await app.finish();
  });

  it('releases what the framework holds before it says its last words', async () => {
    const words: string[] = [];
    class Last extends Tonic<'open'> {
      ttse__onStart(): void {
        this.toState('open');
      }
      ttsc__throw(): void {
        throw new RangeError('on purpose');
      }
      override _ttRelease(): void {
        this._ttScheduler.runHook(this, 'ttse__onDisconnected');
      }
      ttse__onDisconnected(): void {
        words.push(`disconnected in ${this.state}`);
      }
      ttse__onExit(): void {
        words.push('exit');
      }
      ttse__onFinished(): void {
        words.push('finished');
      }
    }
    for (const end of ['ttsc__finish', 'ttsc__throw'] as const) {
      words.length = 0;
      let last!: Last;
      const { app } = await start(() => (last = new Last({ name: 'last' })));
      last[end]();
      await app.settled();
      expect(words).to.deep.equal(['disconnected in open', 'exit', 'finished']);
      await app.finish();
    }
  });
});

describe('the deadline of a base', () => {
  it('is no earlier than that of an infusion which gets on', async () => {
    let slow!: Slow;
    const { app, base } = await start(() => (slow = new Slow({ name: 'slow' })), { drainTimeout: 300 });
    base.ttsc__finish();
    await app.settled();
    for (let piece = 0; piece < 20; piece++) {
      await app.pass(1_500);
      slow.progress();
    }
    expect(slow.finished, 'after half a minute').to.equal(false);
    slow.close();
    await app.settled();
    expect(base.finished).to.equal(true);
    expect(aborted(app)).to.deep.equal([]);
    await app.finish();
  });

  it('is that of an infusion which no longer does', async () => {
    let slow!: Slow;
    const { app, base } = await start(() => (slow = new Slow({ name: 'slow' })), { drainTimeout: 300 });
    base.ttsc__finish();
    await app.pass(1_500);
    slow.progress();
    await app.pass(1_999);
    expect(base.finished).to.equal(false);
    await app.pass(1);
    expect(base.finished).to.equal(true);
    expect(aborted(app)).to.deep.equal(['slow']);
    await app.finish();
  });

  it('follows parts of parts, however many bases are between', async () => {
    let slow!: Slow;
    const { app, base } = await start(
      () =>
        new Base(() => new Base(() => (slow = new Slow({ name: 'slow' })), { drainTimeout: 100 }), {
          drainTimeout: 50,
        }),
      { drainTimeout: 300 },
    );
    base.ttsc__finish();
    await app.settled();
    for (let piece = 0; piece < 5; piece++) {
      await app.pass(1_500);
      slow.progress();
    }
    expect(slow.finished).to.equal(false);
    slow.close();
    await app.settled();
    expect(base.finished).to.equal(true);
    expect(aborted(app)).to.deep.equal([]);
    await app.finish();
  });

  it('is no earlier than that of an infusion with a longer one, which ends by itself', async () => {
    const { app, base } = await start(() => new Stubborn({ name: 'part', drainTimeout: 900 }), { drainTimeout: 300 });
    base.ttsc__finish();
    await app.pass(899);
    expect([base.finished, base.infusions.size]).to.deep.equal([false, 1]);
    await app.pass(1);
    expect(base.finished).to.equal(true);
    expect(aborted(app), 'named once').to.deep.equal(['part']);
    await app.finish();
  });

  it('is as that of an infusion whose drainTimeout is equal: each is named once', async () => {
    const { app, base } = await start(() => new Stubborn({ name: 'part' }));
    base.ttsc__finish();
    await app.pass(4_999);
    expect(base.finished).to.equal(false);
    await app.pass(1);
    expect(base.finished).to.equal(true);
    expect(aborted(app)).to.deep.equal(['part']);
    await app.finish();
  });

  it('counts from the last infusion that ended', async () => {
    const parts: Tonic[] = [];
    class Part extends Tonic {
      ttse__onDraining(): void {}
      ttsc__drained(): void {
        this.drained();
      }
    }
    const { app, base } = await start(
      () => {
        for (let n = 0; n < 4; n++) parts.push(new Part({ drainTimeout: Infinity, name: `part ${n}` }));
      },
      { drainTimeout: 300 },
    );
    base.ttsc__finish();
    for (const part of parts.slice(0, 3)) {
      await app.pass(250);
      (part as Part).ttsc__drained();
      await app.settled();
    }
    await app.pass(299);
    expect(base.finished).to.equal(false);
    await app.pass(1);
    expect(base.finished).to.equal(true);
    expect(aborted(app)).to.deep.equal(['part 3']);
    await app.finish();
  });

  it('does not pass for a loop that was late: what had come in time is done first', async () => {
    const clock = new ManualClock();
    class Late extends Base {
      ttse__onDraining(): void {
        this.ttsc__compute();
        this.ttsc__drained();
      }
      ttsc__compute(): void {
        clock.stall(600);
      }
      ttsc__drained(): void {
        this.drained();
      }
    }
    let late!: Late;
    const app = await startApp(() => (late = new Late(() => {}, { name: 'late', drainTimeout: 300 })), {
      clock,
      main: catalyst({ turnOrders: 1 }),
    });
    late.ttsc__finish();
    await app.end();
    expect(aborted(app)).to.deep.equal([]);
  });
});
