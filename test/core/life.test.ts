import { expect } from 'chai';
import { type AnyTonic, type Catalyst, type InfusionInfo, Tonic, type TonicOptions } from '../../src/index.js';
import { WARN, catalyst, messages, runApp, startApp } from '../support/app.js';
import { expectCode, expectThrow } from '../support/errors.js';

/** Writes down the steps of its life in a list that several share. */
class Living extends Tonic<'open'> {
  constructor(
    protected readonly words: string[],
    options: TonicOptions = {},
  ) {
    super(options);
    this.words.push(`${this.name} constructor`);
  }
  ttse__onStart(): void {
    this.words.push(`${this.name} start`);
  }
  ttsc__open(): void {
    this.toState('open');
  }
  ttse__onEnter(): void {
    this.words.push(`${this.name} enter`);
  }
  ttse__onExit(): void {
    this.words.push(`${this.name} exit`);
  }
  ttsc__note(): void {
    this.words.push(`${this.name} note`);
  }
  ttse__onFinished(): void {
    this.words.push(`${this.name} finished`);
  }
  ttse__onInfusionFinished({ name }: InfusionInfo): void {
    this.words.push(`${this.name} heard the end of ${name}`);
  }
}

describe('the life of a Tonic', () => {
  it('goes from constructor and onStart over its sparkles to onExit and onFinished', async () => {
    const words: string[] = [];
    await runApp(() => {
      const tonic = new Living(words, { name: 'a' });
      words.push('made');
      tonic.ttsc__open();
      tonic.ttsc__note();
      tonic.ttsc__finish();
      tonic.ttsc__note();
    });
    expect(words).to.deep.equal([
      'a constructor',
      'made',
      'a start',
      'a enter',
      'a note',
      'a note',
      'a exit',
      'a finished',
    ]);
  });

  it('ends once, however often it is finished', async () => {
    const words: string[] = [];
    await runApp(() => {
      const tonic = new Living(words, { name: 'a' });
      for (let n = 0; n < 3; n++) tonic.ttsc__finish();
    });
    expect(words.filter((word) => word === 'a finished')).to.have.length(1);
  });

  it('ends for good: no sparkle runs after onFinished', async () => {
    const words: string[] = [];
    let tonic!: Living;
    const app = await startApp(() => {
      tonic = new Living(words, { name: 'a' });
      tonic.ttsc__finish();
      new Living([], { name: 'other' });
    });
    tonic.ttsc__note();
    tonic.ttsc__open();
    await app.settled();
    expect(words.at(-1)).to.equal('a finished');
    expect(tonic).to.include({ finished: true, state: undefined, id: -1 });
    await app.finish();
  });

  it('keeps the name that it had by itself, which another Tonic may have then', async () => {
    let first!: Living;
    const app = await startApp(() => {
      first = new Living([]);
      first.ttsc__finish();
      new Living([], { name: 'other' });
    });
    await app.settled();
    const second = new Living([], { base: app.main });
    expect([first.id, first.name, second.name]).to.deep.equal([-1, '01.Living', '01.Living']);
    await app.finish();
  });

  it('is heard of by its base when it has left the Ledger', async () => {
    class Main extends Tonic {
      heard: InfusionInfo | undefined;
      found: unknown = 'not looked';
      child!: Tonic;
      ttse__onStart(): void {
        this.child = new Tonic({ name: 'child' });
        this.child.ttsc__finish();
      }
      ttse__onInfusionFinished(info: InfusionInfo): void {
        this.heard = info;
        this.found = (this.base as Catalyst).runtime.ledger.find('child');
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    expect(main.heard).to.deep.equal({ id: 2, name: 'child', tonic: main.child, error: undefined });
    expect(main.found).to.equal(undefined);
    expect(main.infusions.size).to.equal(0);
  });

  it('can end before it began: onStart is not heard then', async () => {
    const words: string[] = [];
    class Main extends Tonic {
      ttse__onStart(): void {
        new Living(words, { name: 'a' });
        this.ttsc__finish();
        throw new Error('no infusion of this sparkle stays');
      }
      ttse__onFailure(): void {}
    }
    await runApp(() => void new Main());
    expect(words.at(-1)).to.equal('a finished');
  });
});

describe('a Tonic that drains', () => {
  class Draining extends Living {
    ttse__onDraining(): void {
      this.words.push(`${this.name} draining`);
    }
    ttsc__drained(): void {
      this.drained();
    }
  }
  const startDraining = async (words: string[], options?: TonicOptions) => {
    let tonic!: Draining;
    const app = await startApp(() => {
      tonic = new Draining(words, { name: 'a', ...options });
      tonic.ttsc__finish();
    });
    return { app, tonic };
  };

  it('goes on until it says that it is done', async () => {
    const words: string[] = [];
    const { app, tonic } = await startDraining(words);
    await app.pass(4_999);
    tonic.ttsc__note();
    tonic.ttsc__drained();
    tonic.ttsc__drained();
    const { lines } = await app.end();
    expect(words.slice(2)).to.deep.equal(['a draining', 'a note', 'a finished']);
    expect(messages(lines, WARN)).to.deep.equal([]);
  });

  it('goes on until its deadline, and the log names it, and says that it was never done', async () => {
    const words: string[] = [];
    const { app, tonic } = await startDraining(words, { drainTimeout: 300 });
    await app.pass(299);
    tonic.ttsc__note();
    await app.settled();
    expect(words.at(-1)).to.equal('a note');
    await app.pass(1);
    const { lines, result } = await app.end();
    expect(words.at(-1)).to.equal('a finished');
    expect(lines.find(({ code }) => code === 'TT_ABORTED')).to.include({
      tonic: 'a',
      msg: 'a had not finished its ttse__onDraining (nothing called this.drained()) after 300 ms and was aborted.',
    });
    expect(result.exitCode).to.equal(0);
  });

  it('has five seconds by default', async () => {
    const { app } = await startDraining([]);
    await app.pass(4_999);
    expect(app.ledger.find('a')).not.to.equal(undefined);
    await app.pass(1);
    expect(app.ledger.find('a')).to.equal(undefined);
    await app.end();
  });

  it('for ever has no deadline', async () => {
    const { app, tonic } = await startDraining([], { drainTimeout: Infinity });
    await app.pass(3_600_000);
    expect(app.ledger.find('a')).to.equal(tonic);
    tonic.ttsc__drained();
    await app.end();
  });

  it('may say so at once, in onDraining', async () => {
    class AtOnce extends Living {
      ttse__onDraining(): void {
        this.drained();
      }
    }
    const words: string[] = [];
    const { lines } = await runApp(() => new AtOnce(words, { name: 'a' }).ttsc__finish());
    expect(words.at(-1)).to.equal('a finished');
    expect(messages(lines, WARN)).to.deep.equal([]);
  });

  it('may still infuse and change its state', async () => {
    class Busy extends Living {
      ttse__onDraining(): void {
        new Living(this.words, { name: 'helper' }).ttsc__finish();
        this.toState('open');
      }
      override ttse__onInfusionFinished(): void {
        this.words.push(`helped in ${this.state}`);
        this.drained();
      }
    }
    const words: string[] = [];
    await runApp(() => new Busy(words, { name: 'a' }).ttsc__finish());
    expect(words.slice(-3)).to.deep.equal(['helped in open', 'a exit', 'a finished']);
  });

  it('that says so when it is not draining says nothing', async () => {
    let tonic!: Draining;
    const app = await startApp(() => (tonic = new Draining([], { name: 'a' })));
    tonic.ttsc__drained();
    await app.settled();
    expect(app.ledger.find('a')).to.equal(tonic);
    tonic.ttsc__finish();
    await app.settled();
    expect(app.ledger.find('a'), 'it drains all the same').to.equal(tonic);
    tonic.ttsc__drained();
    await app.end();
  });
});

describe('the infusions of a Tonic', () => {
  class Tree extends Living {
    constructor(words: string[], name: string, depth: number) {
      super(words, { name });
      if (depth > 0) this.ttsc__grow(depth);
    }
    ttsc__grow(depth: number): void {
      new Tree(this.words, `${this.name}.1`, depth - 1);
      new Tree(this.words, `${this.name}.2`, depth - 1);
    }
  }

  it('finish before it does, and their ends are heard', async () => {
    const words: string[] = [];
    let tree!: Tree;
    const app = await startApp(() => (tree = new Tree(words, 't', 1)));
    words.length = 0;
    tree.ttsc__finish();
    await app.end();
    expect(words).to.deep.equal([
      't.1 finished',
      't.2 finished',
      't heard the end of t.1',
      't heard the end of t.2',
      't finished',
    ]);
  });

  it('finish however deep they are, the deepest first', async () => {
    const words: string[] = [];
    let tree!: Tree;
    const app = await startApp(() => (tree = new Tree(words, 't', 6)));
    words.length = 0;
    tree.ttsc__finish();
    await app.end();
    const ends = words.filter((word) => word.endsWith('finished')).map((word) => word.split(' ')[0]!);
    expect(ends).to.have.length(127);
    for (const name of ends) {
      if (name === 't') continue;
      expect(ends.indexOf(name)).to.be.lessThan(ends.indexOf(name.slice(0, -2)));
    }
    expect(app.ledger.size).to.equal(0);
  });

  it('that do not finish are aborted at the deadline and named, down to the last', async () => {
    class Stubborn extends Living {
      ttse__onDraining(): void {}
    }
    class Middle extends Living {
      override ttse__onStart(): void {
        new Stubborn(this.words, { name: 'leaf', drainTimeout: Infinity });
      }
    }
    class Main extends Living {
      override ttse__onStart(): void {
        new Middle(this.words, { name: 'middle', drainTimeout: Infinity });
      }
    }
    const words: string[] = [];
    let main!: Main;
    const app = await startApp(() => (main = new Main(words, { name: 'main', drainTimeout: 700 })));
    main.ttsc__finish();
    await app.pass(699);
    expect(app.ledger.size).to.equal(4);
    await app.pass(1);
    const { lines } = await app.end();
    const aborted = lines.filter(({ code }) => code === 'TT_ABORTED').map(({ tonic }) => tonic);
    expect(aborted).to.deep.equal(['leaf', 'middle']);
    expect(words.slice(-4)).to.deep.equal([
      'leaf finished',
      'middle finished',
      'main heard the end of middle',
      'main finished',
    ]);
  });

  it('are known to it while they are there', async () => {
    class Main extends Tonic {
      readonly parts: Tonic[] = [];
      ttse__onStart(): void {
        this.parts.push(new Tonic(), new Tonic());
      }
    }
    let main!: Main;
    const app = await startApp(() => (main = new Main()));
    expect([...main.infusions]).to.deep.equal(main.parts);
    main.parts[0]!.ttsc__finish();
    await app.settled();
    expect([...main.infusions]).to.deep.equal([main.parts[1]]);
    await app.finish();
  });

  it('know it as their base', async () => {
    class Child extends Tonic {
      declare readonly base: Main;
    }
    class Main extends Tonic {
      child!: Child;
      ttse__onStart(): void {
        this.child = new Child();
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    expect(main.child.base).to.equal(main);
    expect(main.base).to.include({ name: 'tt_main_catalyst' });
  });

  it('are refused once it closes', async () => {
    class Late extends Tonic {
      readonly errors: unknown[] = [];
      ttse__onInfusionFinished(): void {
        this.try();
      }
      ttse__onFinished(): void {
        this.try();
      }
      try(): void {
        this.errors.push(expectThrow(() => new Tonic(), 'TT_BASE_FINISHED'));
      }
      ttse__onStart(): void {
        new Tonic();
        this.ttsc__finish();
      }
    }
    let late!: Late;
    const app = await startApp(() => {
      late = new Late();
      new Tonic({ name: 'other' });
    });
    expect(late.errors).to.have.length(2);
    expectThrow(() => new Tonic({ base: late }), 'TT_BASE_FINISHED');
    expect(app.ledger.size).to.equal(2);
    await app.finish();
  });

  it('may be given their base where no sparkle runs, and need it there', async () => {
    let main!: Tonic;
    const app = await startApp(() => (main = new Tonic({ name: 'main' })));
    expectThrow(() => new Tonic(), 'TT_NO_BASE');
    const child = new Tonic({ base: main });
    expect(child.base).to.equal(main);
    expect([...main.infusions]).to.deep.equal([child]);
    await app.finish();
  });
});

describe('finishing a Tonic', () => {
  class Other extends Tonic {
    ttsc__end(tonic: AnyTonic): void {
      tonic.ttsc__finish();
    }
  }
  class Main extends Tonic {
    child!: Tonic;
    ttse__onStart(): void {
      this.child = new Tonic({ name: 'child' });
    }
    ttsc__endChild(): void {
      this.child.ttsc__finish();
    }
    ttsc__endSelf(): void {
      this.ttsc__finish();
    }
  }
  const start = async () => {
    let main!: Main;
    let other!: Other;
    const app = await startApp(() => {
      main = new Main({ name: 'main' });
      other = new Other({ name: 'other' });
    });
    return { app, main, other };
  };

  it('is for itself, its base, and code outside any sparkle', async () => {
    const { app, main, other } = await start();
    main.ttsc__endChild();
    await app.settled();
    expect(main.child.finished).to.equal(true);
    main.ttsc__endSelf();
    other.ttsc__finish();
    await app.end();
    expect(messages(app.lines, WARN)).to.deep.equal([]);
  });

  it('is refused to anybody else, with a warning', async () => {
    const { app, main, other } = await start();
    other.ttsc__end(main);
    other.ttsc__end(main.child);
    await app.settled();
    expect(main.finished || main.child.finished).to.equal(false);
    const refusals = app.lines.filter(({ level }) => level === WARN);
    expect(refusals.map(({ tonic }) => tonic)).to.deep.equal(['main', 'child']);
    expect(refusals[0]!.msg).to.contain('other');
    await app.finish();
  });

  it('is refused to its infusions', async () => {
    class Child extends Tonic {
      ttse__onStart(): void {
        (this.base as Tonic).ttsc__finish();
      }
    }
    class Main extends Tonic {
      ttse__onStart(): void {
        new Child();
      }
    }
    let main!: Main;
    const app = await startApp(() => (main = new Main()));
    expect(main.finished).to.equal(false);
    await app.finish();
  });

  it('passes a queue that is full', async () => {
    class Flood extends Tonic {
      ttsc__idle(): void {}
      ttse__onStart(): void {
        expectThrow(() => {
          for (;;) this.ttsc__idle();
        }, 'TT_QUEUE_FULL');
        this.ttsc__finish();
      }
    }
    const { result } = await runApp(() => void new Flood(), { main: catalyst({ queueLimit: 50 }) });
    expect(result).to.include({ exitCode: 0, error: undefined });
  });
});

describe('ids and names', () => {
  it('ids are small, and one that is free is given again', async () => {
    let [a, b] = [] as unknown as [Tonic, Tonic];
    const app = await startApp(() => {
      a = new Tonic();
      b = new Tonic();
    });
    expect([app.main.id, a.id, b.id]).to.deep.equal([0, 1, 2]);
    a.ttsc__finish();
    await app.settled();
    expect(a.id).to.equal(-1);
    const c = new Tonic({ base: b });
    expect(c.id).to.equal(1);
    expect(app.ledger.get(1)).to.equal(c);
    await app.finish();
  });

  it('the default name is id and class', async () => {
    class Door extends Tonic {}
    let door!: Door;
    const app = await startApp(() => (door = new Door()));
    expect(door.name).to.equal('01.Door');
    expect(app.main.name).to.equal('tt_main_catalyst');
    await app.finish();
  });

  it('a name is taken while its Tonic is there, and free afterwards', async () => {
    let door!: Tonic;
    const app = await startApp(() => {
      door = new Tonic({ name: 'door' });
      new Tonic({ name: 'other' });
    });
    const base = app.main;
    const error = expectThrow(() => new Tonic({ name: 'door', base }), 'TT_NAME_TAKEN');
    expect(error.message).to.contain('1 (Tonic)');
    expect(app.ledger.size, 'what was refused left nothing').to.equal(3);
    door.ttsc__finish();
    await app.settled();
    const again = new Tonic({ name: 'door', base });
    expect(app.ledger.find('door')).to.equal(again);
    await app.finish();
  });

  it('a default name is taken too', async () => {
    const app = await startApp(() => void new Tonic());
    expectThrow(() => new Tonic({ name: '01.Tonic', base: app.main }), 'TT_NAME_TAKEN');
    await app.finish();
  });

  it('a given name that looks like a default one is not taken by another in silence', async () => {
    const app = await startApp(() => void new Tonic({ name: '02.Tonic' }));
    const second = new Tonic({ base: app.main });
    const third = new Tonic({ base: app.main });
    const names = [...app.ledger].map(({ name }) => name);
    expect(new Set(names).size, names.join()).to.equal(names.length);
    expect(app.ledger.find(second.name)).to.equal(second);
    expect(app.ledger.find(third.name)).to.equal(third);
    await app.finish();
  });

  const bad: [TonicOptions, string][] = [
    [{ name: '' }, 'name'],
    [{ name: 42 as never }, 'name'],
    [{ drainTimeout: -1 }, 'drainTimeout'],
    [{ drainTimeout: NaN }, 'drainTimeout'],
    [{ drainTimeout: '5' as never }, 'drainTimeout'],
    [{ logMode: 'loud' as never }, 'logMode'],
    [{ logMode: 'toString' as never }, 'logMode'],
  ];
  for (const [options, option] of bad) {
    it(`the option ${JSON.stringify(options)} is refused, and leaves nothing`, async () => {
      const app = await startApp(() => void new Tonic());
      const error = expectCode(
        expectThrow(() => new Tonic({ base: app.main, ...options }), 'TT_BAD_OPTION'),
        'TT_BAD_OPTION',
      );
      expect(error.details).to.include({ option });
      expect(app.ledger.size).to.equal(2);
      await app.finish();
    });
  }
});
