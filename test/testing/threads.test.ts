import { expect } from 'chai';
import {
  type Answer,
  Catalyst,
  type CatalystOptions,
  Formula,
  type InfusionFailure,
  type Remote,
  type RemoteHandle,
  SelectorCatalyst,
  TimerSingleShot,
  Tonic,
  transfer,
} from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { expectThrow } from '../support/errors.js';

/** Answers its base, some time later or at once. */
export class Worker extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Boss>;

  constructor(
    options: CatalystOptions = {},
    readonly greeting = 'ready',
  ) {
    super(options);
  }
  ttse__onStart(): void {
    this.base.ttsc__hear(this.greeting, this.thread);
  }
  ttsc__echo(...values: unknown[]): void {
    this.base.ttsc__hear('echo', ...values);
  }
  ttsc__later(seconds: number): void {
    new TimerSingleShot({ seconds });
  }
  ttse__onTimer(): void {
    this.base.ttsc__hear('later', this.name);
  }
  ttsc__meet(friend: Remote<Worker>): void {
    friend.ttsc__greet(this);
  }
  ttsc__greet(from: Remote<Worker>): void {
    this.base.ttsc__hear(`${this.name} was greeted by ${from.name} through ${this.source?.name}`);
  }
  ttsc__callBack(call: (word: string) => void): void {
    call('called back');
  }
  ttsc__break(): void {
    throw new Error('broken');
  }
  ttsc__spawn(): void {
    Worker.spawn({ name: 'grandchild' });
  }
  ttsc__hear(...what: unknown[]): void {
    this.base.ttsc__hear('from below', ...what);
  }
  ttsc__board(): void {
    this.use(Board).ttsc__note(this.name);
  }
}

/** Fills the way to its base before it answers. */
export class Flooder extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Boss>;
  ttsc__ask(answer: Answer<string>): void {
    expectThrow(() => {
      for (;;) this.base.ttsc__hear();
    }, 'TT_QUEUE_FULL');
    answer.give('after the flood');
  }
}

export class Board extends Tonic {
  static override readonly service = 'board';
  static override readonly module = import.meta.url;
  readonly notes: string[] = [];
  ttsc__note(text: string): void {
    this.notes.push(text);
  }
}

class Boss extends Tonic {
  readonly heard: unknown[][] = [];
  constructor(private readonly begin: (boss: Boss) => void = () => {}) {
    super({ name: 'boss' });
  }
  ttse__onStart(): void {
    this.begin(this);
  }
  ttsc__do(body: (boss: this) => void): void {
    body(this);
  }
  ttsc__hear(...what: unknown[]): void {
    this.heard.push(what);
  }
  useBoard(): RemoteHandle {
    return this.use(Board);
  }
  askFlooder(): void {
    const flooder = Flooder.spawn({ name: 'flooder' });
    this.ask(flooder, { timeout: Infinity }).ttsc__ask().then(this.ttse__onAnswer, this.ttse__onNothing);
  }
  ttse__onAnswer(word: string): void {
    this.heard.push(['answer', word]);
  }
  ttse__onNothing({ message }: Error): void {
    this.heard.push(['no answer', message]);
  }
  ttse__onInfusionFailed({ name, error }: InfusionFailure): void {
    this.heard.push(['failed', name, (error as { code?: string }).code ?? error.message]);
  }
  ttse__onInfusionFinished({ name }: { name: string }): void {
    this.heard.push(['finished', name]);
  }
  get words(): unknown[] {
    return this.heard.map(([word]) => word);
  }
}

async function start(begin: (boss: Boss) => void, seed = 1): Promise<{ distiller: Distiller; boss: Boss }> {
  const distiller = await Distiller.start(undefined, { seed });
  const boss = distiller.infuse(() => new Boss(begin));
  await distiller.settle();
  return { distiller, boss };
}

describe('a Catalyst in a simulated thread', () => {
  it('is spawned, called and heard as in a real one', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }, 'hello').ttsc__echo(1, { a: [2] }));
    expect(boss.heard).to.deep.equal([
      ['hello', 1],
      ['echo', 1, { a: [2] }],
    ]);
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('gets copies as of the call', async () => {
    const given = { list: [1] };
    const { distiller, boss } = await start(() => {
      Worker.spawn().ttsc__echo(given);
      given.list.push(2);
    });
    expect(boss.heard[1]).to.deep.equal(['echo', { list: [1] }]);
    expect((boss.heard[1]![1] as typeof given).list).to.not.equal(given.list);
    await distiller.finish();
  });

  it('refuses what cannot cross, with its path, and moves what is to be moved', async () => {
    const bytes = Buffer.alloc(8_192, 1);
    const { distiller, boss } = await start(() => {
      const worker = Worker.spawn();
      expect(expectThrow(() => worker.ttsc__echo({ at: Symbol('x') }), 'TT_NOT_TRANSFERABLE').message).to.contain(
        'args[0].at',
      );
      worker.ttsc__echo(transfer(bytes.buffer));
    });
    expect(bytes.buffer.byteLength).to.equal(0);
    expect((boss.heard[1]![1] as ArrayBuffer).byteLength).to.equal(8_192);
    await distiller.finish();
  });

  it('knows a Tonic of another thread by its handle, and calls callbacks back where they are from', async () => {
    const { distiller, boss } = await start((self) => {
      const [one, two] = [Worker.spawn({ name: 'one' }), Worker.spawn({ name: 'two' })];
      one.ttsc__meet(two);
      two.ttsc__callBack((word) => self.ttsc__hear(word));
    });
    expect(boss.words).to.include('two was greeted by one through one');
    expect(boss.words).to.include('called back');
    await distiller.finish();
  });

  it('lives in virtual time', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }).ttsc__later(7_200));
    await distiller.advance('1h 59m');
    expect(boss.words).to.deep.equal(['ready']);
    await distiller.advance('2m');
    expect(boss.words).to.deep.equal(['ready', 'later']);
    await distiller.finish();
  });

  it('may spawn further ones', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }).ttsc__spawn());
    expect(boss.heard).to.deep.equal([
      ['ready', 1],
      ['from below', 'ready', 2],
    ]);
    await distiller.finish();
    expect(boss.heard.at(-1)).to.deep.equal(['finished', 'w']);
  });

  it('uses services of the app', async () => {
    const { distiller } = await start((boss) => {
      boss.useBoard();
      Worker.spawn({ name: 'w' }).ttsc__board();
    });
    const board = [...distiller.ledger].find((tonic) => tonic instanceof Board)!;
    expect((board as Board).notes).to.deep.equal(['w']);
    await distiller.finish();
  });

  it('asks first for a service whose module is loaded then', async () => {
    const { distiller } = await start(() => Worker.spawn({ name: 'w' }).ttsc__board());
    const board = [...distiller.ledger].find((tonic) => tonic.constructor.name === 'Board')!;
    expect((board as Board).notes).to.deep.equal(['w']);
    await distiller.finish();
  });

  it('fails as in a real one', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }).ttsc__break());
    expect(boss.heard.slice(1)).to.deep.equal([
      ['failed', 'w', 'broken'],
      ['finished', 'w'],
    ]);
    await distiller.finish();
  });

  it('crashes where the test says so', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }).ttsc__later(1));
    distiller.apps[0]!.threads[0]!.terminate(3);
    await distiller.advance('1m');
    expect(boss.heard.slice(1)).to.deep.equal([
      ['failed', 'w', 'TT_THREAD_EXITED'],
      ['finished', 'w'],
    ]);
    expect(distiller.apps[0]!.threads).to.deep.equal([]);
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('ends with its app when that is killed', async () => {
    const { distiller, boss } = await start(() => Worker.spawn({ name: 'w' }).ttsc__later(60));
    const [app] = distiller.apps;
    const heard = boss.heard.length;
    const { length } = distiller.trace;
    app!.kill();
    await distiller.advance('1h');
    expect(app!.threads).to.deep.equal([]);
    expect(distiller.trace.length).to.equal(length);
    expect(boss.heard.length).to.equal(heard);
    await distiller.finish();
  });

  it('takes those that it has started along when it crashes', async () => {
    const { distiller } = await start(() => Worker.spawn({ name: 'w' }).ttsc__spawn());
    const [app] = distiller.apps;
    expect(app!.threads.map(({ name }) => name)).to.deep.equal(['w', 'grandchild']);
    app!.threads.find(({ name }) => name === 'w')!.terminate(3);
    await distiller.settle();
    expect(app!.threads).to.deep.equal([]);
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('answers though the way back is full', async () => {
    class FloodedApp extends Formula {
      protected override creatingMainCatalyst(): unknown {
        return new SelectorCatalyst({ queueLimit: 100 });
      }
    }
    const distiller = await Distiller.start(FloodedApp, { seed: 1, trace: false });
    const boss = distiller.infuse(() => new Boss((self) => self.askFlooder()));
    await distiller.settle();
    expect(boss.heard.at(-1)).to.deep.equal(['answer', 'after the flood']);
    await distiller.finish();
  });

  it('is found by the name of its Tonics, and seen in the trace', async () => {
    const { distiller } = await start(() => Worker.spawn({ name: 'w' }).ttsc__echo('x'));
    expect(distiller.find('w')).to.be.instanceOf(Worker);
    const entry = distiller.trace.find(({ sparkle, tonic }) => sparkle === 'ttsc__echo' && tonic === 'w')!;
    expect(entry.args).to.deep.equal(['x']);
    await distiller.finish();
  });

  it('comes before or after another one as the seed says, and the same seed says the same', async () => {
    const run = async (seed: number): Promise<{ order: string; all: string }> => {
      const { distiller, boss } = await start(() => ['a', 'b', 'c'].map((name) => Worker.spawn({ name }, name)), seed);
      const all = String(distiller);
      await distiller.finish();
      return { order: boss.words.slice(0, 3).join(''), all };
    };
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) orders.add((await run(seed)).order);
    expect(orders.size).to.be.above(2);
    expect((await run(5)).all).to.equal((await run(5)).all);
  });
});
