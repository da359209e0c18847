import { expect } from 'chai';
import { type Answer, Catalyst, type CatalystOptions, type FailureInfo, Tonic } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { type App, startApp } from '../../support/app.js';
import { expectCode } from '../../support/errors.js';

type Kind = 'raiseEvent' | 'raiseOwn';

/** Runs what a test gives it, and writes down what ran. */
class Worker extends Tonic<'one' | 'two'> {
  readonly words: string[] = [];
  failure: [Error, FailureInfo] | undefined;
  /** What the sparkle of that name does when it runs. */
  readonly does: Record<string, () => void> = {};

  raises(name: string, kind: Kind = 'raiseOwn', to: Worker = this): void {
    if (kind === 'raiseOwn') return this.raise.ttsc__run(name);
    return this._ttScheduler.raiseEvent(to, to._ttPlan.sparkle('ttsc__run'), 1, name, undefined);
  }
  ttsc__run(name: string): void {
    this.words.push(name);
    this.does[name]?.();
  }
  ttsc_two__run(name: string): void {
    this.words.push(`${name} in two`);
    this.does[name]?.();
  }
  ttsc__keep(name: string): void {
    this.words.push(name);
    if (this.state === 'one') this.postpone();
  }
  go(state: 'one' | 'two'): void {
    this.toState(state);
  }
  ttse__onEnter(): void {
    this.words.push(`enter ${this.state}`);
    this.does[`enter ${this.state}`]?.();
  }
  ttse__onFailure(error: Error, info: FailureInfo): void {
    this.failure = [error, info];
  }
}

interface Scene {
  readonly app: App;
  readonly main: Catalyst;
  readonly worker: Worker;
  readonly other: Worker;
}

async function scene(options: CatalystOptions = {}): Promise<Scene> {
  let worker!: Worker;
  let other!: Worker;
  const app = await startApp(
    () => {
      worker = new Worker({ name: 'worker' });
      other = new Worker({ name: 'other' });
    },
    { main: () => new Catalyst(options) },
  );
  return { app, main: app.main, worker, other };
}

describe('a raised order', () => {
  it('runs after the sparkle that raises it and before the queue, the first raised first', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => {
      worker.raises('A');
      worker.raises('B');
    };
    worker.does['A'] = () => worker.raises('C');
    worker.ttsc__run('X');
    worker.ttsc__run('Y');
    await app.settled();
    expect(worker.words).to.deep.equal(['X', 'A', 'B', 'C', 'Y']);
    await app.finish();
  });

  it('runs after all transitions of that sparkle, in the state that holds then, also raised in onEnter', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => {
      worker.raises('A');
      worker.go('one');
    };
    worker.does['enter one'] = () => {
      worker.raises('B');
      worker.go('two');
    };
    worker.ttsc__run('X');
    worker.ttsc__run('Y');
    await app.settled();
    expect(worker.words).to.deep.equal(['X', 'enter one', 'enter two', 'A in two', 'B in two', 'Y in two']);
    await app.finish();
  });

  it('may be for another Tonic than the one that runs, which it knows as its source', async () => {
    const { app, worker, other } = await scene();
    worker.does['X'] = () => worker.raises('A', 'raiseEvent', other);
    let source: unknown;
    other.does['A'] = () => (source = [other.source?.name, other.source?.sparkle]);
    worker.ttsc__run('X');
    other.ttsc__run('Y');
    await app.settled();
    expect(other.words).to.deep.equal(['A', 'Y']);
    expect(source).to.deep.equal(['worker', 'ttsc__run']);
    await app.finish();
  });

  it('raised outside of any sparkle wakes the loop, and runs before the first order of its turn', async () => {
    const { app, worker } = await scene();
    worker.raises('alone', 'raiseEvent');
    await app.settled();
    expect(worker.words).to.deep.equal(['alone']);
    worker.ttsc__run('Y');
    worker.raises('A', 'raiseEvent');
    await app.settled();
    expect(worker.words).to.deep.equal(['alone', 'A', 'Y']);
    await app.finish();
  });

  it('comes before postponed orders, which come before the queue', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => worker.go('one');
    worker.does['Z'] = () => {
      worker.go('two');
      worker.raises('A');
    };
    worker.ttsc__run('X');
    worker.ttsc__keep('P');
    worker.ttsc__run('Z');
    worker.ttsc__run('Y');
    await app.settled();
    expect(worker.words.slice(2)).to.deep.equal(['P', 'Z', 'enter two', 'A in two', 'P', 'Y in two']);
    await app.finish();
  });

  it('may be postponed itself', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => worker.go('one');
    worker.does['Y'] = () => {
      const keep = worker._ttPlan.sparkle('ttsc__keep');
      worker._ttScheduler.raiseOwn(worker, keep, 1, 'P', undefined);
    };
    worker.does['Z'] = () => worker.go('two');
    for (const name of ['X', 'Y', 'Z']) worker.ttsc__run(name);
    await app.settled();
    expect(worker.words.slice(2)).to.deep.equal(['Y', 'P', 'Z', 'enter two', 'P']);
    await app.finish();
  });

  it('counts towards the bounds of a turn; what is left then keeps the loop from waiting', async () => {
    class Turning extends Catalyst {
      readonly turns: number[] = [];
      protected override executeOrders(): number {
        const before = words.length;
        const ran = super.executeOrders();
        if (words.length > before) this.turns.push(words.length - before);
        return ran;
      }
    }
    let words: string[] = [];
    let worker!: Worker;
    let main!: Turning;
    const app = await startApp(() => (worker = new Worker({ name: 'worker' })), {
      main: () => (main = new Turning({ turnOrders: 4 })),
    });
    ({ words } = worker);
    worker.does['X'] = () => {
      for (let n = 0; n < 10; n++) worker.raises(`A${n}`);
    };
    const { ran } = main;
    worker.ttsc__run('X');
    worker.ttsc__run('Y');
    await app.settled();
    expect(words).to.have.length(12);
    expect(words.at(-1)).to.equal('Y');
    expect(main.turns).to.deep.equal([4, 4, 4]);
    expect(main.ran - ran, 'orders of the queue').to.equal(2);
    for (let n = 0; n < 10; n++) worker.raises(`B${n}`, 'raiseEvent');
    await app.settled();
    expect(words, 'with nothing on the queue').to.have.length(22);
    await app.finish();
  });

  it('is dropped where the sparkle that raised it throws; the event of a socket is not', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => {
      worker.raises('A');
      worker.raises('drain', 'raiseEvent');
      throw new RangeError('on purpose');
    };
    worker.ttsc__run('X');
    worker.ttsc__run('Y');
    await app.settled();
    expect(worker.words).to.deep.equal(['X', 'drain', 'Y']);
    await app.finish();
  });

  it('stays where another sparkle throws: a later one, or the onEnter that follows', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => {
      worker.raises('A');
      worker.raises('B');
      worker.go('one');
    };
    worker.does['enter one'] = () => {
      worker.raises('C');
      throw new RangeError('on purpose');
    };
    worker.does['A'] = () => {
      worker.raises('D');
      throw new RangeError('on purpose');
    };
    worker.ttsc__run('X');
    await app.settled();
    expect(worker.words).to.deep.equal(['X', 'enter one', 'A', 'B']);
    await app.finish();
  });

  it('stays where it was raised in the onEnter before that which throws', async () => {
    const { app, worker } = await scene();
    worker.does['X'] = () => worker.go('one');
    worker.does['enter one'] = () => {
      worker.raises('A');
      worker.go('two');
    };
    worker.does['enter two'] = () => {
      worker.raises('B');
      throw new RangeError('on purpose');
    };
    worker.ttsc__run('X');
    await app.settled();
    expect(worker.words).to.deep.equal(['X', 'enter one', 'enter two', 'A in two']);
    await app.finish();
  });

  it('that is dropped or finds no body answers what it was asked', async () => {
    class Asked extends Worker {
      ttsc__answer(answer: Answer<number>): void {
        answer.give(1);
      }
      ttsc__dropped(answer: Answer<number>): void {
        this.raise.ttsc__answer(answer);
        if (this.words.length === 0) throw new RangeError('on purpose');
      }
    }
    class Asker extends Tonic {
      readonly heard: unknown[] = [];
      ttsc__ask(to: Asked): void {
        this.ask(to).ttsc__dropped().then(this.ttse__answer, this.ttse__error);
      }
      ttse__answer(value: number): void {
        this.heard.push(value);
      }
      ttse__error(error: Error): void {
        this.heard.push((error as { code?: string }).code);
      }
    }
    let asked!: Asked;
    let asker!: Asker;
    const app = await startApp(() => {
      asked = new Asked({ name: 'asked' });
      asker = new Asker({ name: 'asker' });
    });
    asker.ttsc__ask(asked);
    await app.settled();
    asked.ttsc__run('word');
    asker.ttsc__ask(asked);
    await app.settled();
    expect(asker.heard).to.deep.equal(['TT_ASK_FAILED', 1]);
    await app.finish();
  });

  it('in a chain that does not end fails its Tonic after ten thousand, and others have their turn again', async () => {
    for (const kind of ['raiseOwn', 'raiseEvent'] as const) {
      const { app, worker, other } = await scene();
      worker.does['again'] = () => worker.raises('again', kind);
      worker.ttsc__run('again');
      other.ttsc__run('Y');
      await app.settled();
      expectCode(worker.failure![0], 'TT_RAISES_FOR_EVER');
      expect(worker.failure![1].sparkle).to.equal('ttsc__run');
      expect(worker.words).to.have.length(10_001);
      expect(other.words).to.deep.equal(['Y']);
      await app.finish();
    }
  });

  it('for a Tonic that has ended is let go of', async () => {
    const { app, worker, other } = await scene();
    other.ttsc__finish();
    await app.settled();
    worker.does['X'] = () => worker.raises('A', 'raiseEvent', other);
    worker.ttsc__run('X');
    await app.settled();
    expect([worker.words, other.words]).to.deep.equal([['X'], []]);
    await app.finish();
  });

  it('is seen by a Distiller: counted, and traced with the one that raised it as its source', async () => {
    const distiller = await Distiller.start();
    const worker = distiller.infuse(() => new Worker({ name: 'worker' }));
    worker.does['X'] = () => worker.raises('A');
    worker.does['A'] = () => worker.raises('B', 'raiseEvent');
    await distiller.settle();
    worker.ttsc__run('X');
    worker.ttsc__run('Y');
    const { sparkleTrace, stopCondition } = await distiller.sparkle({ count: 3 });
    expect(stopCondition).to.deep.equal(['sparkleCount']);
    const seen = sparkleTrace.map(({ args, source, extra }) => [args[0], source?.sparkle, extra]);
    expect(seen).to.deep.equal([
      ['X', undefined, false],
      ['A', 'ttsc__run', false],
      ['B', 'ttsc__run', false],
    ]);
    await distiller.settle();
    expect(worker.words).to.deep.equal(['X', 'A', 'B', 'Y']);
    await distiller.finish();
  });
});
