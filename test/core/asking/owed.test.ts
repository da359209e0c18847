import { expect } from 'chai';
import {
  type Answer,
  Catalyst,
  type InfusionFailure,
  type PipeOptions,
  type Question,
  Tonic,
  type TonicOptions,
} from '../../../src/index.js';
import { cancelOwed, owes, whenSettled } from '../../doors/core.js';
import { type App, WARN, messages, startApp } from '../../support/app.js';

/** Answers when the test says so. */
class Desk extends Tonic {
  readonly open: Answer<number>[] = [];
  ttsc__ask(answer: Answer<number>): void {
    this.open.push(answer);
  }
  ttsc__tell(): void {}
}

/** Asks and pipes as the test says, and writes down what it hears. */
class Debtor extends Tonic<'answered'> {
  readonly words: unknown[] = [];
  constructor(
    readonly desk: Desk,
    options: TonicOptions = {},
  ) {
    super(options);
  }
  ttsc__ask(options: { hold?: boolean; timeout?: number } = {}): void {
    this.ask(this.desk, options).ttsc__ask().then(this.ttse__answered);
  }
  ttsc__pipe(promise: Promise<unknown>, options: PipeOptions = {}): void {
    this.pipe(promise, this.ttse__done, options);
  }
  ttsc__tell(): void {
    this.desk.ttsc__tell();
  }
  ttsc__throw(): void {
    throw new RangeError('on purpose');
  }
  ttse__answered(value: number): void {
    this.words.push(['answered', value]);
    this.toState('answered');
  }
  ttse_answered__onEnter(): void {
    this.words.push('entered');
  }
  ttse__done(value: unknown): void {
    this.words.push(['done', value]);
    // As somebody who is to be told in turn.
    this.ttsc__after();
  }
  ttsc__after(): void {
    this.words.push('after');
  }
  ttse__onFinished(): void {
    this.words.push('finished');
  }
}

interface Scene {
  readonly app: App;
  readonly desk: Desk;
  readonly debtor: Debtor;
  /** Says something to the debtor, and has all follow from it. */
  does(step: () => void): Promise<void>;
}

async function scene(options: TonicOptions = {}, DebtorClass = Debtor): Promise<Scene> {
  let desk!: Desk;
  let debtor!: Debtor;
  const app = await startApp(() => {
    desk = new Desk({ name: 'desk' });
    debtor = new DebtorClass(desk, { name: 'debtor', ...options });
  });
  const does = async (step: () => void): Promise<void> => {
    step();
    await app.settled();
  };
  return { app, desk, debtor, does };
}

function deferred<T = unknown>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

const warned = (app: App, code: string): number => app.lines.filter((line) => line.code === code).length;

describe('what a Tonic must still answer or receive', () => {
  it('holds its end until the answer to its question has come and was heard, with its transitions', async () => {
    const { app, desk, debtor, does } = await scene();
    await does(() => debtor.ttsc__ask());
    await does(() => debtor.ttsc__finish());
    await app.pass(4_000);
    expect(debtor.finished).to.equal(false);
    await does(() => desk.open[0]!.give(42));
    expect(debtor.words).to.deep.equal([['answered', 42], 'entered', 'finished']);
    expect(messages(app.lines, WARN)).to.deep.equal([]);
    await app.finish();
  });

  it('holds its end until a promise has brought its result, and what that sparkle queued has run', async () => {
    const { app, debtor, does } = await scene();
    const { promise, resolve } = deferred();
    await does(() => debtor.ttsc__pipe(promise));
    await does(() => debtor.ttsc__finish());
    await app.pass(4_000);
    expect(debtor.finished).to.equal(false);
    await does(() => resolve('saved'));
    expect(debtor.words).to.deep.equal([['done', 'saved'], 'after', 'finished']);
    await app.finish();
  });

  it('is more where an answer leads to another question', async () => {
    class Chain extends Debtor {
      override ttse__answered(value: number): void {
        super.ttse__answered(value);
        if (value > 0) this.ttsc__ask();
        else this.pipe(Promise.resolve('last'), this.ttse__done);
      }
      override ttsc__ask(): void {
        this.ask(this.desk).ttsc__ask().then(this.ttse__answered);
      }
    }
    const { app, desk, debtor, does } = await scene({}, Chain);
    await does(() => debtor.ttsc__ask());
    await does(() => debtor.ttsc__finish());
    for (const left of [2, 1, 0]) await does(() => desk.open.shift()!.give(left));
    expect(debtor.words.filter((word) => word !== 'entered')).to.deep.equal([
      ['answered', 2],
      ['answered', 1],
      ['answered', 0],
      ['done', 'last'],
      'after',
      'finished',
    ]);
    await app.finish();
  });

  it('comes after what it says in onDraining, which may ask as well', async () => {
    class Saving extends Debtor {
      ttse__onDraining(): void {
        this.words.push('draining');
        this.pipe(saved.promise, this.ttse__done);
        this.drained();
      }
    }
    const saved = deferred();
    const { app, debtor, does } = await scene({}, Saving);
    await does(() => debtor.ttsc__finish());
    expect(debtor.words).to.deep.equal(['draining']);
    await does(() => saved.resolve(1));
    expect(debtor.words).to.deep.equal(['draining', ['done', 1], 'after', 'finished']);
    await app.finish();
  });

  it('holds it as well where it owes it since its infusions end', async () => {
    class Last extends Debtor {
      ttse__onStart(): void {
        new Tonic({ name: 'part' });
      }
      ttse__onInfusionFinished(): void {
        this.pipe(saved.promise, this.ttse__done);
      }
    }
    const saved = deferred();
    const { app, debtor, does } = await scene({}, Last);
    await does(() => debtor.ttsc__finish());
    await app.pass(4_000);
    expect(debtor.finished).to.equal(false);
    await does(() => saved.resolve(1));
    expect(debtor.words).to.deep.equal([['done', 1], 'after', 'finished']);
    await app.finish();
  });

  it('is let go of at the deadline, named and counted', async () => {
    const { app, debtor, does } = await scene({ drainTimeout: 700 });
    await does(() => {
      debtor.ttsc__ask({ timeout: Infinity });
      debtor.ttsc__ask({ timeout: Infinity });
      debtor.ttsc__pipe(new Promise(() => {}));
      debtor.ttsc__pipe(new Promise(() => {}), { hold: false });
    });
    await does(() => debtor.ttsc__finish());
    await app.pass(699);
    expect(debtor.finished).to.equal(false);
    await app.pass(1);
    expect(debtor.words).to.deep.equal(['finished']);
    const [said] = app.lines.filter(({ code }) => code === 'TT_OWED_LET_GO');
    expect(said!.msg).to.contain('debtor ends with 3 answers outstanding');
    expect(said!.msg).to.contain('ttsc__ask of desk (2), a promise for ttse__done.');
    expect(warned(app, 'TT_ABORTED')).to.equal(0);
    expect(debtor.questions.open).to.equal(0);
    await app.finish();
  });

  it('has its deadline from the last answer on, and in all up to a minute', async () => {
    const { app, desk, debtor, does } = await scene();
    await does(() => {
      for (let n = 0; n < 20; n++) debtor.ttsc__ask({ timeout: Infinity });
    });
    await does(() => debtor.ttsc__finish());
    for (let n = 0; n < 14; n++) {
      await app.pass(4_000);
      await does(() => desk.open.shift()!.give(n));
    }
    expect(debtor.finished, 'after 56 s').to.equal(false);
    await app.pass(3_999);
    await does(() => desk.open.shift()!.give(99));
    await app.pass(1);
    expect(debtor.finished, 'after 60 s').to.equal(true);
    expect(app.lines.find(({ code }) => code === 'TT_OWED_LET_GO')!.msg).to.contain('with 5 answers');
    expect(warned(app, 'TT_ABORTED')).to.equal(0);
    await app.finish();
  });

  it('is nothing with hold: false, nor for a call that has no answer, nor where it was cancelled', async () => {
    const { app, debtor, does } = await scene();
    await does(() => {
      debtor.ttsc__ask({ hold: false });
      debtor.ttsc__pipe(new Promise(() => {}), { hold: false });
      debtor.ttsc__tell();
    });
    expect(owes(debtor)).to.equal(false);
    await does(() => debtor.ttsc__finish());
    expect(debtor.finished).to.equal(true);
    expect(messages(app.lines, WARN)).to.deep.equal([]);
    await app.finish();
  });

  it('does not include a question that was cancelled in the meantime', async () => {
    class Cancelling extends Debtor {
      question: Question | undefined;
      override ttsc__ask(): void {
        this.question = this.ask(this.desk).ttsc__ask().then(this.ttse__answered);
      }
      override ttsc__tell(): void {
        this.question!.cancel();
      }
    }
    const { app, debtor, does } = await scene({}, Cancelling);
    await does(() => debtor.ttsc__ask());
    await does(() => debtor.ttsc__finish());
    expect(debtor.finished).to.equal(false);
    await does(() => debtor.ttsc__tell());
    expect(debtor.words).to.deep.equal(['finished']);
    await app.finish();
  });

  it('is settled by an error as by an answer', async () => {
    const { app, desk, debtor, does } = await scene();
    const { promise, reject } = deferred();
    await does(() => debtor.ttsc__pipe(promise, { onError: debtor.bind('ttse__done') }));
    await does(() => debtor.ttsc__finish());
    await does(() => reject(new Error('no')));
    expect(debtor.finished).to.equal(true);
    expect(desk.finished).to.equal(false);
    await app.finish();
  });

  it('is nothing any more where it failed, or is aborted', async () => {
    class Base extends Tonic {
      failed: InfusionFailure | undefined;
      debtor!: Debtor;
      ttsc__make(desk: Desk): void {
        this.debtor = new Debtor(desk, { name: 'debtor', drainTimeout: Infinity });
      }
      ttse__onInfusionFailed(failure: InfusionFailure): void {
        this.failed = failure;
      }
    }
    let base!: Base;
    let desk!: Desk;
    const app = await startApp(() => {
      desk = new Desk({ name: 'desk' });
      base = new Base({ name: 'base', drainTimeout: 300 });
      base.ttsc__make(desk);
    });
    base.debtor.ttsc__ask();
    base.debtor.ttsc__throw();
    await app.settled();
    expect(base.failed!.error.message).to.equal('on purpose');
    base.ttsc__make(desk);
    await app.settled();
    base.debtor.ttsc__ask({ timeout: Infinity });
    base.ttsc__finish();
    await app.pass(300);
    expect(base.finished).to.equal(true);
    expect(warned(app, 'TT_OWED_LET_GO'), 'what is aborted has a line already').to.equal(0);
    expect(warned(app, 'TT_ABORTED')).to.equal(1);
    await app.finish();
  });

  it('holds a Catalyst five seconds at most, though it has no deadline itself', async () => {
    class Main extends Catalyst {
      heard: unknown[] = [];
      ttsc__pipe(promise: Promise<unknown>): void {
        this.pipe(promise, this.ttse__done);
      }
      ttse__done(value: unknown): void {
        this.heard.push(value);
      }
    }
    let main!: Main;
    const start = async (): Promise<App> =>
      startApp(() => void new Tonic({ name: 'other' }), { main: () => (main = new Main()) });
    const waits = await start();
    const { promise, resolve } = deferred();
    main.ttsc__pipe(promise);
    await waits.settled();
    main.ttsc__finish();
    await waits.pass(4_999);
    resolve('in time');
    await waits.end();
    expect(main.heard).to.deep.equal(['in time']);

    const gives = await start();
    for (let n = 0; n < 3; n++) main.ttsc__pipe(n === 0 ? Promise.resolve(n) : new Promise(() => {}));
    await gives.settled();
    main.ttsc__finish();
    await gives.pass(4_999);
    expect(main.finished).to.equal(false);
    await gives.pass(1);
    expect(main.finished).to.equal(true);
    expect(warned(gives, 'TT_OWED_LET_GO')).to.equal(1);
  });

  it('is still owed while the sparkle of its answer has not run, and where that leads to more before the next order', async () => {
    class Asks extends Debtor {
      readonly owed: boolean[] = [];
      override ttse__done(): void {
        this.owed.push(owes(this));
      }
      override ttse_answered__onEnter(): void {
        if (this.desk.open.length === 1) this.ask(this.desk).ttsc__ask().then(this.ttse__answered);
      }
    }
    const { app, desk, debtor, does } = await scene({}, Asks);
    await does(() => debtor.ttsc__pipe(Promise.resolve()));
    expect((debtor as Asks).owed).to.deep.equal([true]);
    await does(() => debtor.ttsc__ask());
    whenSettled(debtor, () => debtor.words.push('settled'));
    await does(() => desk.open[0]!.give(1));
    expect(debtor.words).to.deep.equal([['answered', 1]]);
    await does(() => desk.open[1]!.give(2));
    expect(debtor.words.at(-1)).to.equal('settled');
    await app.finish();
  });

  it('can be waited for: who waits is told once, behind what the last answer led to', async () => {
    const { app, desk, debtor, does } = await scene();
    await does(() => debtor.ttsc__ask());
    expect(owes(debtor)).to.equal(true);
    whenSettled(debtor, () => debtor.words.push('settled'));
    await does(() => desk.open[0]!.give(1));
    expect(debtor.words).to.deep.equal([['answered', 1], 'entered', 'settled']);
    expect(owes(debtor)).to.equal(false);
    await does(() => whenSettled(debtor, () => debtor.words.push('again')));
    expect(debtor.words.at(-1)).to.equal('again');
    await does(() => debtor.ttsc__ask());
    whenSettled(debtor, () => debtor.words.push('forgiven'));
    await does(() => cancelOwed(debtor));
    expect(debtor.words.at(-1)).to.equal('forgiven');
    expect(owes(debtor)).to.equal(false);
    await does(() => desk.open[1]!.give(2));
    expect(debtor.words.at(-1), 'what comes is heard all the same').to.deep.equal(['answered', 2]);
    await app.finish();
  });
});
