import { expect } from 'chai';
import {
  Formula,
  Catalyst,
  type FailureInfo,
  type InfusionFailure,
  type InfusionInfo,
  TimerSingleShot,
  Tonic,
} from '../../src/index.js';
import { ERROR, type Line, WARN, messages, runApp, startApp } from '../support/app.js';
import { expectCode } from '../support/errors.js';

const failures = (lines: readonly Line[]): Line[] => lines.filter(({ level }) => level === ERROR);

/** A base that hears of everything and ends when its infusion has. */
class Base extends Tonic {
  readonly words: string[] = [];
  failed: InfusionFailure | undefined;
  finishedInfo: InfusionInfo | undefined;
  constructor(protected readonly make: (base: Base) => unknown) {
    super({ name: 'base' });
  }
  ttse__onStart(): void {
    this.make(this);
  }
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.failed = failure;
    this.words.push('failed');
  }
  ttse__onInfusionFinished(info: InfusionInfo): void {
    this.finishedInfo = info;
    this.words.push('finished');
    if (this.infusions.size === 0) this.ttsc__finish();
  }
}

const runBase = async (make: (base: Base) => unknown) => {
  let base!: Base;
  const ended = await runApp(() => (base = new Base(make)));
  return { base, ...ended };
};

describe('a stack', () => {
  it('names the class of a Tonic', async () => {
    class Door extends Tonic {
      ttsc__open(): void {
        throw new Error('stuck');
      }
    }
    const { base } = await runBase(() => new Door().ttsc__open());
    expect(base.failed!.error.stack).to.match(/^Error: stuck\n {4}at Door\.ttsc__open /);
  });
});

describe('a throw in a sparkle', () => {
  class Bad extends Tonic<'open'> {
    ttsc__throw(error: unknown): void {
      throw error;
    }
    ttsc__go(): void {
      this.toState('open');
    }
    ttse__onTimer(): void {
      throw new Error('boom');
    }
  }

  it('is logged with Tonic, state, sparkle and source', async () => {
    const { lines } = await runBase(() => {
      const bad = new Bad({ name: 'bad' });
      bad.ttsc__go();
      bad.ttsc__throw(new Error('boom'));
    });
    expect(failures(lines)).to.have.length(1);
    expect(failures(lines)[0]).to.include({
      tonic: 'bad',
      state: 'open',
      sparkle: 'ttsc__throw',
      from: 'base',
      fromSparkle: 'ttse__onStart',
      msg: 'boom',
    });
  });

  it('finishes the Tonic; the base hears ttse__onInfusionFailed and then ttse__onInfusionFinished', async () => {
    const error = new Error('boom');
    let bad!: Bad;
    const { base, result } = await runBase(() => {
      bad = new Bad({ name: 'bad' });
      bad.ttsc__go();
      bad.ttsc__throw(error);
    });
    expect(base.words).to.deep.equal(['failed', 'finished']);
    expect(base.failed).to.include({ id: 2, name: 'bad', tonic: bad, error, restarts: 0 });
    expect(base.failed).to.include({ sparkle: 'ttsc__throw', state: 'open' });
    expect(base.failed?.source?.tonic).to.equal(base);
    expect(base.finishedInfo).to.deep.equal({ id: 2, name: 'bad', tonic: bad, error });
    expect(result, 'the failure was heard of').to.include({ exitCode: 0, error: undefined });
  });

  it('does not stop the others', async () => {
    const words: string[] = [];
    class Good extends Tonic {
      ttsc__note(): void {
        words.push('good');
        this.ttsc__finish();
      }
    }
    await runBase(() => {
      const bad = new Bad();
      const good = new Good();
      bad.ttsc__throw(new Error('boom'));
      good.ttsc__note();
    });
    expect(words).to.deep.equal(['good']);
  });

  it('is given to ttse__onFailure, with which the Tonic goes on', async () => {
    const heard: [Error, FailureInfo][] = [];
    const error = new Error('boom');
    class Deciding extends Bad {
      ttse__onFailure(error: Error, info: FailureInfo): void {
        heard.push([error, info]);
        this.ttsc__end();
      }
      ttsc__end(): void {
        this.ttsc__finish();
      }
    }
    const { base, lines } = await runBase(() => new Deciding().ttsc__throw(error));
    expect(heard).to.have.length(1);
    expect(heard[0]![0]).to.equal(error);
    expect(heard[0]![1]).to.include({ sparkle: 'ttsc__throw', state: undefined });
    expect(base.words).to.deep.equal(['finished']);
    expect(base.finishedInfo?.error).to.equal(undefined);
    expect(failures(lines)).to.have.length(1);
  });

  it('may be decided for one state only', async () => {
    class Deciding extends Bad {
      mended = 0;
      ttse_open__onFailure(): void {
        this.mended++;
      }
    }
    let tonic!: Deciding;
    const { base } = await runBase(() => {
      tonic = new Deciding();
      tonic.ttsc__go();
      tonic.ttsc__throw(new Error('mended'));
      tonic.ttsc__toState(undefined);
      tonic.ttsc__throw(new Error('boom'));
    });
    expect(tonic.mended).to.equal(1);
    expect(base.failed?.error.message, 'outside that state nobody decides').to.equal('boom');
  });

  it('keeps the first of several errors', async () => {
    const { base, lines } = await runBase(() => {
      const bad = new Bad();
      bad.ttsc__throw(new Error('first'));
      bad.ttsc__throw(new Error('second'));
    });
    expect(base.failed?.error.message).to.equal('first');
    expect(messages(failures(lines))).to.include('first');
    expect(base.words).to.deep.equal(['failed', 'finished']);
  });

  const odd: [string, unknown][] = [
    ['a text', 'text'],
    ['nothing', undefined],
    ['null', null],
    ['an object without a prototype', Object.create(null)],
    ['a symbol', Symbol('s')],
  ];
  for (const [what, thrown] of odd) {
    it(`may throw ${what}: an Error is heard of, with it as its cause`, async () => {
      const { base } = await runBase(() => new Bad().ttsc__throw(thrown));
      expect(base.failed?.error).to.be.instanceOf(Error);
      expect(base.failed?.error.cause).to.equal(thrown);
    });
  }

  it('may throw an Error that cannot be read, and the loop goes on', async () => {
    const error = new Error('boom');
    Object.defineProperty(error, 'message', {
      get() {
        throw new Error('unreadable');
      },
    });
    const { base } = await runBase(() => new Bad().ttsc__throw(error));
    expect(base.words).to.deep.equal(['failed', 'finished']);
  });

  it('finishes what the sparkle infused before it, and nothing else', async () => {
    class Infusing extends Tonic {
      before!: Tonic;
      during!: Tonic;
      readonly heard: string[] = [];
      ttse__onStart(): void {
        this.before = new Tonic({ name: 'before' });
      }
      ttsc__infuse(): void {
        this.during = new Tonic({ name: 'during' });
        throw new Error('boom');
      }
      ttse__onFailure(): void {}
      ttse__onInfusionFinished({ name }: InfusionInfo): void {
        this.heard.push(name);
      }
    }
    let tonic!: Infusing;
    const app = await startApp(() => {
      tonic = new Infusing();
      tonic.ttsc__infuse();
    });
    expect(tonic.heard).to.deep.equal(['during']);
    expect(tonic.before.finished).to.equal(false);
    await app.finish();
  });

  it('in a constructor finishes what had been made of the infusion', async () => {
    class Broken extends Tonic {
      constructor() {
        super({ name: 'broken' });
        throw new Error('boom');
      }
    }
    class Making extends Tonic {
      readonly words: string[] = [];
      ttse__onStart(): void {
        new Broken();
      }
      ttse__onFailure({ message }: Error): void {
        this.words.push(message);
      }
      ttse__onInfusionFinished({ name }: InfusionInfo): void {
        this.words.push(name);
        this.ttsc__finish();
      }
    }
    let making!: Making;
    await runApp(() => (making = new Making()));
    expect(making.words).to.deep.equal(['boom', 'broken']);
  });
});

describe('a failure that nobody handles', () => {
  class Bad extends Tonic {
    ttse__onStart(): void {
      throw new Error('boom');
    }
  }
  class Above extends Tonic {
    constructor(
      name: string,
      readonly make: () => unknown,
    ) {
      super({ name });
    }
    ttse__onStart(): void {
      this.make();
    }
  }

  it('goes up from base to base and ends the app with exit code 1', async () => {
    const { result, lines } = await runApp(
      () => void new Above('top', () => new Above('middle', () => new Bad({ name: 'bad' }))),
    );
    expect(result.exitCode).to.equal(1);
    const { message, cause } = expectCode(result.error, 'TT_INFUSION_FAILED');
    expect(message).to.contain('top failed and its base tt_main_catalyst');
    expect(expectCode((cause as Error).cause, 'TT_INFUSION_FAILED').cause).to.have.property('message', 'boom');
    expect(failures(lines).map(({ tonic }) => tonic)).to.deep.equal(['bad', 'middle', 'top', 'tt_main_catalyst']);
  });

  it('sets the exit code of the process', async () => {
    const before = process.exitCode;
    try {
      // Not runApp(), which puts the exit code back.
      class Failing extends Formula {
        protected override creatingFormula() {
          return { log: { to: 'off' as const } };
        }
        protected override creatingMainCatalyst(): void {
          new Catalyst();
        }
        protected override creatingStartingTonics(): void {
          new Bad();
        }
      }
      await Failing.run();
      expect(process.exitCode).to.equal(1);
    } finally {
      process.exitCode = before;
    }
  });

  it('ends the app in order: the others finish', async () => {
    const words: string[] = [];
    class Other extends Tonic {
      ttse__onDraining(): void {
        words.push('draining');
        this.drained();
      }
      ttse__onFinished(): void {
        words.push('finished');
      }
    }
    await runApp(() => {
      new Other();
      new Bad();
    });
    expect(words).to.deep.equal(['draining', 'finished']);
  });

  it('stops at a base that hears of it', async () => {
    const { base, result } = await runBase(() => new Above('middle', () => new Bad({ name: 'bad' })));
    expectCode(base.failed?.error, 'TT_INFUSION_FAILED');
    expect(base.failed?.error.cause).to.have.property('message', 'boom');
    expect(result.exitCode).to.equal(0);
  });

  it('stops at a base whose ttse__onFailure decides', async () => {
    class Deciding extends Above {
      readonly failures: Error[] = [];
      ttse__onFailure(error: Error): void {
        this.failures.push(error);
        this.ttsc__finish();
      }
    }
    let deciding!: Deciding;
    const { result } = await runApp(() => (deciding = new Deciding('deciding', () => new Bad({ name: 'bad' }))));
    expect(deciding.failures).to.have.length(1);
    expectCode(deciding.failures[0], 'TT_INFUSION_FAILED');
    expect(result.exitCode).to.equal(0);
  });

  it('stops at a main Catalyst that hears of it', async () => {
    class Hearing extends Catalyst {
      readonly heard: string[] = [];
      ttse__onInfusionFailed({ name }: InfusionFailure): void {
        this.heard.push(name);
      }
    }
    let main!: Hearing;
    const { result } = await runApp(() => void new Bad({ name: 'bad' }), { main: () => (main = new Hearing()) });
    expect(main.heard).to.deep.equal(['bad']);
    expect(result.exitCode).to.equal(0);
  });
});

describe('a throw in a hook', () => {
  type Hook = 'onStart' | 'onEnter' | 'onExit' | 'onDraining' | 'onFinished';

  class Throwing extends Tonic<'open' | 'shut'> {
    constructor(readonly hook: Hook) {
      super({ name: 'throwing' });
      this.ttsc__go('open');
      this.ttsc__go('shut');
      this.ttsc__finish();
    }
    ttsc__go(state: 'open' | 'shut'): void {
      this.toState(state);
    }
    #in(hook: Hook): void {
      if (hook === this.hook) throw new Error(`boom in ${hook}`);
    }
    ttse__onStart(): void {
      this.#in('onStart');
    }
    ttse__onEnter(): void {
      this.#in('onEnter');
    }
    ttse__onExit(): void {
      this.#in('onExit');
    }
    ttse__onDraining(): void {
      this.#in('onDraining');
      this.drained();
    }
    ttse__onFinished(): void {
      this.#in('onFinished');
    }
  }

  for (const hook of ['onStart', 'onEnter', 'onExit', 'onDraining', 'onFinished'] as const) {
    it(`${hook} fails the Tonic, is logged under its name, and the base hears of it`, async () => {
      const { base, result, lines } = await runBase(() => new Throwing(hook));
      expect(base.words).to.deep.equal(['failed', 'finished']);
      expect(base.failed).to.include({ name: 'throwing', sparkle: `ttse__${hook}` });
      expect(base.failed?.error.message).to.equal(`boom in ${hook}`);
      expect(failures(lines)[0]).to.include({ sparkle: `ttse__${hook}`, tonic: 'throwing' });
      expect(result.exitCode).to.equal(0);
    });
  }

  it('onExit at the end of the life fails the Tonic as well, and onFinished is heard', async () => {
    const words: string[] = [];
    class AtEnd extends Tonic<'open'> {
      ttse__onStart(): void {
        this.toState('open');
        this.ttsc__finish();
      }
      ttse__onExit(): void {
        throw new Error('boom');
      }
      ttse__onFinished(): void {
        words.push('finished');
      }
    }
    const { base } = await runBase(() => new AtEnd());
    expect(base.failed).to.include({ sparkle: 'ttse__onExit' });
    expect(words).to.deep.equal(['finished']);
  });

  it('onFailure finishes the Tonic with the first error; both are logged', async () => {
    class Helpless extends Tonic {
      ttse__onStart(): void {
        throw new Error('first');
      }
      ttse__onFailure(): void {
        throw new Error('second');
      }
    }
    const { base, lines } = await runBase(() => new Helpless());
    expect(base.failed?.error.message).to.equal('first');
    expect(messages(failures(lines))).to.deep.equal(['first', 'second']);
    expect(failures(lines)[1]).to.include({ sparkle: 'ttse__onFailure' });
  });

  for (const event of ['onInfusionFinished', 'onInfusionFailed'] as const) {
    it(`${event} fails the base`, async () => {
      class Child extends Tonic {
        ttse__onStart(): void {
          if (event === 'onInfusionFailed') throw new Error('boom');
          this.ttsc__finish();
        }
      }
      class Middle extends Tonic {
        ttse__onStart(): void {
          new Child();
        }
        ttse__onInfusionFinished(): void {
          if (event === 'onInfusionFinished') throw new Error('in the base');
        }
        ttse__onInfusionFailed(): void {
          throw new Error('in the base');
        }
      }
      const { base } = await runBase(() => new Middle({ name: 'middle' }));
      expect(base.failed).to.include({ name: 'middle', sparkle: `ttse__${event}` });
      expect(base.failed?.error.message).to.equal('in the base');
    });
  }

  it('a sparkle called by a timer fails its Tonic', async () => {
    class Timed extends Tonic {
      ttse__onStart(): void {
        new TimerSingleShot({ seconds: 1, sparkleBack: this.ttse__enough });
      }
      ttse__enough(): void {
        throw new Error('boom');
      }
    }
    const { base } = await runBase(() => new Timed({ name: 'timed' }));
    expect(base.failed).to.include({ name: 'timed', sparkle: 'ttse__enough' });
  });

  it('of the main Catalyst ends the app with exit code 1', async () => {
    class Main extends Catalyst {
      ttse__onStart(): void {
        throw new Error('boom');
      }
    }
    const { result } = await runApp(() => void new Tonic(), { main: () => new Main() });
    expect(result.exitCode).to.equal(1);
    expect(result.error?.message).to.equal('boom');
  });
});

describe('a sparkle that returns a promise', () => {
  class Async extends Tonic {
    ttsc__work(promise: PromiseLike<unknown>): unknown {
      return promise;
    }
  }

  it('is reported', async () => {
    const { lines } = await runApp(() => {
      const tonic = new Async({ name: 'async' });
      tonic.ttsc__work(Promise.resolve());
      tonic.ttsc__finish();
    });
    const line = lines.find(({ code }) => code === 'TT_ASYNC_SPARKLE');
    expect(line).to.include({ level: WARN, tonic: 'async' });
    expect(line?.msg).to.contain('ttsc__work of Async').and.to.contain('this.pipe()');
  });

  it('fails its Tonic when the promise is rejected', async () => {
    const { base } = await runBase(() => new Async().ttsc__work(Promise.reject(new Error('boom'))));
    expect(base.failed?.error.message).to.equal('boom');
  });

  it('is logged as a failure where its Tonic has finished when the promise is rejected', async () => {
    let reject!: (reason: Error) => void;
    let tonic!: Async;
    const app = await startApp(() => {
      new Tonic();
      tonic = new Async({ name: 'async' });
      tonic.ttsc__work(new Promise((_, no) => (reject = no)));
      tonic.ttsc__finish();
    });
    expect(tonic.finished).to.equal(true);
    reject(new Error('too late'));
    await app.settled();
    const { lines } = await app.finish();
    expect(messages(failures(lines))).to.deep.equal(['too late']);
  });

  it('returning anything else is fine', async () => {
    const { lines } = await runApp(() => {
      const tonic = new Async();
      for (const value of [0, null, 'text', {}, { then: 42 }]) tonic.ttsc__work(value as never);
      tonic.ttsc__finish();
    });
    expect(messages(lines, WARN)).to.deep.equal([]);
  });
});
