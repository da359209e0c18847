import { expect } from 'chai';
import { TimerSingleShot, Tonic, type TonicOptions } from '../../src/index.js';
import { type App, type Setup, catalyst, startApp, stall } from '../support/app.js';

/** Holds a socket, as it were: what is in it leaves piece by piece, or not at all. */
class Slow extends Tonic {
  /** How long each is given. */
  readonly patience: number = 2_000;
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

/** Owes an answer: for ever, or until it is given. */
class Debtor extends Tonic {
  give!: () => void;
  ttse__onStart(): void {
    this.owe();
  }
  owe(): void {
    this.pipe(new Promise<void>((resolve) => (this.give = resolve)), this.ttse__given);
  }
  ttse__given(): void {}
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

const named = (app: App, what: string): (string | undefined)[] =>
  app.lines.filter(({ code }) => code === what).map(({ tonic }) => tonic);

const aborted = (app: App): (string | undefined)[] => named(app, 'TT_ABORTED');

const start = async (
  makes: () => void,
  options: TonicOptions = {},
  setup: Setup = {},
): Promise<{ app: App; base: Base }> => {
  let base!: Base;
  const app = await startApp(() => {
    new Tonic({ name: 'other' });
    base = new Base(makes, { name: 'base', ...options });
  }, setup);
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

  it('holds for an infusion whose socket would wait for ever', async () => {
    class Patient extends Slow {
      override readonly patience = Infinity;
    }
    const { app, base } = await start(() => new Patient({ name: 'slow' }), { drainTimeout: 300 });
    base.ttsc__finish();
    await app.pass(299);
    expect(base.finished).to.equal(false);
    await app.pass(1);
    expect([base.finished, aborted(app)]).to.deep.equal([true, ['slow']]);
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
    class Late extends Base {
      ttse__onDraining(): void {
        this.ttsc__compute();
        this.ttsc__drained();
      }
      ttsc__compute(): void {
        stall(600);
      }
      ttsc__drained(): void {
        this.drained();
      }
    }
    let late!: Late;
    const app = await startApp(() => (late = new Late(() => {}, { name: 'late', drainTimeout: 300 })), {
      main: catalyst({ turnOrders: 1 }),
    });
    late.ttsc__finish();
    await app.end();
    expect(aborted(app)).to.deep.equal([]);
  });
});

describe('of two deadlines at one instant', () => {
  /** How a base and four parts come to their ends, all at one time: that is the order of their timers. */
  const orders: Record<string, (base: Base, parts: readonly Tonic[]) => void> = {
    'of the base': (base) => base.ttsc__finish(),
    'of the parts, then of the base': (base, parts) => {
      for (const part of parts) part.ttsc__finish();
      base.ttsc__finish();
    },
    'of the last part, then of the base': (base, parts) => {
      parts.at(-1)!.ttsc__finish();
      base.ttsc__finish();
    },
  };
  for (const [order, end] of Object.entries(orders))
    for (const depth of [0, 1, 2])
      it(`that of a part comes before that of its base: what is owed is let go of, in the order ${order}, with ${depth} between`, async () => {
        const parts: Debtor[] = [];
        const make = (left: number): void => {
          if (left > 0) new Base(() => make(left - 1), { name: `base ${left}` });
          else for (const name of ['a', 'b', 'c', 'd']) parts.push(new Debtor({ name }));
        };
        const { app, base } = await start(() => make(depth));
        await app.settled();
        end(base, parts);
        await app.pass(4_999);
        expect([base.finished, app.lines.filter(({ code }) => code !== undefined)]).to.deep.equal([false, []]);
        await app.pass(1);
        expect(base.finished).to.equal(true);
        expect(named(app, 'TT_OWED_LET_GO').sort()).to.deep.equal(['a', 'b', 'c', 'd']);
        expect(aborted(app)).to.deep.equal([]);
        await app.finish();
      });

  it('that of a base waits for a part which lets go of what it owes and has infusions that then take their time', async () => {
    const drained: string[] = [];
    class Part extends Tonic {
      ttse__onDraining(): void {
        new TimerSingleShot({ seconds: 0.2, sparkleBack: this.ttsc__drained });
      }
      ttsc__drained(): void {
        drained.push(this.name);
        this.drained();
      }
    }
    class WithPart extends Debtor {
      override ttse__onStart(): void {
        super.ttse__onStart();
        new Part({ name: `part of ${this.name}` });
      }
    }
    const { app, base } = await start(() => {
      for (const name of ['a', 'b', 'c']) new WithPart({ name });
    });
    await app.settled();
    base.ttsc__finish();
    await app.pass(5_200);
    expect([base.finished, drained.sort()]).to.deep.equal([true, ['part of a', 'part of b', 'part of c']]);
    expect(aborted(app)).to.deep.equal([]);
    await app.finish();
  });

  for (const turnOrders of [1, 2, 3, 1_000])
    it(`that of a base passes a part which is just ending by itself, though none has any time, in turns of ${turnOrders} orders`, async () => {
      const none = { drainTimeout: 0 };
      const debtors = (): void => {
        for (const name of ['a', 'b', 'c']) new Debtor({ name, ...none });
      };
      const main = catalyst({ turnOrders });
      const { app, base } = await start(() => new Base(debtors, { name: 'between', ...none }), none, { main });
      await app.settled();
      base.ttsc__finish();
      await app.pass(1);
      expect(base.finished).to.equal(true);
      expect(named(app, 'TT_OWED_LET_GO').sort()).to.deep.equal(['a', 'b', 'c']);
      expect(aborted(app)).to.deep.equal([]);
      await app.finish();
    });

  for (const turnOrders of [1, 2])
    it(`that of a base passes a part that has just heard its answer, in turns of ${turnOrders} orders`, async () => {
      let part!: Debtor;
      class Giver extends Tonic {
        ttse__onStart(): void {
          new TimerSingleShot({ seconds: 0.3, sparkleBack: this.ttsc__give });
        }
        ttsc__give(): void {
          part.give();
        }
      }
      const main = catalyst({ turnOrders });
      const debtor = (): void => void (part = new Debtor({ name: 'part', drainTimeout: Infinity }));
      const { app, base } = await start(debtor, { drainTimeout: 300 }, { main });
      await app.settled();
      new Giver({ base: app.main });
      base.ttsc__finish();
      await app.pass(310);
      expect([base.finished, aborted(app)]).to.deep.equal([true, []]);
      await app.finish();
    });
});

describe('what a Tonic comes to owe', () => {
  it('as its parts were aborted at its deadline has a deadline too', async () => {
    class Late extends Debtor {
      override ttse__onStart(): void {
        new Stubborn({ name: 'part', drainTimeout: Infinity });
      }
      ttse__onInfusionFinished(): void {
        this.owe();
      }
    }
    let late!: Late;
    const { app } = await start(() => (late = new Late({ name: 'late', drainTimeout: 300 })));
    await app.settled();
    late.ttsc__finish();
    await app.pass(300);
    expect([aborted(app), late.finished]).to.deep.equal([['part'], false]);
    await app.pass(300);
    expect([named(app, 'TT_OWED_LET_GO'), late.finished]).to.deep.equal([['late'], true]);
    await app.finish();
  });
});
