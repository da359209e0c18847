/* eslint-disable tasktonic/heard-by-sparkles -- what is refused is tried here */
import { expect } from 'chai';
import {
  type Answer,
  type Asked,
  type AskOptions,
  type FailureInfo,
  type Question,
  Tonic,
  type TonicOptions,
} from '../../../src/index.js';
import { type App, catalyst, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { collectGarbage, stillHeld } from '../../support/memory.js';

/** Answers in all the ways there are. */
class Bank extends Tonic<'open' | 'shut'> {
  readonly kept: Answer<number>[] = [];

  ttsc__balance(account: string, answer: Answer<number>): void {
    answer.give(account.length);
  }
  ttsc__keep(answer: Answer<number>): void {
    this.kept.push(answer);
  }
  ttsc__refuse(error: unknown, answer: Answer): void {
    answer.fail(error);
  }
  ttsc__throws(_answer: Answer): void {
    throw new RangeError('in the bank');
  }
  ttsc__twice(answer: Answer<string>): void {
    answer.give('first');
    answer.give('second');
    answer.fail(new Error('third'));
  }
  ttsc__answersAndThrows(answer: Answer<string>): void {
    answer.give('answered');
    throw new RangeError('afterwards');
  }
  ttsc__letsGo(_answer: Answer): void {}
  ttsc__handOn(to: Bank, answer: Answer<number>): void {
    to.ttsc__keep(answer);
  }
  ttsc__sum(a: number, b: number, c: number, answer: Answer<number>): void {
    answer.give(a + b + c);
  }
  ttsc_open__onlyOpen(answer: Answer<string>): void {
    answer.give('open');
  }
  ttsc__onlyOpen(_answer: Answer<string>): void {}
  ttsc_shut__shutOnly(answer: Answer<string>): void {
    answer.give('shut');
  }
  ttsc__go(state: 'open' | 'shut'): void {
    this.toState(state);
  }
  ttse__onFailure(): void {}
}

/** Asks as a test says, and writes down what it hears. */
class Asker extends Tonic<'calm'> {
  static readonly questionLimit: number = 10_000;
  readonly heard: unknown[] = [];
  readonly asked: Question[] = [];
  failure: [Error, FailureInfo] | undefined;

  ttsc__do(body: (asker: this) => void): void {
    body(this);
  }
  asks(to: any, key: string, args: unknown[] = [], options: AskOptions = {}): Question {
    const asks = this.ask(to, options) as Record<string, (...args: unknown[]) => Asked<unknown>>;
    const question = asks[key]!(...args).then(this.bind('ttse__onAnswer'), this.bind('ttse__onNoAnswer'));
    this.asked.push(question);
    return question;
  }
  ttse__onAnswer(value: unknown, question: Question): void {
    this.heard.push([value, this.asked.indexOf(question), this.source?.name]);
  }
  ttse__onNoAnswer(error: Error & { code?: string }, question: Question): void {
    this.heard.push([error.code ?? error, this.asked.indexOf(question)]);
  }
}

class DecidingAsker extends Asker {
  ttse__onFailure(error: Error, info: FailureInfo): void {
    this.failure = [error, info];
  }
}

interface Scene {
  readonly app: Pick<App, 'settled' | 'pass' | 'finish' | 'end' | 'lines' | 'main'>;
  readonly bank: Bank;
  readonly asker: Asker;
  /** Runs `body` in a sparkle of the asker, and all that follows from it. */
  does(body: (asker: Asker) => void): Promise<void>;
}

async function scene(
  AskerClass: new (options: TonicOptions) => Asker = DecidingAsker,
  start: (startingTonics: () => void) => Promise<Scene['app']> = startApp,
): Promise<Scene> {
  let bank!: Bank;
  let asker!: Asker;
  const app = await start(() => {
    bank = new Bank({ name: 'bank' });
    asker = new AskerClass({ name: 'asker' });
  });
  const does = async (body: (asker: Asker) => void): Promise<void> => {
    asker.ttsc__do(body);
    await app.settled();
  };
  return { app, bank, asker, does };
}

describe('a question', () => {
  it('is answered in a sparkle of the asker, with the question and who answered', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__balance', ['four']));
    expect(asker.heard).to.deep.equal([[4, 0, 'bank']]);
    expect(asker.asked[0]).to.include({ to: bank, sparkle: 'ttsc__balance', open: false });
    await app.finish();
  });

  it('runs nothing at once, and is answered behind what was queued before', async () => {
    const { app, bank, asker, does } = await scene();
    const order: string[] = [];
    await does(() => {
      asker.asks(bank, 'ttsc__balance', ['four']);
      asker.ttsc__do(() => order.push(`queued, ${asker.heard.length} heard`));
      order.push(`asked, ${asker.heard.length} heard`);
    });
    expect(order).to.deep.equal(['asked, 0 heard', 'queued, 0 heard']);
    expect(asker.heard).to.have.length(1);
    await app.finish();
  });

  it('may be answered later, and out of order: each answer comes with its question', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => {
      for (let n = 0; n < 3; n++) asker.asks(bank, 'ttsc__keep');
    });
    expect(asker.questions).to.deep.include({ open: 3 });
    for (const n of [2, 0, 1]) bank.kept[n]!.give(n * 10);
    await app.settled();
    expect(asker.heard.map((heard) => (heard as unknown[]).slice(0, 2))).to.deep.equal([
      [20, 2],
      [0, 0],
      [10, 1],
    ]);
    expect(asker.questions.open).to.equal(0);
    await app.finish();
  });

  it('carries more than two arguments', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__sum', [1, 2, 3]));
    expect(asker.heard).to.deep.equal([[6, 0, 'bank']]);
    await app.finish();
  });

  it('may be handed on to another Tonic, which answers', async () => {
    const { app, bank, asker, does } = await scene();
    const other = new Bank({ name: 'other', base: asker });
    await does(() => asker.asks(bank, 'ttsc__handOn', [other]));
    other.kept[0]!.give(7);
    await app.settled();
    expect(asker.heard).to.deep.equal([[7, 0, undefined]]);
    await app.finish();
  });

  it('may be put to oneself', async () => {
    class Selfish extends DecidingAsker {
      ttsc__name(answer: Answer<string>): void {
        answer.give(this.name);
      }
    }
    const { app, asker, does } = await scene(Selfish);
    await does(() => asker.asks(asker, 'ttsc__name'));
    expect(asker.heard).to.deep.equal([['asker', 0, 'asker']]);
    await app.finish();
  });

  it('is answered by the body of the state that holds when its turn comes', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => {
      bank.ttsc__go('open');
      asker.asks(bank, 'ttsc__onlyOpen');
    });
    expect(asker.heard).to.deep.equal([['open', 0, 'bank']]);
    await app.finish();
  });

  it('takes a reference of the asker for its sparkle, too', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      const question = self['ask'](bank).ttsc__balance('four').then(self.bind('ttse__onAnswer'));
      self.asked.push(question);
    });
    expect(asker.heard).to.deep.equal([[4, 0, 'bank']]);
    await app.finish();
  });
});

describe('a question that gets no answer', () => {
  const errorsOf = async (
    ask: (scene: Scene) => void,
    afterwards: (scene: Scene) => unknown = () => {},
  ): Promise<{ heard: unknown[]; scene: Scene }> => {
    const all = await scene();
    await all.does(() => ask(all));
    await afterwards(all);
    await all.app.settled();
    await all.app.finish();
    return { heard: all.asker.heard, scene: all };
  };

  it('ends after its timeout, which is 5 s', async () => {
    const { asker, app, bank, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__keep'));
    await app.pass(4_999);
    expect(asker.heard).to.deep.equal([]);
    await app.pass(1);
    expect(asker.heard).to.deep.equal([['TT_ASK_TIMEOUT', 0]]);
    await app.finish();
  });

  it('ends after a timeout of its own; 0 ends it before it is late, and Infinity never', async () => {
    const { asker, app, bank, does } = await scene();
    await does(() => {
      asker.asks(bank, 'ttsc__keep', [], { timeout: 0 });
      asker.asks(bank, 'ttsc__keep', [], { timeout: 100 });
      asker.asks(bank, 'ttsc__keep', [], { timeout: Infinity });
    });
    await app.pass(0);
    expect(asker.heard).to.deep.equal([['TT_ASK_TIMEOUT', 0]]);
    await app.pass(100);
    expect(asker.heard).to.have.length(2);
    await app.pass(1_000_000_000);
    expect(asker.heard).to.have.length(2);
    expect(asker.questions.open).to.equal(1);
    await app.finish();
  });

  it('was refused: the asker hears that very error', async () => {
    const refusal = Object.assign(new Error('no such account'), { code: 'NO_ACCOUNT' });
    const { heard } = await errorsOf(({ asker, bank }) => {
      asker.asks(bank, 'ttsc__refuse', [refusal]);
      asker.asks(bank, 'ttsc__refuse', ['a text']);
    });
    expect(heard[0]).to.deep.equal(['NO_ACCOUNT', 0]);
    expect((heard[1] as [Error])[0].message).to.contain('a text');
  });

  it('failed where its sparkle threw, with the throw as the cause', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => void self['ask'](bank).ttsc__throws().then(self.ttse__onAnswer));
    const [error] = asker.failure!;
    expectCode(error, 'TT_ASK_FAILED');
    expect((error as Error).cause).to.be.instanceOf(RangeError);
    expect((error as Error).message).to.contain('ttsc__throws of bank');
    await app.finish();
  });

  it('keeps the answer that was given before a throw', async () => {
    const { heard } = await errorsOf(({ asker, bank }) => asker.asks(bank, 'ttsc__answersAndThrows'));
    expect(heard).to.deep.equal([['answered', 0, 'bank']]);
  });

  it('fails at once where no body hears it in the state that holds', async () => {
    const { heard } = await errorsOf(({ asker, bank }) => asker.asks(bank, 'ttsc__shutOnly'));
    expect(heard).to.deep.equal([['TT_ASK_UNHEARD', 0]]);
  });

  it('is told so where the other one had finished before', async () => {
    const { heard } = await errorsOf(
      ({ bank }) => bank.ttsc__finish(),
      async ({ app, asker, bank, does }) => {
        await app.settled();
        expect(bank.finished).to.equal(false);
        bank.ttsc__finish();
        await app.settled();
        await does(() => asker.asks(bank, 'ttsc__balance', ['four']));
      },
    );
    expect(heard).to.deep.equal([['TT_ASK_GONE', 0]]);
  });

  it('is told so where the other one finishes afterwards', async () => {
    const { heard } = await errorsOf(
      ({ asker, bank }) => asker.asks(bank, 'ttsc__keep', [], { timeout: Infinity }),
      ({ bank }) => bank.ttsc__finish(),
    );
    expect(heard).to.deep.equal([['TT_ASK_GONE', 0]]);
  });

  it('is told so where the other one finishes before the question has its turn', async () => {
    const { heard } = await errorsOf(
      () => {},
      async ({ app, asker, bank }) => {
        bank.ttsc__finish();
        asker.ttsc__do(() => asker.asks(bank, 'ttsc__balance', ['four']));
        await app.settled();
      },
    );
    expect(heard).to.deep.equal([['TT_ASK_GONE', 0]]);
  });

  it('fails when nobody keeps its Answer any more', async () => {
    const { app, bank, asker, does } = await scene(DecidingAsker, async (begin) => startApp(begin, { clock: 'held' }));
    await does(() => asker.asks(bank, 'ttsc__letsGo', [], { timeout: Infinity }));
    for (let n = 0; n < 50 && asker.heard.length === 0; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      await app.settled();
    }
    expect(asker.heard).to.deep.equal([['TT_ASK_UNANSWERED', 0]]);
    await app.finish();
  });

  it('goes on while the Answer is kept, however much garbage is collected', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__keep', [], { timeout: Infinity }));
    for (let n = 0; n < 5; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(asker.heard).to.deep.equal([]);
    bank.kept[0]!.give(1);
    await app.settled();
    expect(asker.heard).to.have.length(1);
    await app.finish();
  });

  it('without onError fails the asker as a throw in its sparkle does', async () => {
    const { app, bank, asker, does } = await scene(Asker);
    await does((self) => void self['ask'](bank, { timeout: 10 }).ttsc__keep().then(self.ttse__onAnswer));
    await app.pass(10);
    expect(asker.finished).to.equal(true);
    const { result } = await app.end();
    expectCode(result.error?.cause ?? result.error, 'TT_ASK_TIMEOUT');
  });

  it('without onError is decided by onFailure, where the asker has it', async () => {
    const { app, bank, asker, does } = await scene(DecidingAsker);
    await does((self) => void self['ask'](bank, { timeout: 10 }).ttsc__keep().then(self.ttse__onAnswer));
    await app.pass(10);
    const [error, info] = asker.failure!;
    expectCode(error, 'TT_ASK_TIMEOUT');
    expect(info.sparkle).to.equal('ttse__onAnswer');
    expect(asker.finished).to.equal(false);
    await app.finish();
  });
});

describe('an answer', () => {
  it('given a second time does nothing, which the log says', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__twice'));
    expect(asker.heard).to.deep.equal([['first', 0, 'bank']]);
    const second = app.lines.filter(({ msg }) => msg.includes('answered a second time'));
    expect(second.map(({ tonic }) => tonic)).to.deep.equal(['bank', 'bank']);
    await app.finish();
  });

  it('that comes after the timeout does nothing and is counted', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__keep', [], { timeout: 10 }));
    await app.pass(10);
    expect(bank.kept[0]!.open).to.equal(false);
    bank.kept[0]!.give(1);
    await app.settled();
    expect(asker.heard).to.deep.equal([['TT_ASK_TIMEOUT', 0]]);
    expect(asker.questions).to.deep.include({ open: 0, late: 1 });
    await app.finish();
  });

  it('that comes after a cancel does nothing and is counted', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__keep').cancel());
    bank.kept[0]!.give(1);
    await app.settled();
    await app.pass(10_000);
    expect(asker.heard).to.deep.equal([]);
    expect(asker.questions).to.deep.include({ open: 0, late: 1 });
    await app.finish();
  });

  it('that waits for its turn is not heard once its question is cancelled', async () => {
    const { app, bank, asker, does } = await scene();
    const order: string[] = [];
    await does(() => {
      const question = asker.asks(bank, 'ttsc__balance', ['four']);
      // Queued behind the question and before its answer.
      asker.ttsc__do(() => {
        order.push(question.open ? 'open' : 'answered');
        question.cancel();
      });
    });
    expect(order).to.deep.equal(['answered']);
    expect(asker.heard).to.deep.equal([]);
    await app.finish();
  });

  it('is open until it was given', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => asker.asks(bank, 'ttsc__keep'));
    const [answer] = bank.kept;
    expect(answer!.open).to.equal(true);
    answer!.give(1);
    expect(answer!.open).to.equal(false);
    await app.finish();
  });

  it('reaches the asker though the queue is full', async () => {
    const { app, asker } = await (async () => {
      let bank!: Bank;
      let asker!: Asker;
      const app = await startApp(
        () => {
          bank = new Bank({ name: 'bank' });
          asker = new DecidingAsker({ name: 'asker' });
        },
        { main: catalyst({ queueLimit: 10 }) },
      );
      asker.ttsc__do(() => {
        asker.asks(bank, 'ttsc__keep');
        asker.ttsc__do(() => {
          for (;;)
            try {
              asker.ttsc__do(() => {});
            } catch {
              break;
            }
          bank.kept[0]!.give(1);
          // A question that finds no room is told so in the same way.
          asker.asks(bank, 'ttsc__balance', ['four']);
        });
      });
      await app.settled();
      return { app, asker };
    })();
    expect(asker.heard).to.deep.equal([
      [1, 0, 'asker'],
      ['TT_QUEUE_FULL', 1],
    ]);
    expect(asker.questions.open).to.equal(0);
    await app.finish();
  });

  it('whose sparkle throws fails the asker under the name of that sparkle', async () => {
    class Thrower extends DecidingAsker {
      override ttse__onAnswer(): void {
        throw new RangeError('in the asker');
      }
    }
    const { app, bank, asker, does } = await scene(Thrower);
    await does(() => asker.asks(bank, 'ttsc__balance', ['four']));
    expect(asker.failure![0].message).to.equal('in the asker');
    expect(asker.failure![1].sparkle).to.equal('ttse__onAnswer');
    expect(asker.questions.open).to.equal(0);
    await app.finish();
  });
});

describe('a question without .then', () => {
  it('is not asked, and fails its asker at the end of the sparkle as a throw does', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      self['ask'](bank).ttsc__keep();
      self.heard.push('went on');
    });
    const [error, info] = asker.failure!;
    expectCode(error, 'TT_ASK_THEN');
    expect(error.message).to.contain('ttsc__keep of bank was asked without .then').and.contain('.then(this.ttse__on');
    expect(info).to.deep.include({ sparkle: 'ttsc__do', state: undefined });
    expect(bank.kept).to.deep.equal([]);
    expect(asker.heard).to.deep.equal(['went on']);
    expect(asker.questions).to.deep.equal({ open: 0, late: 0 });
    await app.finish();
  });

  it('ends an asker that decides nothing', async () => {
    const { app, bank, asker, does } = await scene(Asker);
    await does((self) => void self['ask'](bank).ttsc__keep());
    expect(asker.finished).to.equal(true);
    const { result } = await app.end();
    expectCode(result.error?.cause ?? result.error, 'TT_ASK_THEN');
  });

  it('is found among those that have one, in whatever order they were given', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      const first = self['ask'](bank).ttsc__balance('four');
      const lost = self['ask'](bank).ttsc__sum(1, 2, 3);
      const last = self['ask'](bank).ttsc__balance('seven..');
      first.then(self.bind('ttse__onAnswer'));
      last.then(self.bind('ttse__onAnswer'));
      void lost;
    });
    expect(asker.failure![0].message).to.contain('ttsc__sum');
    expect(asker.heard.map((heard) => (heard as unknown[])[0])).to.deep.equal([4, 7]);
    await app.finish();
  });

  it('takes back what a throw takes back: what was raised, infused, and is to be answered', async () => {
    class Careful extends DecidingAsker {
      part: Tonic | undefined;
      ttsc__look(to: Bank, _answer: Answer): void {
        this.part = new Tonic({ name: 'part' });
        this.raise.ttse__onAnswer('raised', undefined as never);
        this.ask(to).ttsc__keep();
      }
    }
    const { app, bank, asker, does } = await scene(Careful);
    const careful = asker as Careful;
    await does(() => careful.asks(careful, 'ttsc__look', [bank]));
    expect(asker.heard).to.deep.equal([['TT_ASK_FAILED', 0]]);
    expect(careful.part!.finished).to.equal(true);
    await app.finish();
  });

  it('is found in a hook, and in the sparkle that hears an answer', async () => {
    const sparkles: unknown[] = [];
    class Hasty extends DecidingAsker {
      bank!: Bank;
      ttse_calm__onEnter(): void {
        this.ask(this.bank).ttsc__keep();
      }
      override ttse__onAnswer(): void {
        this.ask(this.bank).ttsc__keep();
      }
      override ttse__onFailure({ message }: Error, { sparkle }: FailureInfo): void {
        sparkles.push([sparkle, message.includes('without .then')]);
      }
    }
    const { app, bank, asker, does } = await scene(Hasty);
    (asker as Hasty).bank = bank;
    await does((self) => self['toState']('calm'));
    await does(() => asker.asks(bank, 'ttsc__balance', ['four']));
    expect(sparkles).to.deep.equal([
      ['ttse__onEnter', true],
      ['ttse__onAnswer', true],
    ]);
    await app.finish();
  });

  it('does not hide what the sparkle throws itself, and troubles no other sparkle', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      self['ask'](bank).ttsc__keep();
      throw new RangeError('its own');
    });
    expect(asker.failure![0].message).to.equal('its own');
    asker.failure = undefined;
    await does(() => {});
    expect(asker.failure).to.equal(undefined);
    await app.finish();
  });

  it('fails its asker soon where that asks outside its own sparkles; one with it is asked', async () => {
    const { app, bank, asker } = await scene();
    asker.asks(bank, 'ttsc__balance', ['four']);
    await app.settled();
    expect(asker.failure).to.equal(undefined);
    expect(asker.heard).to.have.length(1);
    asker['ask'](bank).ttsc__keep();
    await app.settled();
    expectCode(asker.failure![0], 'TT_ASK_THEN');
    await app.finish();
  });

  it('fails who asked it in its constructor, and not the one that made it', async () => {
    class Born extends DecidingAsker {
      constructor(bank: Bank) {
        super({ name: 'born' });
        this.ask(bank).ttsc__balance('four').then(this.ttse__onAnswer);
        this.ask(bank).ttsc__keep();
      }
    }
    const { app, bank, asker, does } = await scene();
    let born!: Born;
    await does(() => void (born = new Born(bank)));
    expect(asker.failure).to.equal(undefined);
    expectCode(born.failure![0], 'TT_ASK_THEN');
    expect(born.heard).to.have.length(1);
    await app.finish();
  });

  it('that is awaited rejects with the remedy, and is not asked', async () => {
    const { app, bank, asker, does } = await scene();
    let awaited!: PromiseLike<unknown>;
    await does((self) => {
      awaited = self['ask'](bank).ttsc__keep() as unknown as PromiseLike<unknown>;
    });
    for (const promise of [(async () => await awaited)(), Promise.resolve(awaited)]) {
      const thrown = await promise.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expectCode(thrown, 'TT_ASK_THEN');
      expect(thrown!.message).to.contain('ttsc__keep of bank was awaited: a sparkle is synchronous');
    }
    await app.settled();
    expect(bank.kept).to.deep.equal([]);
    expectCode(asker.failure![0], 'TT_ASK_THEN');
    await app.finish();
  });

  it('that a sparkle returns fails its asker', async () => {
    class Returning extends DecidingAsker {
      ttsc__returns(to: Bank): unknown {
        return this.ask(to).ttsc__keep();
      }
    }
    const { app, bank, asker } = await scene(Returning);
    (asker as Returning).ttsc__returns(bank);
    await app.settled();
    expect(asker.failure![0].message).to.contain('without .then');
    await app.finish();
  });
});

describe('the place of a question', () => {
  it('is that of its .then among the calls of the sparkle', async () => {
    const order: string[] = [];
    class Till extends Tonic {
      ttsc__note(text: string): void {
        order.push(text);
      }
      ttsc__sum(text: string, answer: Answer<string>): void {
        order.push(text);
        answer.give(text);
      }
    }
    const { app, does } = await scene();
    await does((self) => {
      const till = new Till();
      const late = self['ask'](till).ttsc__sum('asked last');
      till.ttsc__note('first');
      self['ask'](till).ttsc__sum('asked').then(self.ttse__onAnswer);
      till.ttsc__note('last');
      late.then(self.bind('ttse__onAnswer'));
    });
    expect(order).to.deep.equal(['first', 'asked', 'last', 'asked last']);
    await app.finish();
  });

  it('it keeps where the sparkle throws afterwards, as a call does', async () => {
    const { app, bank, asker, does } = await scene();
    await does(() => {
      asker.asks(bank, 'ttsc__balance', ['four']);
      throw new RangeError('afterwards');
    });
    expect(asker.failure![0].message).to.equal('afterwards');
    expect(asker.heard).to.deep.equal([[4, 0, 'bank']]);
    await app.finish();
  });
});

describe('asking', () => {
  it('several things of one Tonic asks with the same options', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      const asks = self['ask'](bank, { timeout: 10 });
      self.asked.push(asks.ttsc__keep().then(self.bind('ttse__onAnswer'), self.bind('ttse__onNoAnswer')));
      self.asked.push(asks.ttsc__balance('four').then(self.bind('ttse__onAnswer')));
    });
    await app.pass(10);
    expect(asker.heard).to.deep.equal([
      [4, 1, 'bank'],
      ['TT_ASK_TIMEOUT', 0],
    ]);
    await app.finish();
  });

  it('a second time with the same call is refused', async () => {
    const { app, bank, does } = await scene();
    await does((self) => {
      const asked = self['ask'](bank).ttsc__keep();
      asked.then(self.bind('ttse__onAnswer'));
      const { message } = expectThrow(() => asked.then(self.bind('ttse__onAnswer')), 'TT_ASK_THEN');
      expect(message).to.contain('was asked already');
    });
    expect(bank.kept).to.have.length(1);
    await app.finish();
  });

  it('as an earlier version did tells how it is written now', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      const old = (self as any).ask.bind(self) as (...args: unknown[]) => unknown;
      const { message } = expectThrow(() => old(bank, 'ttsc__keep', [], self.bind('ttse__onAnswer')), 'TT_RENAMED');
      expect(message).to.contain("ask(to, 'ttsc__keep', ...)").and.contain('ask(to).ttsc__keep(...).then(...)');
    });
    expect(asker.failure).to.equal(undefined);
    await app.finish();
  });

  it('is refused for an unknown sparkle, for a value that is not a Tonic, and for an invalid time', async () => {
    const { app, bank, asker, does } = await scene();
    await does((self) => {
      expectThrow(() => self.asks(bank, 'ttsc__blance'), 'TT_UNKNOWN_SPARKLE');
      expectThrow(() => self.asks(undefined, 'ttsc__balance'), 'TT_BAD_OPTION');
      expectThrow(() => self.asks({}, 'ttsc__balance'), 'TT_BAD_OPTION');
      expectThrow(
        () => self.asks(bank, 'ttsc__keep', [], { onError: self.bind('ttse__onNoAnswer') } as object),
        'TT_BAD_OPTION',
      );
      expectThrow(() => self.asks(bank, 'ttsc__keep', [], { timeout: -1 }), 'TT_BAD_OPTION');
      expectThrow(() => self.asks(bank, 'ttsc__keep', [], { timeout: NaN }), 'TT_BAD_OPTION');
      expectThrow(() => self.asks(bank, 'ttsc__keep', [], { timeout: '5' as never }), 'TT_BAD_OPTION');
      expectThrow(
        () =>
          self['ask'](bank)
            .ttsc__keep()
            .then(() => {}),
        'TT_NOT_A_SPARKLE',
      );
      expectThrow(
        () =>
          self['ask'](bank)
            .ttsc__keep()
            .then(bank.bind('ttsc__go') as never),
        'TT_NOT_A_SPARKLE',
      );
      self.heard.push('all');
    });
    expect(asker.heard).to.deep.equal(['all']);
    expect(asker.questions.open).to.equal(0);
    await app.finish();
  });

  it('is bounded for each asker; there is room again once an answer was heard', async () => {
    class Curious extends DecidingAsker {
      static override readonly questionLimit = 2;
    }
    const { app, bank, asker, does } = await scene(Curious);
    await does((self) => {
      self.asks(bank, 'ttsc__keep');
      self.asks(bank, 'ttsc__keep');
      const { message } = expectThrow(() => self.asks(bank, 'ttsc__keep'), 'TT_ASK_FULL');
      expect(message).to.contain('2 questions');
    });
    bank.kept[0]!.give(1);
    await app.settled();
    await does((self) => void self.asks(bank, 'ttsc__keep'));
    expect(asker.questions.open).to.equal(2);
    expect(asker.failure).to.equal(undefined);
    await app.finish();
  });

  it('with an invalid limit is refused with the first instance', async () => {
    class Wrong extends Asker {
      static override readonly questionLimit = NaN;
    }
    const { app, does } = await scene();
    await does(() => {
      expectThrow(() => new Wrong(), 'TT_BAD_OPTION');
    });
    await app.finish();
  });

  it('a Tonic that ends takes its questions back, and holds nobody', async () => {
    const { app, bank, does } = await scene();
    const refs: WeakRef<object>[] = [];
    let short: Asker | undefined;
    await does(() => {
      short = new DecidingAsker({ name: 'short' });
      short.ttsc__do((self) => void self.asks(bank, 'ttsc__letsGo', [], { timeout: Infinity, hold: false }));
    });
    refs.push(new WeakRef(short!));
    const { questions } = short!;
    expect(questions.open).to.equal(1);
    short!.ttsc__finish();
    await app.settled();
    expect(short!.finished).to.equal(true);
    expect(questions.open).to.equal(0);
    short = undefined;
    expect(bank._ttExtras?.watchers?.size ?? 0).to.equal(0);
    expect(await stillHeld(refs)).to.be.at.most(1);
    await app.finish();
  });

  it('may still be done while the asker drains, and is answered', async () => {
    class Tidy extends DecidingAsker {
      bank!: Bank;
      ttse__onDraining(): void {
        this.asks(this.bank, 'ttsc__balance', ['four']);
      }
      override ttse__onAnswer(value: unknown, question: Question): void {
        super.ttse__onAnswer(value, question);
        this.drained();
      }
    }
    const { app, bank, asker } = await scene(Tidy);
    (asker as Tidy).bank = bank;
    asker.ttsc__finish();
    await app.settled();
    expect(asker.finished).to.equal(true);
    expect(asker.heard).to.deep.equal([[4, 0, 'bank']]);
    await app.finish();
  });

  it('by one that has finished asks nobody', async () => {
    const { app, bank, asker } = await scene();
    asker.ttsc__finish();
    await app.settled();
    const question = asker.asks(bank, 'ttsc__keep');
    expect(question.open).to.equal(false);
    await app.settled();
    expect(bank.kept).to.deep.equal([]);
    await app.finish();
  });

  it('leaves nothing behind: no timer, no watcher, no question', async () => {
    const { app, bank, asker, does } = await scene();
    const { timers } = app.main;
    const before = timers.size;
    await does(() => {
      asker.asks(bank, 'ttsc__balance', ['a']);
      asker.asks(bank, 'ttsc__keep').cancel();
      asker.asks(bank, 'ttsc__shutOnly');
      asker.asks(bank, 'ttsc__throws');
    });
    expect(timers.size).to.equal(before);
    expect(bank._ttExtras?.watchers?.size).to.equal(0);
    expect(asker.questions.open).to.equal(0);
    await app.finish();
  });

  it('costs an empty field for those who do not', async () => {
    const { app, bank, asker } = await scene();
    expect(asker._ttExtras).to.equal(undefined);
    expect(bank._ttExtras).to.equal(undefined);
    expect(asker.questions).to.deep.equal({ open: 0, late: 0 });
    await app.finish();
  });
});
