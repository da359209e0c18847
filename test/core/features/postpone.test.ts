import { expect } from 'chai';
import {
  type Answer,
  Catalyst,
  type CatalystQueue,
  type FailureInfo,
  type InfusionInfo,
  OrderQueue,
  type Question,
  TimerSingleShot,
  Tonic,
} from '../../../src/index.js';
import { type App, type Setup, WARN, catalyst, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';

/** Does its jobs only when it is ready. */
class Worker extends Tonic<'busy' | 'ready' | 'shut'> {
  static readonly postponeLimit: number = 1_000;
  readonly words: unknown[] = [];
  thrown: unknown;
  failure: [Error, FailureInfo] | undefined;

  ttsc__go(state: 'busy' | 'ready' | 'shut' | undefined, reenter = false): void {
    this.toState(state, { reenter });
  }
  ttsc__job(n: number): void {
    this.words.push(n);
  }
  ttsc_busy__job(_n: number): void {
    this.postpone();
  }
  ttsc_ready__job(n: number): void {
    this.words.push(n);
  }
  ttsc__note(word: string): void {
    this.words.push(word);
  }
  ttsc__do(body: (worker: this) => void): void {
    body(this);
  }
  ttse__onFailure(error: Error, info: FailureInfo): void {
    this.failure = [error, info];
  }
  /** For tests: what a sparkle may call. */
  keep(): void {
    this.postpone();
  }
}

async function start<W extends Worker>(WorkerClass: new () => W, setup: Setup = {}): Promise<{ app: App; worker: W }> {
  let worker!: W;
  const app = await startApp(() => {
    worker = new WorkerClass();
    worker.ttsc__go('busy');
  }, setup);
  return { app, worker };
}

describe('an order that is postponed', () => {
  it('waits until the state has changed', async () => {
    const { app, worker } = await start(Worker);
    worker.ttsc__job(1);
    worker.ttsc__note('in between');
    await app.settled();
    expect(worker.words).to.deep.equal(['in between']);
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.words).to.deep.equal(['in between', 1]);
    await app.finish();
  });

  it('runs before newer orders, in the order of postponement', async () => {
    const { app, worker } = await start(Worker);
    worker.ttsc__job(1);
    worker.ttsc__job(2);
    worker.ttsc__go('ready');
    worker.ttsc__job(3);
    worker.ttsc__note('last');
    await app.settled();
    expect(worker.words).to.deep.equal([1, 2, 3, 'last']);
    await app.finish();
  });

  it('runs after onExit and onEnter of the transition', async () => {
    class Telling extends Worker {
      ttse__onEnter(): void {
        this.words.push(`enter ${this.state}`);
      }
    }
    const { app, worker } = await start(Telling);
    worker.ttsc__job(1);
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.words).to.deep.equal(['enter busy', 'enter ready', 1]);
    await app.finish();
  });

  it('keeps its arguments, however many, and its source', async () => {
    class Many extends Worker {
      ttsc__many(..._all: unknown[]): void {}
      ttsc_busy__many(..._all: unknown[]): void {
        this.postpone();
      }
      ttsc_ready__many(...all: unknown[]): void {
        this.words.push([...all, this.source?.name, this.source?.sparkle]);
      }
    }
    class Boss extends Tonic {
      ttsc__order(to: Many): void {
        to.ttsc__many();
        to.ttsc__many(1);
        to.ttsc__many(1, 2);
        to.ttsc__many(1, 2, 3, 4);
      }
    }
    const { app, worker } = await start(Many);
    const boss = new Boss({ name: 'boss', base: worker });
    boss.ttsc__order(worker);
    await app.settled();
    worker.ttsc__go('ready');
    await app.settled();
    const from = ['boss', 'ttsc__order'];
    expect(worker.words).to.deep.equal([from, [1, ...from], [1, 2, ...from], [1, 2, 3, 4, ...from]]);
    await app.finish();
  });

  it('that postpones itself again keeps its place among those that do', async () => {
    const { app, worker } = await start(Worker);
    class Patient extends Worker {
      ttsc_shut__job(): void {
        this.postpone();
      }
    }
    const patient = new Patient({ base: worker });
    patient.ttsc__go('busy');
    for (const n of [1, 2, 3]) patient.ttsc__job(n);
    patient.ttsc__go('shut');
    patient.ttsc__job(4);
    await app.settled();
    expect(patient.words).to.deep.equal([]);
    patient.ttsc__go('ready');
    await app.settled();
    expect(patient.words).to.deep.equal([1, 2, 3, 4]);
    await app.finish();
  });

  it('that changes the state when it runs again lets those behind it see the new state', async () => {
    class OneByOne extends Worker {
      override ttsc_ready__job(n: number): void {
        super.ttsc_ready__job(n);
        this.toState('busy');
      }
    }
    const { app, worker } = await start(OneByOne);
    for (const n of [1, 2, 3]) worker.ttsc__job(n);
    for (const words of [[1], [1, 2], [1, 2, 3]]) {
      worker.ttsc__go('ready');
      await app.settled();
      expect(worker.words).to.deep.equal(words);
    }
    await app.finish();
  });

  it('does not run again for the same state, not even for one that is entered again', async () => {
    let runs = 0;
    class Counting extends Worker {
      override ttsc_busy__job(): void {
        runs++;
        this.postpone();
      }
    }
    const { app, worker } = await start(Counting);
    worker.ttsc__job(1);
    worker.ttsc__go('busy');
    worker.ttsc__go('busy', true);
    await app.settled();
    expect(runs).to.equal(1);
    expect(worker.words).to.deep.equal([]);
    await app.finish();
  });

  it('runs again when the machine stops, too', async () => {
    const { app, worker } = await start(Worker);
    worker.ttsc__job(1);
    worker.ttsc__go(undefined);
    await app.settled();
    expect(worker.words).to.deep.equal([1]);
    await app.finish();
  });

  it('runs again where the state has changed so often that the Tonic fails, and goes on', async () => {
    class Dizzy extends Tonic<'a' | 'b' | 'rest'> {
      readonly words: string[] = [];
      ttsc__spin(): void {
        this.toState('a');
      }
      ttse_a__onEnter(): void {
        this.toState('b');
      }
      ttse_b__onEnter(): void {
        this.toState('a');
      }
      ttsc__later(): void {
        if (this.state === undefined) return this.postpone();
        this.words.push('later');
      }
      ttse__onFailure({ code }: Error & { readonly code?: string }): void {
        this.words.push(code!);
      }
    }
    let dizzy!: Dizzy;
    const app = await startApp(() => (dizzy = new Dizzy()));
    dizzy.ttsc__later();
    dizzy.ttsc__spin();
    await app.settled();
    expect(dizzy.words).to.deep.equal(['TT_TRANSITION_LOOP', 'later']);
    await app.finish();
  });

  it('runs again at once where its own sparkle has changed the state', async () => {
    class Opener extends Worker {
      override ttsc_busy__job(): void {
        this.postpone();
        this.toState('ready');
      }
    }
    const { app, worker } = await start(Opener);
    worker.ttsc__job(1);
    worker.ttsc__job(2);
    await app.settled();
    expect(worker.words).to.deep.equal([1, 2]);
    await app.finish();
  });

  it('is kept once, however often the sparkle says so', async () => {
    class Emphatic extends Worker {
      override ttsc_busy__job(): void {
        this.postpone();
        this.postpone();
      }
    }
    const { app, worker } = await start(Emphatic);
    worker.ttsc__job(1);
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.words).to.deep.equal([1]);
    await app.finish();
  });

  it('is not kept where its sparkle throws', async () => {
    class Throwing extends Worker {
      override ttsc_busy__job(): void {
        this.postpone();
        throw new Error('after all');
      }
    }
    const { app, worker } = await start(Throwing);
    worker.ttsc__job(1);
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.failure![0].message).to.equal('after all');
    expect(worker.words).to.deep.equal([]);
    await app.finish();
  });

  it('may be an event of a timer, of an infusion or an answer', async () => {
    class Hearing extends Worker {
      ttse__onTimer(): void {
        this.words.push('timer');
      }
      ttse_busy__onTimer(): void {
        this.postpone();
      }
      ttse__onInfusionFinished({ name }: InfusionInfo): void {
        this.words.push(name);
      }
      ttse_busy__onInfusionFinished(): void {
        this.postpone();
      }
      ttsc__ask(): void {
        this.ask(this as Hearing)
          .ttsc__give()
          .then(this.ttse__onAnswer);
      }
      ttsc__give(answer: Answer<string>): void {
        answer.give('answer');
      }
      ttse__onAnswer(value: string, question: Question): void {
        this.words.push([value, question.sparkle, this.source?.sparkle]);
      }
      ttse_busy__onAnswer(): void {
        this.postpone();
      }
    }
    const { app, worker } = await start(Hearing);
    worker.ttsc__do(() => {
      new TimerSingleShot({ seconds: 1 });
      new Tonic({ name: 'short' }).ttsc__finish();
    });
    worker.ttsc__ask();
    await app.settled();
    await app.pass(1_000);
    expect(worker.words).to.deep.equal([]);
    worker.ttsc__go('ready');
    await app.settled();
    // Then the end of the timer, which is an infusion.
    expect(worker.words.slice(0, -1)).to.deep.equal([['answer', 'ttsc__give', 'ttsc__give'], 'short', 'timer']);
    await app.finish();
  });

  it('may be a question, which is answered later', async () => {
    class Bank extends Worker {
      ttsc__balance(answer: Answer<number>): void {
        answer.give(42);
      }
      ttsc_busy__balance(_answer: Answer<number>): void {
        this.postpone();
      }
      ttsc__askMyself(): void {
        this.ask(this as Bank, { timeout: Infinity })
          .ttsc__balance()
          .then(this.ttse__onBalance);
      }
      ttse__onBalance(value: number): void {
        this.words.push(value);
      }
    }
    const { app, worker } = await start(Bank);
    worker.ttsc__askMyself();
    await app.settled();
    expect(worker.questions.open).to.equal(1);
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.words).to.deep.equal([42]);
    await app.finish();
  });

  it('is dropped with its Tonic, and named; a question in it fails', async () => {
    class Bank extends Worker {
      ttsc__balance(_answer: Answer<number>): void {
        this.postpone();
      }
    }
    class Asker extends Tonic {
      error: unknown;
      ttsc__ask(bank: Bank): void {
        // By way of another one, so that it is not the end of who was asked that is heard.
        this.ask(this as Asker, { timeout: Infinity })
          .ttsc__handOn(bank)
          .then(this.ttse__onBalance, this.ttse__onNone);
      }
      ttsc__handOn(bank: Bank, answer: Answer<number>): void {
        bank.ttsc__balance(answer);
      }
      ttse__onBalance(_value: number): void {}
      ttse__onNone(error: Error): void {
        this.error = error;
      }
    }
    let asker!: Asker;
    let bank!: Bank;
    const app = await startApp(() => {
      asker = new Asker();
      bank = new Bank();
      bank.ttsc__go('busy');
      bank.ttsc__job(1);
      bank.ttsc__job(2);
      asker.ttsc__ask(bank);
    });
    bank.ttsc__finish();
    await app.settled();
    const dropped = app.lines.filter(({ code }) => code === 'TT_POSTPONED_DROPPED');
    expect(dropped).to.have.length(1);
    expect(dropped[0]!.level).to.equal(WARN);
    expect(dropped[0]!.msg).to.contain('3 postponed orders').and.to.contain('ttsc__job (2), ttsc__balance');
    expectCode(asker.error, 'TT_ASK_GONE');
    await app.finish();
  });

  it('is dropped, too, where its own sparkle finishes the Tonic', async () => {
    class Ending extends Worker {
      override ttsc_busy__job(): void {
        this.postpone();
        this.ttsc__finish();
      }
    }
    const { app, worker } = await start(Ending);
    worker.ttsc__job(1);
    await app.settled();
    expect(worker.finished).to.equal(true);
    expect(app.lines.some(({ code }) => code === 'TT_POSTPONED_DROPPED')).to.equal(true);
    await app.end();
  });

  it('of which there are too many is refused at the call', async () => {
    class Small extends Worker {
      static override readonly postponeLimit = 2;
    }
    const { app, worker } = await start(Small);
    for (const n of [1, 2, 3]) worker.ttsc__job(n);
    await app.settled();
    const { message } = expectCode(worker.failure![0], 'TT_POSTPONE_FULL');
    expect(message).to.contain('2 orders').and.to.contain('ttsc__job');
    worker.ttsc__go('ready');
    await app.settled();
    expect(worker.words).to.deep.equal([1, 2]);
    await app.finish();
  });

  it('passes the limit of the queue when it runs again', async () => {
    const { app, worker } = await start(Worker, { main: catalyst({ queueLimit: 5 }) });
    for (const n of [1, 2, 3, 4]) worker.ttsc__job(n);
    await app.settled();
    worker.ttsc__do((self) => {
      self.ttsc__go('ready');
      for (const n of [5, 6, 7]) self.ttsc__job(n);
    });
    await app.settled();
    expect(worker.failure).to.equal(undefined);
    expect(worker.words).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    await app.finish();
  });

  it('goes to the end of a queue that puts nothing first, whatever its limit', async () => {
    class PlainQueue implements CatalystQueue {
      readonly #queue = new OrderQueue('plain');
      stampWith = undefined;
      get limit(): number {
        return this.#queue.limit;
      }
      set limit(limit: number) {
        this.#queue.limit = limit;
      }
      get size(): number {
        return this.#queue.size;
      }
      get isEmpty(): boolean {
        return this.#queue.isEmpty;
      }
      put(...order: Parameters<OrderQueue['put']>): void {
        this.#queue.put(...order);
      }
      take(...order: Parameters<CatalystQueue['take']>): boolean {
        return this.#queue.take(...order);
      }
    }
    class Plain extends Catalyst {
      protected override newCatalystQueue(): CatalystQueue {
        return new PlainQueue();
      }
      wakeUp(): void {
        this.wake();
      }
    }
    const { app, worker } = await start(Worker, { main: () => new Plain() });
    for (const n of [1, 2, 3]) worker.ttsc__job(n);
    (app.main as unknown as Plain).wakeUp();
    await app.settled();
    app.main.queue.limit = 2;
    worker.ttsc__go('ready');
    worker.ttsc__job(4);
    (app.main as unknown as Plain).wakeUp();
    await app.settled();
    expect(worker.failure).to.equal(undefined);
    expect(worker.words).to.deep.equal([4, 1, 2, 3]);
    expect(app.main.queue.limit).to.equal(2);
    app.main.ttsc__finish();
    (app.main as unknown as Plain).wakeUp();
    await app.end();
  });

  it('cannot keep others waiting by postponing itself and changing the state for ever', async () => {
    class Ring extends Worker {
      rounds = 0;
      seenAt = 0;
      ttsc__turn(): void {
        if (++this.rounds >= 20_000) return;
        this.postpone();
        this.toState(this.state === 'busy' ? 'shut' : 'busy');
      }
      ttsc__other(): void {
        this.seenAt = this.rounds;
      }
    }
    const { app, worker } = await start(Ring);
    worker.ttsc__do((self) => {
      self.ttsc__turn();
      self.ttsc__other();
    });
    await app.settled();
    expect(worker.rounds).to.equal(20_000);
    expect(worker.seenAt).to.be.within(1_000, 1_010);
    await app.finish();
  });
});

describe('postponing', () => {
  it('is refused outside a sparkle, and in hooks, which are no orders of their own', async () => {
    class Hooked extends Worker {
      ttse__onStart(): void {
        this.attempt();
      }
      ttse__onEnter(): void {
        this.attempt();
      }
      attempt(): void {
        this.words.push(expectThrow(() => this.postpone(), 'TT_NOT_POSTPONED').message);
      }
    }
    const { app, worker } = await start(Hooked);
    expect(worker.words).to.have.length(2);
    expect(worker.words[0]).to.contain('ttse__onStart');
    expect(worker.words[1]).to.contain('ttse__onEnter');
    expectThrow(() => worker.keep(), 'TT_NOT_RUNNING');
    const other = new Worker({ base: worker });
    other.ttsc__do(() => {
      worker.thrown = expectThrow(() => worker.keep(), 'TT_NOT_RUNNING');
    });
    await app.settled();
    expectCode(worker.thrown, 'TT_NOT_RUNNING');
    await app.finish();
  });

  it('with an invalid limit is refused with the first instance', async () => {
    class Wrong extends Worker {
      static override readonly postponeLimit = -1;
    }
    const { app, worker } = await start(Worker);
    worker.ttsc__do(() => void expectThrow(() => new Wrong(), 'TT_BAD_OPTION'));
    await app.settled();
    expect(worker.failure).to.equal(undefined);
    await app.finish();
  });
});
