import { expect } from 'chai';
import {
  Catalyst,
  type CatalystOptions,
  type CatalystQueue,
  Formula,
  type FormulaData,
  nodeClock,
  OrderQueue,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
} from '../../src/index.js';
import type { VirtualClock } from '../../src/testing/index.js';
import { type App, runApp, startApp } from '../support/app.js';
import { expectCode, expectRejection, expectThrow } from '../support/errors.js';

/** Runs its sparkle so many times, one after the other. */
class Chain extends Tonic {
  constructor(private left: number) {
    super();
  }
  ttse__onStart(): void {
    this.ttsc__next();
  }
  ttsc__next(): void {
    if (--this.left > 0) this.ttsc__next();
    else this.ttsc__finish();
  }
}

describe('a Catalyst', () => {
  it('runs orders one at a time, in the order they came, whoever they are for', async () => {
    const words: string[] = [];
    class Writer extends Tonic {
      ttsc__write(word: string): void {
        words.push(word);
        if (word === '1') this.ttsc__write('last');
      }
    }
    const app = await startApp(() => {
      const [a, b] = [new Writer({ name: 'a' }), new Writer({ name: 'b' })];
      a.ttsc__write('1');
      b.ttsc__write('2');
      a.ttsc__write('3');
      b.ttsc__write('4');
      words.push('made');
    });
    await app.finish();
    expect(words).to.deep.equal(['made', '1', '2', '3', '4', 'last']);
  });

  describe('that says endsWithLastTonic', () => {
    class Host extends Catalyst {
      static override readonly endsWithLastTonic: boolean = true;
      ttsc__host(): void {
        new Part();
      }
      ttsc__tick(): void {
        new TimerSingleShot({ seconds: 1, name: 'tick' });
      }
      ttse__onTick(): void {}
    }
    class Part extends Tonic {}
    const parts = (host: Host): Part[] => [...host.infusions].filter((tonic) => tonic instanceof Part);

    it('finishes when the last Tonic that it has infused has finished, and not before', async () => {
      let host!: Host;
      const app = await startApp(() => (host = new Host()));
      await app.settled();
      expect(host.finished, 'with none yet').to.equal(false);
      host.ttsc__host();
      host.ttsc__host();
      await app.settled();
      parts(host)[0]!.ttsc__finish();
      await app.settled();
      expect(host.finished, 'with one left').to.equal(false);
      parts(host)[0]!.ttsc__finish();
      await app.settled();
      expect(host.finished).to.equal(true);
      await app.finish();
    });

    it('neither goes on nor ends for a timer', async () => {
      let host!: Host;
      const app = await startApp(() => (host = new Host()));
      host.ttsc__tick();
      await app.pass(1_500);
      expect(host.finished, 'when a timer has ended').to.equal(false);
      host.ttsc__host();
      host.ttsc__tick();
      await app.settled();
      parts(host)[0]!.ttsc__finish();
      await app.settled();
      expect(host.finished, 'while a timer runs').to.equal(true);
      await app.finish();
    });

    it('with anything else than true or false is refused', async () => {
      class Wrong extends Host {
        static override readonly endsWithLastTonic = 'yes' as unknown as boolean;
      }
      const app = await startApp(() => expectThrow(() => new Wrong(), 'TT_BAD_OPTION'));
      await app.finish();
    });
  });

  it('may have another queue', async () => {
    const put: string[] = [];
    class Watched extends OrderQueue {
      override put(...args: Parameters<OrderQueue['put']>): void {
        put.push(args[1].key);
        super.put(...args);
      }
    }
    class Main extends Catalyst {
      protected override newCatalystQueue(): CatalystQueue {
        return new Watched('mine');
      }
    }
    let main!: Main;
    const { result } = await runApp(() => void new Chain(3), { main: () => (main = new Main()) });
    expect(main.queue).to.be.instanceOf(Watched);
    expect(put.filter((key) => key === 'ttsc__next')).to.have.length(3);
    expect(result.exitCode).to.equal(0);
  });

  it('may have another loop', async () => {
    let turns = 0;
    class Main extends Catalyst {
      override async sparkle(): Promise<void> {
        while (this.sparkling) {
          turns++;
          this.queueDueTimers();
          await this.parker.park(0);
          this.executeOrders();
        }
      }
    }
    const { result } = await runApp(() => void new Chain(3), { main: () => new Main() });
    expect(turns).to.be.greaterThan(0);
    expect(result.exitCode).to.equal(0);
  });

  it('may have both', async () => {
    class Main extends Catalyst {
      protected override newCatalystQueue(): CatalystQueue {
        return new OrderQueue('mine');
      }
      override async sparkle(): Promise<void> {
        for (; this.sparkling; await Promise.resolve()) this.executeOrders();
      }
    }
    const { result } = await runApp(() => void new Chain(1_000), { main: () => new Main(), clock: 'held' });
    expect(result.exitCode).to.equal(0);
  });

  it('keeps the options of its queue whichever it has', async () => {
    class Main extends Catalyst {
      protected override newCatalystQueue(): CatalystQueue {
        return new OrderQueue('mine');
      }
    }
    let main!: Main;
    await runApp(() => {}, { main: () => (main = new Main({ queueLimit: 7 })) });
    expect(main.queue.limit).to.equal(7);
  });
});

describe('a turn of the loop', () => {
  /** Notes how many orders each turn ran. */
  class Counting extends Catalyst {
    readonly turns: number[] = [];
    protected override executeOrders(): number {
      const count = super.executeOrders();
      if (count > 0) this.turns.push(count);
      return count;
    }
  }
  const turnsOf = async (
    options: CatalystOptions,
    orders: number,
    sparkle: (clock: VirtualClock) => void = () => {},
  ) => {
    class Busy extends Tonic {
      ttsc__work(): void {
        sparkle(app.clock);
      }
    }
    let main!: Counting;
    let busy!: Busy;
    const app = await startApp(() => (busy = new Busy()), { main: () => (main = new Counting(options)) });
    main.turns.length = 0;
    for (let n = 0; n < orders; n++) busy.ttsc__work();
    await app.settled();
    const turns = [...main.turns];
    await app.finish();
    return turns;
  };

  it('runs all orders that wait, where they are few', async () => {
    expect(await turnsOf({}, 5_000)).to.deep.equal([5_000]);
  });

  it('runs a bounded number of orders', async () => {
    expect(await turnsOf({ turnOrders: 100 }, 250)).to.deep.equal([100, 100, 50]);
    expect(await turnsOf({}, 20_000)).to.deep.equal([16_384, 3_616]);
  });

  it('runs for a bounded time, looked at every 64 orders', async () => {
    const turns = await turnsOf({ turnTime: 5 }, 300, (clock) => clock.stall(0.05));
    expect(turns).to.deep.equal([128, 128, 44]);
  });

  it('looks at the clock after each order where a single one fills a turn, and seldom again when they are quick', async () => {
    let left = 66;
    const turns = await turnsOf({ turnTime: 5 }, 300, (clock) => clock.stall(left-- > 0 ? 5 : 0));
    expect(turns).to.deep.equal([64, 1, 1, 234]);
  });

  const bad: CatalystOptions[] = [
    { turnOrders: 0 },
    { turnOrders: -5 },
    { turnTime: 0 },
    { queueLimit: NaN },
    { turnTime: '5' as never },
  ];
  for (const options of bad) {
    it(`cannot be bounded by ${JSON.stringify(options)}`, async () => {
      await expectRejection(
        runApp(() => {}, { main: () => new Catalyst(options) }),
        'TT_BAD_OPTION',
      );
    });
  }
});

describe('fairness', () => {
  it('a Tonic that queues itself for ever stops neither timers of Node nor its own', async () => {
    class Endless extends Tonic {
      readonly #timer = new TimerRepeat({ seconds: 0.005, base: this });
      fired = 0;
      ttse__onStart(): void {
        this.ttsc__next();
      }
      ttsc__next(): void {
        this.ttsc__next();
      }
      ttse__onTimer(): void {
        this.fired++;
      }
      get period(): number {
        return this.#timer.period;
      }
    }
    let endless!: Endless;
    // The machine's clock: it is the timers of Node that must not starve.
    const app = await startApp(() => (endless = new Endless()), { clock: 'real' });
    await new Promise<void>((resolve) => {
      let left = 10;
      const again = (): void => void (left-- > 0 ? setTimeout(again, 1) : resolve());
      again();
    });
    while (endless.fired < 3) await new Promise((resolve) => setImmediate(resolve));
    const { result } = await app.finish();
    expect(result.exitCode).to.equal(0);
  });

  it('orders of others take their turn among those of a Tonic that queues itself for ever', async () => {
    class Endless extends Tonic {
      rounds = 0;
      ttsc__next(): void {
        this.rounds++;
        this.ttsc__next();
      }
    }
    class Ending extends Tonic {
      ttsc__count(left: number): void {
        if (left > 0) this.ttsc__count(left - 1);
        else this.ttsc__finish();
      }
    }
    let endless!: Endless;
    let ending!: Ending;
    const app = await startApp(
      () => {
        endless = new Endless();
        ending = new Ending();
        endless.ttsc__next();
        ending.ttsc__count(1_000);
      },
      // No time is waited for; but an app that never settles cannot be waited for with a clock by hand.
      { clock: 'real' },
    );
    while (!ending.finished) await new Promise((resolve) => setImmediate(resolve));
    expect(endless.rounds).to.be.at.least(1_000);
    await app.finish();
  });
});

describe('a Catalyst finishes', () => {
  it('with the last Tonic that it serves', async () => {
    const tonics: Tonic[] = [];
    const app = await startApp(() => tonics.push(new Tonic(), new Tonic()));
    tonics[0]!.ttsc__finish();
    await app.settled();
    expect(app.main.finished).to.equal(false);
    tonics[1]!.ttsc__finish();
    await app.end();
    expect(app.main.finished).to.equal(true);
  });

  it('with the last of those that its starting Tonics infused', async () => {
    class Main extends Tonic {
      child!: Tonic;
      ttse__onStart(): void {
        this.child = new Tonic({ base: this });
        this.ttsc__finish();
      }
    }
    let main!: Main;
    const app = await startApp(() => (main = new Main()));
    expect(main.child.finished).to.equal(true);
    await app.end();
  });

  it('though its own timers and infusions are there', async () => {
    class Main extends Catalyst {
      own!: Tonic;
      ticks = 0;
      ttse__onStart(): void {
        this.own = new Tonic({ name: 'own' });
        new TimerRepeat({ seconds: 1 });
      }
      ttse__onTimer(): void {
        this.ticks++;
      }
    }
    let main!: Main;
    let served!: Tonic;
    const app = await startApp(() => (served = new Tonic()), { main: () => (main = new Main()) });
    await app.pass(2_000);
    expect(main.ticks).to.equal(2);
    expect(main.served).to.equal(1);
    served.ttsc__finish();
    await app.end();
    expect(main.own.finished).to.equal(true);
  });

  it('does not end while a starting Tonic exists, even an idle one', async () => {
    const app = await startApp(() => void new Tonic());
    await app.pass(3_600_000);
    expect(app.main.finished).to.equal(false);
    await app.finish();
  });

  it('with nothing left: no timer, no order, no infusion, nothing in the Ledger', async () => {
    const app = await startApp(() => {
      for (let n = 0; n < 10; n++) new TimerSingleShot({ hours: 1 });
    });
    await app.finish();
    expect(app.ledger.size).to.equal(0);
    expect(app.main.timers.size).to.equal(0);
    expect(app.main.queue.isEmpty).to.equal(true);
    expect(app.clock.timers).to.equal(0);
  });
});

describe('a second Catalyst', () => {
  class Working extends Tonic {
    readonly words: string[] = [];
    ttsc__work(): void {
      this.words.push('worked');
    }
  }

  it('made among the starting Tonics runs its own Tonics, and finishes with the last of them', async () => {
    let second!: Catalyst;
    let working!: Working;
    const app = await startApp(() => {
      second = new Catalyst({ name: 'second' });
      working = new Working({ base: second });
      working.ttsc__work();
      new Tonic({ name: 'other' });
    });
    expect(working.words).to.deep.equal(['worked']);
    expect(working._ttScheduler).to.equal(second);
    working.ttsc__finish();
    await app.settled();
    expect(second.finished).to.equal(true);
    expect(app.main.finished).to.equal(false);
    await app.finish();
  });

  it('that is all that the app starts with keeps the app going, and ends it with its own end', async () => {
    let working!: Working;
    const app = await startApp(() => {
      working = new Working({ base: new Catalyst({ name: 'second' }) });
    });
    expect(app.main.finished).to.equal(false);
    working.ttsc__finish();
    const { result } = await app.end();
    expect(result.exitCode).to.equal(0);
  });

  it('made in a sparkle starts at once', async () => {
    class Main extends Tonic {
      working!: Working;
      ttse__onStart(): void {
        this.working = new Working({ base: new Catalyst() });
        this.working.ttsc__work();
      }
    }
    let main!: Main;
    const app = await startApp(() => (main = new Main()));
    expect(main.working.words).to.deep.equal(['worked']);
    await app.finish();
    expect(app.ledger.size).to.equal(0);
  });

  it('is told when the main one has finished, and finishes', async () => {
    let second!: Catalyst;
    const app = await startApp(() => {
      second = new Catalyst();
      new Tonic({ base: second });
    });
    await app.finish();
    expect(second.finished).to.equal(true);
  });
});

describe('a Catalyst is refused', () => {
  it('outside a Formula', () => {
    expectThrow(() => new Catalyst(), 'TT_NO_RUNTIME');
  });

  it('a second start', async () => {
    const app = await startApp(() => void new Tonic());
    await expectRejection(app.main.startSparkling(), 'TT_ALREADY_SPARKLING');
    await app.finish();
  });
});

describe('a loop that breaks', () => {
  it('ends the app with TT_LOOP_BROKEN, closes what was open, and leaves nothing behind', async () => {
    const words: string[] = [];
    class Broken extends Catalyst {
      override async sparkle(): Promise<void> {
        await Promise.resolve();
        throw new Error('broken');
      }
    }
    class Open extends Tonic {
      ttse__onFinished(): void {
        words.push('closed');
      }
    }
    let main!: Broken;
    const error = await expectRejection(
      runApp(() => void new Open(), { main: () => (main = new Broken()) }),
      'TT_LOOP_BROKEN',
    );
    expect((error.cause as Error).message).to.equal('broken');
    expect(words).to.deep.equal(['closed']);
    expect(main.runtime.ledger.size).to.equal(0);
  });

  it('of a second Catalyst ends the app, too', async () => {
    class Broken extends Catalyst {
      override async sparkle(): Promise<void> {
        await Promise.resolve();
        throw new Error('broken');
      }
    }
    let app!: App;
    const run = (async () => {
      app = await startApp(() => {
        new Broken();
        new Tonic();
      });
      return app.end();
    })();
    expectCode(await expectRejection(run, 'TT_LOOP_BROKEN'), 'TT_LOOP_BROKEN');
  });
});

describe('the clock of a Catalyst', () => {
  it('is read once for many orders where the log goes nowhere, whatever the mode of the Tonics', async () => {
    let reads = 0;
    const clock = { ...nodeClock, now: () => (reads++, nodeClock.now()) };
    class Silent extends Formula {
      protected override readonly clock = clock;
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'off' } };
      }
      protected override creatingMainCatalyst(): unknown {
        return new Catalyst();
      }
      protected override creatingStartingTonics(): void {
        new Chain(6_400);
      }
    }
    await Silent.run();
    expect(reads).to.be.below(1_000);
  });
});
