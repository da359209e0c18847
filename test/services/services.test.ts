import { expect } from 'chai';
import {
  type Answer,
  type AnyTonic,
  Catalyst,
  Formula,
  type FormulaData,
  type Remote,
  type RemoteHandle,
  Tonic,
  type TonicOptions,
} from '../../src/index.js';
import { abort, runAs, type ServiceInfo } from '../doors/core.js';
import '../../src/index.js';
import { type App, ERROR, WARN, messages, runApp, startApp } from '../support/app.js';
import { expectThrow } from '../support/errors.js';

/** What happened, in the order it did. */
let heard: string[] = [];

class Clock extends Tonic {
  static override readonly service: string = 'clock';
  static made = 0;

  constructor(readonly zone = 'UTC') {
    super();
    Clock.made++;
  }
  ttse__onStart(): void {
    heard.push('started');
  }
  ttse__onServiceAccess(user: RemoteHandle, zone?: string): void {
    heard.push(`access by ${user.name}${zone === undefined ? '' : ` for ${zone}`}`);
  }
  ttse__onServiceBaseCompleted(id: number, left: number): void {
    heard.push(`base ${id} completed, ${left} left`);
  }
  ttsc__ask(word: string): void {
    heard.push(`${word} from ${this.source?.name ?? 'nobody'}.${this.source?.sparkle ?? ''}`);
  }
  ttsc__break(): void {
    throw new Error('broken');
  }
  ttsc__stop(): void {
    this.ttsc__finish();
  }
  ttse__onFinished(): void {
    heard.push('clock finished');
  }
}

class User extends Tonic {
  clock!: Remote<Clock>;
  constructor(
    private readonly begin: (user: User) => void = (user) => void user.useClock(),
    options: TonicOptions = {},
  ) {
    super(options);
  }
  ttse__onStart(): void {
    this.begin(this);
  }
  useClock(...args: [zone?: string]): Remote<Clock> {
    return (this.clock = this.use(Clock, ...args));
  }
  askFor(...args: Parameters<typeof this.use<AnyTonic, []>>): Remote<AnyTonic> {
    return this.use(...args);
  }
  see(): readonly string[] {
    return [...this.ledger].map(({ name }) => name);
  }
  ttsc__do(body: (user: this) => void): void {
    body(this);
  }
}

class HearingUser extends User {
  ttse__onClockCompleted({ service, error }: ServiceInfo): void {
    heard.push(`${this.name} heard that ${service} completed${error === undefined ? '' : `: ${error.message}`}`);
  }
}

const named = (name: string, begin?: (user: User) => void): User => new HearingUser(begin, { name });

async function inside<T extends User>(app: Pick<App, 'settled'>, user: T, body: (user: T) => void): Promise<void> {
  user.ttsc__do(body);
  await app.settled();
}

describe('a service', () => {
  beforeEach(() => {
    heard = [];
    Clock.made = 0;
  });

  it('is made once, whoever asks for it', async () => {
    const users: User[] = [];
    const app = await startApp(() => users.push(named('a'), named('b'), named('c')));
    expect(Clock.made).to.equal(1);
    expect(users[0]!.clock).to.equal(users[1]!.clock);
    expect(users[0]!.clock).to.equal(users[2]!.clock);
    await app.finish();
  });

  it('hears of each access, with who asks and what for; the first time after its start', async () => {
    const app = await startApp(() => [
      named('a', (user) => user.useClock('CET')),
      named('b', (user) => user.useClock()),
    ]);
    expect(heard).to.deep.equal(['started', 'access by a for CET', 'access by b']);
    await app.finish();
  });

  it('gives its constructor what the first asks with', async () => {
    let user!: User;
    const app = await startApp(() => [
      (user = named('a', (a) => a.useClock('CET'))),
      named('b', (b) => b.useClock('EST')),
    ]);
    expect((app.ledger.get(user.clock.id) as unknown as Clock).zone).to.equal('CET');
    await app.finish();
  });

  it('is called through its handle like any Tonic, and sees who calls', async () => {
    const app = await startApp(() => named('a', (user) => user.useClock().ttsc__ask('noon')));
    expect(heard.at(-1)).to.equal('noon from a.ttse__onStart');
    await app.finish();
  });

  it('is no Tonic that its user could finish', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a')));
    await inside(app, user, ({ clock }) => clock.ttsc__finish());
    expect(user.clock.finished).to.equal(false);
    expect(app.messages(40).join()).to.contain('refused to finish');
    await app.finish();
  });

  it('prints its handle, and shows what is known of it', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a')));
    const { clock } = user;
    expect(String(clock)).to.equal('service clock');
    expect(JSON.stringify({ clock })).to.equal('{"clock":{"service":"clock"}}');
    expect({ ...clock, id: clock.id, thread: clock.thread, finished: clock.finished }).to.deep.include({
      name: 'clock',
      id: 2,
      thread: 0,
      finished: false,
    });
    await app.finish();
    expect(clock.finished).to.equal(true);
    expect(clock.id).to.equal(-1);
  });

  it('is shown by the Ledger with its users', async () => {
    const app = await startApp(() => [named('a'), named('b')]);
    expect(app.ledger.dump()).to.contain('3 03.Clock (Clock) service clock, used by a, b');
    await app.finish();
  });

  it('is found by its name while it runs, which makes nobody a user', async () => {
    let user!: User;
    const app = await startApp(() => [(user = named('a')), named('b', () => {})]);
    const found = app.ledger.find('clock');
    expect(found).to.be.instanceOf(Clock);
    expect(found!.id).to.equal(user.clock.id);
    expect(app.ledger.find('constructor')).to.equal(undefined);
    user.ttsc__finish();
    await app.settled();
    expect([app.ledger.find('clock'), found!.finished]).to.deep.equal([undefined, true]);
    await app.finish();
  });

  it('is found by its name behind a Tonic that has it', async () => {
    let other!: Tonic;
    const app = await startApp(() => [named('a'), (other = new Tonic({ name: 'clock' }))]);
    expect(app.ledger.find('clock')).to.equal(other);
    other.ttsc__finish();
    await app.settled();
    expect(app.ledger.find('clock')).to.be.instanceOf(Clock);
    await app.finish();
  });

  it('lets a Tonic see the Ledger', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a')));
    expect(user.see()).to.deep.equal(['tt_main_catalyst', 'a', '02.Clock']);
    await app.finish();
  });

  it('may be used by a Tonic that drains, and not by one that has finished', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a', () => {})));
    await app.finish();
    expectThrow(() => user.useClock(), 'TT_BASE_FINISHED');
  });

  describe('refuses', () => {
    it('to be made with new while it runs', async () => {
      const app = await startApp(() => named('a'));
      const before = app.ledger.size;
      class Other extends Clock {}
      runAs(app.main, () =>
        expect(expectThrow(() => new Other(), 'TT_SERVICE_EXISTS').message).to.match(/02\.Clock.*this\.use\(Other\)/),
      );
      expect(app.ledger.size).to.equal(before);
      await app.finish();
    });

    it('to be made with new anywhere but in the Formula', async () => {
      let thrown: unknown;
      const app = await startApp(() =>
        named('a', () => {
          thrown = expectThrow(() => new Clock(), 'TT_SERVICE_BY_USE');
        }),
      );
      expect(thrown).to.be.instanceOf(Error);
      await app.finish();
    });

    it('a class that is not a service', async () => {
      class Plain extends Tonic {}
      const app = await startApp(() =>
        named('a', (user) => {
          expect(expectThrow(() => user.askFor(Plain as never), 'TT_NOT_A_SERVICE').message).to.match(/Plain/);
          heard.push('refused');
        }),
      );
      expect(heard).to.deep.equal(['refused']);
      await app.finish();
    });

    it('a name that makes no event', async () => {
      for (const name of ['', 'a b', '1st', 'a__b', '__proto__']) {
        const Odd = class extends Tonic {
          static override readonly service = name;
        };
        const app = await startApp(() =>
          named('a', (user) => void expectThrow(() => user.askFor(Odd), 'TT_BAD_SERVICE')),
        );
        await app.finish();
      }
    });

    it('an invalid supervision', async () => {
      class Frail extends Tonic {
        static override readonly service = 'frail';
        static override readonly supervision = { limit: -1 };
      }
      const app = await startApp(() =>
        named('a', (user) => {
          const error = expectThrow(() => user.askFor(Frail), 'TT_BAD_OPTION');
          expect(error.message).to.contain('limit of Frail.supervision');
          heard.push('refused');
        }),
      );
      expect(heard).to.deep.equal(['refused']);
      await app.finish();
    });

    it('another class with its name', async () => {
      class Watch extends Tonic {
        static override readonly service = 'clock';
      }
      const app = await startApp(() => [
        named('a'),
        named('b', (user) => {
          expect(expectThrow(() => user.askFor(Watch), 'TT_BAD_SERVICE').message).to.match(
            /Clock is that service, and no Watch/,
          );
          heard.push('refused');
        }),
      ]);
      expect(heard).to.include('refused');
      await app.finish();
    });

    it('what its class has no sparkle for, at the call', async () => {
      const app = await startApp(() =>
        named('a', (user) => {
          const clock = user.useClock() as unknown as { ttsc__lose(): void };
          expectThrow(() => clock.ttsc__lose(), 'TT_UNKNOWN_SPARKLE');
          heard.push('refused');
        }),
      );
      expect(heard).to.include('refused');
      await app.finish();
    });
  });

  it('leaves nothing where its constructor throws, and the asker gets what it threw', async () => {
    class Sick extends Tonic {
      static override readonly service = 'sick';
      constructor() {
        super();
        throw new Error('sick');
      }
    }
    let caught: unknown;
    const app = await startApp(() =>
      named('a', (user) => {
        try {
          user.askFor(Sick);
        } catch (thrown) {
          caught = thrown;
        }
      }),
    );
    expect((caught as Error).message).to.equal('sick');
    await app.finish();
    expect([...app.ledger].length).to.equal(0);
  });
});

abstract class Store extends Tonic {
  static readonly abstractService = 'store';
  abstract ttsc__put(key: string): void;
}

class MemoryStore extends Store {
  static override readonly service = 'store';
  ttsc__put(key: string): void {
    heard.push(`put ${key}`);
  }
}

describe('an abstract service', () => {
  beforeEach(() => (heard = []));

  const use = (user: Tonic): Remote<Store> =>
    (user as unknown as { use(service: typeof Store): Remote<Store> }).use(Store);

  it('stands for the concrete one that the Formula started', async () => {
    const app = await startApp(() => {
      new MemoryStore();
      named('a', (user) => use(user).ttsc__put('x'));
    });
    expect(heard).to.deep.equal(['put x']);
    await app.finish();
  });

  it('is refused where nobody started one', async () => {
    const app = await startApp(() =>
      named('a', (user) => expect(expectThrow(() => use(user), 'TT_NO_SERVICE').message).to.match(/store/)),
    );
    await app.finish();
  });

  it('is found by the concrete class as well', async () => {
    const app = await startApp(() => {
      const made = new MemoryStore();
      named('a', (user) => expect(user.askFor(MemoryStore).id).to.equal(made.id));
    });
    expect(app.messages(ERROR)).to.deep.equal([]);
    await app.finish();
  });

  it('has one name with those that it stands for', async () => {
    class Wrong extends Store {
      static override readonly service = 'stores';
      ttsc__put(): void {}
    }
    const app = await startApp(() =>
      named('a', (user) => void expectThrow(() => user.askFor(Wrong), 'TT_BAD_SERVICE')),
    );
    await app.finish();
  });
});

describe('the life of a service', () => {
  beforeEach(() => {
    heard = [];
    Clock.made = 0;
  });

  it('ends when its last user has finished; it hears of each', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('keeper', () => {}), named('a'), named('b')]));
    const [, a, b] = users as [User, User, User];
    const [idA, idB] = [a.id, b.id];
    a.ttsc__finish();
    await app.settled();
    expect(heard.slice(-1)).to.deep.equal([`base ${idA} completed, 1 left`]);
    b.ttsc__finish();
    await app.settled();
    expect(heard.slice(-2)).to.deep.equal([`base ${idB} completed, 0 left`, 'clock finished']);
    expect(a.clock.finished).to.equal(true);
    await app.finish();
  });

  it('begins anew when it is asked for again', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('keeper', () => {}), named('a')]));
    const [keeper, a] = users as [User, User];
    const { clock } = a;
    a.ttsc__finish();
    await app.settled();
    await inside(app, keeper, (user) => user.useClock());
    expect(Clock.made).to.equal(2);
    expect(keeper.clock).to.equal(clock);
    expect(clock.finished).to.equal(false);
    await app.finish();
  });

  it('begins anew where it is asked for while it finishes', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('keeper', () => {}), named('a')]));
    const [keeper, a] = users as [User, User];
    a.ttsc__finish();
    // Its end is on the queue when the other one asks.
    await inside(app, keeper, (user) =>
      user.ttsc__do(() => user.ttsc__do(() => user.useClock('late').ttsc__ask('more'))),
    );
    expect(heard.filter((line) => !line.startsWith('base'))).to.deep.equal([
      'started',
      'access by a',
      'clock finished',
      'started',
      'access by keeper for late',
      'more from keeper.ttsc__do',
    ]);
    expect(Clock.made).to.equal(2);
    await app.finish();
  });

  it('ends where its module is not loaded in time, as one that awaits the app is not', async () => {
    const module = 'data:text/javascript,await new Promise(() => {}); export class Clock {}';
    let user!: User;
    const app = await startApp(() => (user = named('a', () => {})), { clock: 'held' });
    app.main._ttss__ofService(
      'use',
      'clock',
      { module, className: 'Clock', isAbstract: false },
      user,
      undefined,
      [],
      1,
    );
    await app.pass(9_999);
    expect(heard).to.deep.equal([]);
    await app.pass(1);
    expect(heard).to.have.lengthOf(1);
    expect(heard[0]).to.contain('was not loaded within 10000 ms');
    await app.finish();
  });

  it('begins with the class of the main thread, where that asks for what another thread waits for', async () => {
    class Watch extends Clock {
      static override readonly module: string =
        'data:text/javascript,await new Promise(() => {}); export class Watch {}';
    }
    for (const [className, begins] of [
      ['Watch', true],
      ['Sundial', false],
    ] as const) {
      heard = [];
      let users!: User[];
      const app = await startApp(() => (users = [named('a', () => {}), named('b', () => {})]), { clock: 'held' });
      app.main._ttss__ofService(
        'use',
        'clock',
        { module: Watch.module, className, isAbstract: false },
        users[0]!,
        undefined,
        [],
        1,
      );
      await inside(app, users[1]!, (user) =>
        (user.askFor(Watch as never) as unknown as Remote<Clock>).ttsc__ask('now'),
      );
      expect(heard.includes('now from b.ttsc__do'), className).to.equal(begins);
      await app.pass(10_000);
      expect(
        heard.some((line) => line.includes('was not loaded')),
        className,
      ).to.equal(!begins);
      app.main._ttss__ofService('unuse', 'clock', users[0]!);
      await app.finish();
    }
  });

  it('whose module is not there when the app ends is named with what it was to do', async () => {
    const module = 'data:text/javascript,await new Promise(() => {}); export class Clock {}';
    let user!: User;
    const app = await startApp(() => (user = named('a', () => {})), { clock: 'held' });
    app.main._ttss__ofService(
      'use',
      'clock',
      { module, className: 'Clock', isAbstract: false },
      user,
      undefined,
      [],
      1,
    );
    app.main._ttss__ofService('call', 'clock', 'ttsc__ask', ['never']);
    const { lines } = await app.finish();
    const lost = lines.find(({ code }) => code === 'TT_ORDERS_LOST')!;
    expect(lost.msg).to.contain('the service clock').and.to.contain('ttsc__ask');
  });

  it('is left by a user that asked for it again before it heard of its end', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('a'), named('keeper', () => {})]));
    const [a] = users as [User];
    await inside(app, a, ({ clock }) => {
      clock.ttsc__stop();
      // Its turn is after the end, and before that is heard.
      a.ttsc__do(() => a.ttsc__do(() => a.ttsc__do(() => a.useClock('late'))));
    });
    expect(heard.slice(-3)).to.deep.equal(['a heard that clock completed', 'started', 'access by a for late']);
    a.ttsc__finish();
    await app.settled();
    expect(heard.at(-1)).to.equal('clock finished');
    await app.finish();
  });

  it('does not keep the app alive', async () => {
    const { lines } = await runApp(() => named('a', (user) => (user.useClock(), user.ttsc__finish())));
    expect(messages(lines, ERROR)).to.deep.equal([]);
    expect(heard.at(-1)).to.equal('clock finished');
  });

  it('is told to all its users where it ends first', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('a'), named('b')]));
    await inside(app, users[0]!, ({ clock }) => clock.ttsc__stop());
    expect(heard.slice(-3)).to.deep.equal([
      'clock finished',
      'a heard that clock completed',
      'b heard that clock completed',
    ]);
    expect(users[0]!.clock.finished).to.equal(true);
    await app.finish();
  });

  it('may end before a user that does not care', async () => {
    let user!: User;
    const app = await startApp(() => (user = new User()));
    await inside(app, user, ({ clock }) => clock.ttsc__stop());
    expect(user.finished).to.equal(false);
    await inside(app, user, ({ clock }) => clock.ttsc__ask('late'));
    expect(heard.at(-1)).to.equal('clock finished');
    await app.finish();
  });

  it('ends after all its users where the app ends, so that they can still call it', async () => {
    class Last extends HearingUser {
      ttse__onDraining(): void {
        this.clock.ttsc__ask('last words');
        this.drained();
      }
    }
    const app = await startApp(() => new Last((user) => user.useClock(), { name: 'last' }));
    await app.finish();
    expect(heard.slice(-2)).to.deep.equal([heard.at(-2), 'clock finished']);
    expect(heard.join()).to.contain('last words from last');
  });

  it('may be asked for the first time by a last word while the app ends', async () => {
    class Last extends HearingUser {
      ttse__onDraining(): void {
        this.useClock().ttsc__ask('last words');
        this.drained();
      }
    }
    const app = await startApp(() => new Last(() => {}, { name: 'last' }));
    const { result } = await app.finish();
    expect(result.exitCode).to.equal(0);
    expect(heard).to.deep.equal([
      'started',
      'access by last',
      'last words from last.ttse__onDraining',
      'base 1 completed, 0 left',
      'clock finished',
    ]);
  });

  it('is started again while the app ends, as long as somebody needs it', async () => {
    class Last extends HearingUser {
      ttse__onDraining(): void {
        this.clock.ttsc__break();
        this.clock.ttsc__ask('lost with it');
        this.ttsc__do(() => this.clock.ttsc__ask('last words'));
        this.ttsc__do(() => this.ttsc__do(() => this.drained()));
      }
    }
    const app = await startApp(() => new Last((user) => user.useClock(), { name: 'last' }));
    const { result } = await app.finish();
    expect(result.exitCode).to.equal(0);
    expect(heard).to.include('last words from last.ttsc__do');
    expect(Clock.made).to.equal(2);
  });

  it('that a last word has started ends with the app, though it is aborted', async () => {
    class Last extends HearingUser {
      ttse__onFinished(): void {
        this.useClock().ttsc__ask('nobody hears that');
      }
    }
    const app = await startApp(() => new Last(() => {}, { name: 'last' }));
    const aborted: string[] = [];
    abort(app.main, ({ name }) => aborted.push(name));
    expect(aborted).to.deep.equal(['last', '02.Clock', 'tt_main_catalyst']);
    expect(app.ledger.size).to.equal(0);
    await app.end();
  });

  it('is started for the whole app by the Formula, which is a user of it', async () => {
    class Whole extends Formula {
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'off' } };
      }
      protected override creatingMainCatalyst(): Catalyst {
        return new Catalyst();
      }
      protected override creatingStartingTonics(): void {
        this.use(Clock, 'CET').ttsc__ask('formula');
        new User((user) => (user.useClock(), user.ttsc__finish()));
      }
    }
    await Whole.run();
    expect(heard[0]).to.equal('started');
    expect(heard).to.include('formula from tt_main_catalyst.');
    expect(heard.filter((line) => line === 'clock finished')).to.have.lengthOf(1);
    expect(Clock.made).to.equal(1);
  });
});

describe('services that use each other', () => {
  const alive: string[] = [];
  class Log extends Tonic {
    static override readonly service = 'log';
    ttse__onStart(): void {
      alive.push('log');
      this.use(Disk);
    }
    ttse__onFinished(): void {
      alive.splice(alive.indexOf('log'), 1);
    }
  }
  class Disk extends Tonic {
    static override readonly service = 'disk';
    ttse__onStart(): void {
      alive.push('disk');
      // Its own part uses it, and so does the log: a circle.
      new Sector();
      this.use(Log);
    }
    ttse__onFinished(): void {
      alive.splice(alive.indexOf('disk'), 1);
    }
  }
  class Sector extends Tonic {
    ttse__onStart(): void {
      this.use(Disk);
    }
  }
  beforeEach(() => (alive.length = 0));

  it('in a circle end together when nobody else needs them', async () => {
    let user!: User;
    const app = await startApp(() => [new User(() => {}, { name: 'keeper' }), (user = new User((u) => u.askFor(Log)))]);
    expect(alive).to.deep.equal(['log', 'disk']);
    user.ttsc__finish();
    await app.settled();
    expect(alive).to.deep.equal([]);
    expect([...app.ledger].map(({ name }) => name)).to.deep.equal(['tt_main_catalyst', 'keeper']);
    await app.finish();
  });

  it('go on while one of them is needed', async () => {
    let users!: User[];
    const app = await startApp(
      () => (users = [new User((user) => user.askFor(Log)), new User((user) => user.askFor(Disk))]),
    );
    users[0]!.ttsc__finish();
    await app.settled();
    expect(alive).to.deep.equal(['log', 'disk']);
    await app.finish();
    expect(alive).to.deep.equal([]);
  });

  it('end in order: who uses another one first', async () => {
    const order: string[] = [];
    class Base extends Tonic {
      static override readonly service = 'base';
      ttse__onFinished(): void {
        order.push('base');
      }
    }
    class Middle extends Tonic {
      static override readonly service = 'middle';
      ttse__onStart(): void {
        this.use(Base);
      }
      ttse__onFinished(): void {
        order.push('middle');
      }
    }
    class Top extends Tonic {
      static override readonly service = 'top';
      ttse__onStart(): void {
        this.use(Middle);
      }
      ttse__onFinished(): void {
        order.push('top');
      }
    }
    await runApp(() => new User((user) => (user.askFor(Top), user.ttsc__finish())));
    expect(order).to.deep.equal(['top', 'middle', 'base']);
  });
});

describe('a service that fails', () => {
  beforeEach(() => {
    heard = [];
    Clock.made = 0;
  });

  it('is started again, and its users keep handles that work', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a', (a) => a.useClock('CET'))));
    const { clock } = user;
    await inside(app, user, () => clock.ttsc__break());
    await inside(app, user, () => clock.ttsc__ask('again'));
    expect(Clock.made).to.equal(2);
    expect(heard.slice(-3)).to.deep.equal(['started', 'access by a for CET', 'again from a.ttsc__do']);
    expect((app.ledger.get(clock.id) as unknown as Clock).zone).to.equal('CET');
    await app.finish();
  });

  it('gets what was called meanwhile when it runs again, in order', async () => {
    let user!: User;
    const app = await startApp(() => (user = named('a')));
    await inside(app, user, ({ clock }) => {
      clock.ttsc__break();
      user.ttsc__do(() => clock.ttsc__ask('one'));
      user.ttsc__do(() => clock.ttsc__ask('two'));
    });
    expect(heard.slice(-2)).to.deep.equal(['one from a.ttsc__do', 'two from a.ttsc__do']);
    await app.finish();
  });

  it('more often than its class allows is told to its users with the reason', async () => {
    class Frail extends Clock {
      static override readonly service: string = 'clock';
      static override readonly supervision = { limit: 1 };
    }
    let user!: User;
    const app = await startApp(() => [
      named('keeper', () => {}),
      (user = named('a', (a) => void a.askFor(Frail as never))),
    ]);
    const clock = (): Remote<Clock> => user.askFor(Frail as never) as unknown as Remote<Clock>;
    await inside(app, user, () => clock().ttsc__break());
    expect(heard.filter((line) => line.includes('completed'))).to.deep.equal([]);
    await inside(app, user, () => clock().ttsc__break());
    expect(heard.at(-1)).to.equal('a heard that clock completed: broken');
    expect(app.messages(WARN).filter((message) => message.includes('lost'))).to.deep.equal([]);
    expect(user.finished).to.equal(false);
    await app.finish();
  });

  it('fails a user that does not hear of it', async () => {
    class Frail extends Clock {
      static override readonly supervision = { limit: 0 };
    }
    class Boss extends Tonic {
      ttse__onStart(): void {
        new User((user) => (user.askFor(Frail as never) as unknown as Remote<Clock>).ttsc__break(), { name: 'a' });
      }
      ttse__onInfusionFailed({ error, name }: { error: Error & { code?: string }; name: string }): void {
        heard.push(`${name} failed: ${error.code} ${(error.cause as Error).message}`);
      }
    }
    const app = await startApp(() => new Boss());
    expect(heard.at(-1)).to.equal('a failed: TT_SERVICE_FAILED broken');
    await app.finish();
  });

  it('is not started again for users that have gone', async () => {
    let user!: User;
    const app = await startApp(() => [named('keeper', () => {}), (user = named('a'))]);
    await inside(app, user, ({ clock }) => {
      clock.ttsc__break();
      user.ttsc__finish();
    });
    expect(app.ledger.find('a')).to.equal(undefined);
    expect([...app.ledger].map(({ name }) => name)).to.deep.equal(['tt_main_catalyst', 'keeper']);
    await app.finish();
  });

  it('fails the app where the Formula made it with new, for it cannot be made again', async () => {
    const { result } = await runApp(() => {
      new Clock();
      named('a', (user) => user.useClock().ttsc__break());
    });
    expect(result.exitCode).to.equal(1);
    expect(result.error).to.have.property('code', 'TT_SERVICE_FAILED');
  });

  it('while it finishes because nobody needs it, and is asked for again, is started for who asks', async () => {
    class Sick extends Clock {
      static made = 0;
      readonly #number = ++Sick.made;
      override ttse__onFinished(): void {
        super.ttse__onFinished();
        if (this.#number === 1) throw new Error('broken at its end');
      }
    }
    const use = (user: User): Remote<Clock> => user.askFor(Sick as never) as unknown as Remote<Clock>;
    let users!: User[];
    const app = await startApp(() => (users = [named('keeper', () => {}), named('a', (a) => void use(a))]));
    const [keeper, a] = users as [User, User];
    a.ttsc__finish();
    await inside(app, keeper, () => keeper.ttsc__do(() => keeper.ttsc__do(() => use(keeper).ttsc__ask('more'))));
    expect(heard.filter((line) => !line.startsWith('base')).slice(-4)).to.deep.equal([
      'clock finished',
      'started',
      'access by keeper',
      'more from keeper.ttsc__do',
    ]);
    await inside(app, keeper, () => use(keeper).ttsc__ask('and more'));
    expect(heard.at(-1)).to.equal('and more from keeper.ttsc__do');
    await app.finish();
  });

  it('hears once of an access while it is started again', async () => {
    let users!: User[];
    const app = await startApp(() => (users = [named('a'), named('b', () => {})]));
    const [a, b] = users as [User, User];
    await inside(app, a, ({ clock }) => {
      clock.ttsc__break();
      b.ttsc__do(() => b.useClock('CET'));
    });
    expect(heard.slice(heard.lastIndexOf('started'))).to.deep.equal(['started', 'access by a', 'access by b for CET']);
    await app.finish();
  });

  it('is asked as any Tonic is, also while it is started again', async () => {
    const answers: unknown[] = [];
    class Oracle extends Tonic {
      static override readonly service = 'oracle';
      ttsc__ask(n: number, answer: Answer<number>): void {
        if (n === 0) throw new Error('broken');
        answer.give(n * 2);
      }
    }
    class Pilgrim extends User {
      question(n: number): void {
        this.ask(this.use(Oracle)).ttsc__ask(n).then(this.ttse__answer, this.ttse__none);
      }
      ttse__answer(n: number): void {
        answers.push(n);
      }
      ttse__none(error: Error): void {
        answers.push((error as { code?: string }).code);
      }
    }
    let pilgrim!: Pilgrim;
    const app = await startApp(() => (pilgrim = new Pilgrim((p) => (p as Pilgrim).question(1))));
    await inside(app, pilgrim, () => {
      pilgrim.question(0);
      pilgrim.ttsc__do(() => pilgrim.question(2));
    });
    expect(answers).to.deep.equal([2, 'TT_ASK_FAILED', 4]);
    await app.finish();
  });

  it('that fails tells who waits for an answer of it, though it is started again', async () => {
    const answers: unknown[] = [];
    class Vault extends Tonic {
      static override readonly service = 'vault';
      private readonly kept: Answer<number>[] = [];
      ttsc__open(answer: Answer<number>): void {
        this.kept.push(answer);
      }
      ttsc__break(): void {
        throw new Error('broken');
      }
    }
    class Thief extends User {
      question(): void {
        this.ask(this.use(Vault), { timeout: Infinity }).ttsc__open().then(this.ttse__answer, this.ttse__none);
      }
      ttse__answer(n: number): void {
        answers.push(n);
      }
      ttse__none(error: Error): void {
        answers.push((error as { code?: string }).code);
      }
    }
    let thief!: Thief;
    const app = await startApp(() => (thief = new Thief((t) => (t as Thief).question())));
    await inside(app, thief, () => (thief.askFor(Vault) as unknown as Remote<Vault>).ttsc__break());
    expect(answers).to.deep.equal(['TT_ASK_GONE']);
    await inside(app, thief, () => thief.question());
    expect(thief.questions.open).to.equal(1);
    await app.finish();
  });

  it('fails again where its constructor throws the second time', async () => {
    let makes = 0;
    class Once extends Tonic {
      static override readonly service = 'once';
      constructor() {
        super();
        if (++makes > 1) throw new Error('no second time');
      }
      ttsc__break(): void {
        throw new Error('broken');
      }
    }
    class Hearing extends User {
      ttse__onOnceCompleted({ error }: ServiceInfo): void {
        heard.push(`completed: ${error?.message}`);
      }
    }
    let user!: Hearing;
    const app = await startApp(
      () => (user = new Hearing((u) => (u.askFor(Once) as unknown as Remote<Once>).ttsc__break())),
    );
    expect(heard).to.deep.equal(['completed: no second time']);
    expect(makes).to.equal(4);
    expect(user.finished).to.equal(false);
    await app.finish();
  });
});
