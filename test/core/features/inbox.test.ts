import { expect } from 'chai';
import { type Answer, Catalyst, type InboxLimit, type Source, TimerRepeat, Tonic } from '../../../src/index.js';
import { type App, type Setup, WARN, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';

/** Writes down what it hears. */
class Clerk extends Tonic<'open' | 'shut'> {
  static readonly inboxLimit: InboxLimit = { orders: 3 };
  readonly words: unknown[] = [];
  readonly from: (Source | undefined)[] = [];

  ttse__onStart(): void {
    this.toState('open');
  }
  ttsc__note(...words: unknown[]): void {
    this.words.push(...words);
    this.from.push(this.source);
  }
  ttsc_shut__note(...words: unknown[]): void {
    this.words.push(...words.map((word) => `shut: ${String(word)}`));
  }
  ttsc_open__only(word: unknown): void {
    this.words.push(word);
  }
  ttsc__only(_word: unknown): void {}
  ttsc__shut(): void {
    this.toState('shut');
  }
  ttsc__ask(answer: Answer<number>): void {
    answer.give(this.words.length);
  }
  ttse__onTimer(): void {
    this.words.push('timer');
  }
  pipes(count: number): void {
    for (let n = 0; n < count; n++) this.pipe(Promise.resolve(n), this.ttsc__note);
    for (let n = 0; n < count; n++) this.pipe(Promise.resolve(n), this.bind('ttsc__note'));
  }
  ttsc__do(body: (clerk: this) => void): void {
    body(this);
  }
}

class Newest extends Clerk {
  static override readonly inboxLimit = { orders: 3, policy: 'drop-oldest' } as const;
}

/** Calls a clerk from a sparkle. */
class Caller extends Tonic {
  readonly answers: unknown[] = [];
  ttsc__do(body: (caller: this) => void): void {
    body(this);
  }
  ttse__onAnswer(value: unknown): void {
    this.answers.push(value);
  }
  asks(clerk: Clerk): void {
    this.ask(clerk).ttsc__ask().then(this.ttse__onAnswer, this.ttse__onAnswer);
  }
}

interface Scene<C extends Clerk> {
  readonly app: App;
  readonly clerk: C;
  readonly caller: Caller;
  /** Runs `body` in a sparkle of the caller, and all that follows from it. */
  does(body: (caller: Caller) => void): Promise<void>;
}

async function scene<C extends Clerk>(ClerkClass: new () => C, setup: Setup = {}): Promise<Scene<C>> {
  let clerk!: C;
  let caller!: Caller;
  const app = await startApp(() => {
    clerk = new ClerkClass();
    caller = new Caller();
  }, setup);
  const does = async (body: (caller: Caller) => void): Promise<void> => {
    let thrown: unknown;
    caller.ttsc__do((own) => {
      try {
        body(own);
      } catch (error) {
        thrown = error;
      }
    });
    await app.settled();
    if (thrown !== undefined) throw thrown as Error;
  };
  return { app, clerk, caller, does };
}

describe('a Tonic whose inbox is bounded', () => {
  it('hears all calls in their order and in the state that holds then, from whom they came', async () => {
    const { app, clerk, caller, does } = await scene(Clerk);
    await does(() => {
      clerk.ttsc__note();
      clerk.ttsc__note(1, 2);
      clerk.ttsc__note(3, 4, 5);
    });
    await does(() => {
      clerk.ttsc__only('open');
      clerk.ttsc__shut();
      clerk.ttsc__note(6);
    });
    await does(() => clerk.ttsc__only('nothing'));
    expect(clerk.words).to.deep.equal([1, 2, 3, 4, 5, 'open', 'shut: 6']);
    expect(clerk.from.map((from) => [from?.tonic, from?.sparkle])).to.deep.equal(
      Array.from({ length: 3 }, () => [caller, 'ttsc__do']),
    );
    expect(clerk.inboxCounts).to.deep.equal({ orders: 0, bytes: 0, dropped: 0, refused: 0 });
    await app.finish();
  });

  it('keeps its place among the orders of others', async () => {
    const { app, clerk, does } = await scene(Clerk);
    const other = new Caller({ base: clerk });
    await does(() => {
      for (const n of [1, 2, 3]) {
        clerk.ttsc__note(n);
        other.ttsc__do(() => clerk.words.push(`other ${n}`));
      }
    });
    expect(clerk.words).to.deep.equal([1, 'other 1', 2, 'other 2', 3, 'other 3']);
    await app.finish();
  });

  it('refuses one call more, which throws at who calls, until there is room', async () => {
    const { app, clerk, does } = await scene(Clerk);
    await does(() => {
      for (const n of [1, 2, 3]) clerk.ttsc__note(n);
      const { message } = expectThrow(() => clerk.ttsc__note(4), 'TT_INBOX_FULL');
      expect(message).to.contain(`${clerk.name} refuses ttsc__note: 3 calls wait for it`);
      expect(clerk.inboxCounts).to.deep.equal({ orders: 3, bytes: 0, dropped: 0, refused: 1 });
    });
    await does(() => clerk.ttsc__note(5));
    expect(clerk.words).to.deep.equal([1, 2, 3, 5]);
    for (const n of [6, 7, 8]) clerk.ttsc__note(n);
    expectThrow(() => clerk.ttsc__note(9), 'TT_INBOX_FULL');
    await app.settled();
    expect(clerk.words.slice(4)).to.deep.equal([6, 7, 8]);
    await app.finish();
  });

  it('takes what belongs to its life, its own timers and promises, whatever waits', async () => {
    const { app, clerk, does } = await scene(Clerk);
    await does(() => {
      clerk.ttsc__do((own) => {
        own.pipes(5);
        new TimerRepeat({ seconds: 0.001, sparkleBack: own.bind('ttse__onTimer') });
      });
    });
    expect(clerk.words).to.have.length(10);
    await does(() => {
      for (const n of [1, 2, 3]) clerk.ttsc__note(n);
      clerk.ttsc__toState('shut');
    });
    expect(clerk.state).to.equal('shut');
    await app.pass(2);
    expect(clerk.words.filter((word) => word === 'timer')).to.have.length(2);
    for (const n of [1, 2, 3]) clerk.ttsc__note(n);
    clerk.ttsc__finish();
    await app.settled();
    expect(clerk.finished).to.equal(true);
    await app.finish();
  });

  it('drops the oldest for a newer one, counts them, and says so once', async () => {
    const { app, clerk, does } = await scene(Newest);
    await does(() => {
      for (let n = 1; n <= 1_000; n++) clerk.ttsc__note(n);
      expect(clerk.inboxCounts).to.deep.equal({ orders: 3, bytes: 0, dropped: 997, refused: 0 });
      expect(app.main.queue.size).to.equal(3);
    });
    expect(clerk.words).to.deep.equal([998, 999, 1_000]);
    const { lines } = await app.finish();
    const warned = lines.filter(({ level }) => level >= WARN);
    expect(warned.map(({ code }) => code)).to.deep.equal(['TT_INBOX_DROPS']);
  });

  it('knows of each that is left who has called it', async () => {
    const { app, clerk, caller, does } = await scene(Newest);
    const other = new Caller({ base: clerk });
    await does(() => {
      other.ttsc__do(() => clerk.ttsc__note('other'));
      for (const n of [1, 2, 3]) clerk.ttsc__note(n);
    });
    expect(clerk.words).to.deep.equal([2, 3, 'other']);
    expect(clerk.from.map((from) => from?.tonic)).to.deep.equal([caller, caller, other]);
    await app.finish();
  });

  it('answers whom it refuses or drops at once', async () => {
    const refusing = await scene(Clerk);
    await refusing.does((caller) => {
      for (let n = 0; n < 4; n++) caller.asks(refusing.clerk);
    });
    const [error, ...given] = refusing.caller.answers;
    expect([expectCode(error, 'TT_INBOX_FULL').details['count'], given]).to.deep.equal([3, [0, 0, 0]]);
    await refusing.app.finish();

    const dropping = await scene(Newest);
    await dropping.does((caller) => {
      for (let n = 0; n < 4; n++) caller.asks(dropping.clerk);
    });
    expectCode(dropping.caller.answers[0], 'TT_INBOX_FULL');
    expect(dropping.caller.answers.slice(1)).to.deep.equal([0, 0, 0]);
    await dropping.app.finish();
  });

  it('may be bounded in bytes, and takes one call alone however large it is', async () => {
    class Small extends Clerk {
      static override readonly inboxLimit = { bytes: 10 };
    }
    const { app, clerk, does } = await scene(Small);
    await does(() => {
      clerk.ttsc__note('x'.repeat(100));
      expectThrow(() => clerk.ttsc__note(''), 'TT_INBOX_FULL');
    });
    await does(() => {
      clerk.ttsc__note('12345', Buffer.from('67'), ['890']);
      expect(clerk.inboxCounts.bytes).to.equal(10);
      clerk.ttsc__note(1);
      expectThrow(() => clerk.ttsc__note('x'), 'TT_INBOX_FULL');
    });
    expect([clerk.words.length, clerk.inboxCounts.bytes]).to.deep.equal([5, 0]);
    await app.finish();
  });

  it('drops as many of the oldest as a large one needs', async () => {
    class SmallNewest extends Clerk {
      static override readonly inboxLimit = { bytes: 10, policy: 'drop-oldest' } as const;
    }
    const { app, clerk, does } = await scene(SmallNewest);
    await does(() => {
      for (const word of ['aaa', 'bbb', 'ccc', 'dddddd', 'e']) clerk.ttsc__note(word);
      expect(clerk.inboxCounts).to.include({ orders: 3, bytes: 10, dropped: 2 });
    });
    await does(() => clerk.ttsc__note('f'));
    expect(clerk.words).to.deep.equal(['ccc', 'dddddd', 'e', 'f']);
    await app.finish();
  });

  it('does not mind who has no connection to be held back: he is refused', async () => {
    class Holding extends Clerk {
      static override readonly inboxLimit = { orders: 3, policy: 'hold' } as const;
    }
    const { app, clerk, does } = await scene(Holding);
    await does(() => {
      for (const n of [1, 2, 3]) clerk.ttsc__note(n);
      expectThrow(() => clerk.ttsc__note(4), 'TT_INBOX_FULL');
    });
    await app.finish();
  });

  it('takes no call when the queue of its Catalyst is full, and goes on with those that it has', async () => {
    const main = (): void => void new Catalyst({ queueLimit: 2 });
    const { app, clerk, does } = await scene(Clerk, { main });
    await does(() => {
      for (const n of [1, 2]) clerk.ttsc__note(n);
      expectThrow(() => clerk.ttsc__note(3), 'TT_QUEUE_FULL');
      expect(clerk.inboxCounts.orders).to.equal(2);
    });
    await does(() => clerk.ttsc__note(4));
    expect(clerk.words).to.deep.equal([1, 2, 4]);
    await app.finish();
  });

  it('ends with calls that wait: who asked hears of it, and who calls it later is not refused', async () => {
    const { app, clerk, caller, does } = await scene(Clerk);
    await does((own) => {
      clerk.ttsc__do((self) => self.ttsc__finish());
      own.asks(clerk);
      own.asks(clerk);
    });
    await app.settled();
    for (let n = 0; n < 10; n++) clerk.ttsc__note(n);
    await app.settled();
    expect(clerk.words).to.deep.equal([]);
    expect(caller.answers).to.have.length(2);
    await app.finish();
  });

  it('runs a long flood in little memory', async () => {
    class Wide extends Clerk {
      static override readonly inboxLimit = { orders: 200 };
    }
    const { app, clerk, does } = await scene(Wide);
    for (let round = 0; round < 20; round++) {
      await does(() => {
        for (let n = 0; n < 150; n++) clerk.ttsc__note(round * 150 + n);
      });
    }
    expect(clerk.words).to.deep.equal(Array.from({ length: 3_000 }, (_, n) => n));
    await app.finish();
  });
});
