import { expect } from 'chai';
import {
  Catalyst,
  Formula,
  type FormulaData,
  type LogContext,
  type LogOptions,
  type LogServices,
  type LogSink,
  Tonic,
} from '../../../src/index.js';
import { coreLogServices } from '../../doors/log.js';
import { type Line, NOON } from '../../support/app.js';
import { expectRejection, expectThrow } from '../../support/errors.js';
import { VirtualBench } from '../../support/bench.js';

/** A sink that writes down what becomes of it. */
class Memory implements LogSink {
  readonly all: Line[] = [];
  readonly heard: string[] = [];
  constructor(readonly options?: unknown) {}
  write(line: string): void {
    expect(line.endsWith('}\n')).to.equal(true);
    this.all.push(JSON.parse(line) as Line);
  }
  async flush(): Promise<void> {
    this.heard.push('flush');
  }
  async close(): Promise<void> {
    this.heard.push('close');
  }
  /** Without the record of the session. */
  get lines(): Line[] {
    return this.all.filter(({ msg }) => msg !== 'session');
  }
  get messages(): string[] {
    return this.lines.map(({ msg }) => msg);
  }
}

class Talker extends Tonic {
  ttsc__say(text: string): void {
    this.log.info(text);
  }
  ttsc__work(work: () => void): void {
    this.log.info('working');
    work();
  }
  ttsc__sayTwice(text: string): void {
    this.log.info(text);
    this.log.info(text);
  }
}

/** An app whose log services a test gives. */
class LoggingApp {
  readonly bench = new VirtualBench();
  readonly clock = this.bench.clock;
  talker!: Talker;
  main!: Catalyst;
  readonly ended: Promise<unknown>;

  constructor(services: LogServices | undefined, log: LogOptions) {
    const app = this; // eslint-disable-line @typescript-eslint/no-this-alias -- two classes meet here
    class Logging extends Formula {
      protected override readonly clock = app.clock;
      protected override readonly logServices = services ?? coreLogServices;
      protected override creatingFormula(): FormulaData {
        return { log };
      }
      protected override creatingMainCatalyst(): unknown {
        return (app.main = new Catalyst());
      }
      protected override creatingStartingTonics(): void {
        app.talker = new Talker({ name: 'talker' });
      }
    }
    this.ended = Logging.run();
    this.ended.catch(() => {});
  }
  get log(): Catalyst['runtime']['log'] {
    return this.main.runtime.log;
  }
  async says(...texts: string[]): Promise<void> {
    for (const text of texts) this.talker.ttsc__say(text);
    await this.bench.settled();
  }
  async over(): Promise<void> {
    this.main.ttsc__finish();
    await this.bench.end(this.ended);
  }
}

async function start(makers: ConstructorParameters<typeof LogServices>[0], log: LogOptions): Promise<LoggingApp> {
  const app = new LoggingApp(coreLogServices.with(makers) as LogServices, log);
  await Promise.race([app.bench.settled(), app.ended]);
  while (app.talker === undefined) await Promise.race([app.bench.settled(), app.ended]);
  return app;
}

/** What is said on stderr while `body` runs. */
async function stderrOf(body: () => Promise<void>): Promise<string> {
  const { write } = process.stderr;
  let said = '';
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  try {
    await body();
  } finally {
    process.stderr.write = write;
  }
  return said;
}

describe("a log service of one's own", () => {
  it('is given a record of the session before all lines, and so is another one in its place', async () => {
    const first = new Memory();
    const second = new Memory();
    const app = await start({ first: () => first, second: () => second }, { to: 'first' });
    await app.says('one');
    await app.log.use('second');
    await app.over();
    for (const { all } of [first, second]) {
      const { level, msg, project, pid, node, startedAt } = all[0]!;
      expect([level, msg, project, pid, node]).to.deep.equal([
        30,
        'session',
        'Logging',
        process.pid,
        process.versions.node,
      ]);
      expect(startedAt).to.equal(NOON);
      expect(all.filter((line) => line.msg === 'session')).to.have.length(1);
    }
  });

  it('is given none below the level of the app', async () => {
    const memory = new Memory();
    const app = await start({ memory: () => memory }, { to: 'memory', level: 'warn' });
    await app.over();
    expect(memory.all).to.deep.equal([]);
  });

  it('is chosen by its name, made with its options and given every line', async () => {
    let made: Memory | undefined;
    const memory = (options: { size: number }): LogSink => (made = new Memory(options));
    const app = await start({ memory }, { to: 'memory', options: { size: 3 } });
    await app.says('one', 'two');
    expect(made!.options).to.deep.equal({ size: 3 });
    expect(made!.messages).to.deep.equal(['one', 'two']);
    expect(app.log.to).to.equal('memory');
    await app.over();
  });

  it('is flushed and then closed when the app has ended', async () => {
    const sink = new Memory();
    const app = await start({ memory: () => sink }, { to: 'memory' });
    expect(sink.heard).to.deep.equal([]);
    await app.over();
    expect(sink.heard).to.deep.equal(['flush', 'close']);
  });

  it('may be a stream of node:fs, whose flush is an option and no function', async () => {
    const written: string[] = [];
    const stream = { flush: false, write: (line: string) => written.push(line) } as unknown as LogSink;
    const app = await start({}, { to: stream });
    const said = await stderrOf(async () => {
      await app.says('one');
      await app.over();
    });
    expect(said).to.equal('');
    expect(written).to.have.length(1);
  });

  it('may be made later: the app starts when it is there', async () => {
    const sink = new Memory();
    const app = await start({ memory: async () => Promise.resolve(sink) }, { to: 'memory' });
    await app.says('one');
    expect(sink.messages).to.deep.equal(['one']);
    await app.over();
  });

  it('is given the clock and the chance of the app, and its main Catalyst once there is one', async () => {
    let given: LogContext | undefined;
    let mainAtFirst: unknown;
    const memory = (_: unknown, context: LogContext): LogSink => {
      given = context;
      mainAtFirst = context.main();
      return new Memory();
    };
    const app = await start({ memory }, { to: 'memory', closeTimeout: 70 });
    expect(given).to.include({ clock: app.clock, closeTimeout: 70 });
    expect(mainAtFirst).to.equal(undefined);
    expect(given!.main()).to.equal(app.main);
    await app.over();
  });

  it('that never ends its closing holds the app up for closeTimeout and no longer', async () => {
    const memory = (): LogSink => ({ write: () => {}, close: async () => new Promise(() => {}) });
    const app = await start({ memory }, { to: 'memory', closeTimeout: 300 });
    const begun = app.clock.now();
    await app.over();
    expect(app.clock.now() - begun).to.equal(300);
  });

  it("that is a stream is flushed, but not closed: it is its giver's", async () => {
    const sink = new Memory();
    const app = await start({}, { to: sink });
    expect(app.log.to).to.equal('stream');
    await app.over();
    expect(sink.heard).to.deep.equal(['flush']);
  });

  it('that was closed is given nothing more: what comes then goes to stderr', async () => {
    const sink = new Memory();
    const app = await start({ memory: () => sink }, { to: 'memory' });
    const { talker } = app;
    await app.over();
    const said = await stderrOf(async () => talker.log.error('too late'));
    expect(sink.messages).not.to.include('too late');
    expect(said).to.include('"msg":"too late"');
  });

  it('is closed as well where the app cannot start', async () => {
    const sink = new Memory();
    class NoMain extends Formula {
      protected override readonly clock = new VirtualBench().clock;
      protected override readonly logServices = coreLogServices.with({ memory: () => sink });
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'memory' } };
      }
      protected override creatingMainCatalyst(): unknown {
        throw new Error('no main Catalyst');
      }
    }
    expect(await NoMain.run().catch((error: Error) => error.message)).to.equal('no main Catalyst');
    expect(sink.heard).to.deep.equal(['flush', 'close']);
  });

  for (const [what, makers, code] of [
    ['makes nothing that takes lines', { odd: () => ({}) as LogSink }, 'TT_BAD_LOG_SERVICE'],
    ['makes null', { odd: () => null as never }, 'TT_BAD_LOG_SERVICE'],
  ] as const) {
    it(`that ${what} is refused`, async () => {
      const app = new LoggingApp(coreLogServices.with(makers) as LogServices, { to: 'odd' });
      await expectRejection(app.ended, code);
    });
  }

  it('that cannot be made ends the start with its error', async () => {
    const odd = (): never => {
      throw new Error('no disk');
    };
    const app = new LoggingApp(coreLogServices.with({ odd }) as LogServices, { to: 'odd' });
    expect(await app.ended.catch((error: Error) => error.message)).to.equal('no disk');
  });

  it('takes no name that another one has, and changes no catalog', () => {
    const mine = (): LogSink => new Memory();
    const larger = coreLogServices.with({ mine });
    expect(larger.names).to.deep.equal(['screen', 'json', 'off', 'mine']);
    expect(coreLogServices.names).to.deep.equal(['screen', 'json', 'off']);
    expect(larger.with({ mine }).names).to.deep.equal(larger.names);
    expectThrow(() => larger.with({ mine: () => new Memory() }), 'TT_LOG_SERVICE_EXISTS');
    expectThrow(() => coreLogServices.with({ screen: mine }), 'TT_LOG_SERVICE_EXISTS');
  });

  it('is asked for by its own name, not by one that every object has', async () => {
    for (const name of ['toString', '__proto__', 'scren'])
      await expectRejection(coreLogServices.make(name, undefined, {} as LogContext), 'TT_UNKNOWN_LOG_SERVICE');
    const error = await expectRejection(
      coreLogServices.make('scren', undefined, {} as LogContext),
      'TT_UNKNOWN_LOG_SERVICE',
    );
    expect(error.message).to.include('did you mean screen?');
  });

  it('is not found under an option that is misspelt', async () => {
    const app = new LoggingApp(undefined, { levle: 'info' } as LogOptions);
    const error = await expectRejection(app.ended, 'TT_BAD_OPTION');
    expect(error.message).to.include('log/levle').and.include('perhaps level is meant');
  });
});

describe('a log service that is slow', () => {
  for (const entries of [false, true])
    it(`is told of itself, once a second: no sparkle is blamed for its time${entries ? ', in entries' : ''}`, async () => {
      const stalled: { bench?: VirtualBench } = {};
      const memory = new Memory();
      const slow = (): LogSink => ({
        write: (line) => {
          memory.write(line);
          stalled.bench?.stall(200);
        },
      });
      const app = await start({ slow }, { to: 'slow', slowSparkle: 150, entries });
      stalled.bench = app.bench;
      app.talker.ttsc__sayTwice('hello');
      await app.bench.settled();
      expect(memory.lines.filter((line) => line['slow'] === true || line['flags'] !== undefined)).to.deep.equal([]);
      const warnings = memory.messages.filter((message) => message.startsWith('the log took'));
      expect(warnings).to.deep.equal(['the log took 200 ms for a line: its destination is slow']);
      expect(memory.lines.length).to.equal(entries ? 2 : 3);
      await app.over();
    });

  it('hides no sparkle that is slow itself', async () => {
    const stalled: { bench?: VirtualBench } = {};
    const memory = new Memory();
    const slow = (): LogSink => ({
      write: (line) => {
        memory.write(line);
        stalled.bench?.stall(100);
      },
    });
    const app = await start({ slow }, { to: 'slow', slowSparkle: 150 });
    stalled.bench = app.bench;
    app.talker.ttsc__work(() => app.bench.stall(150));
    await app.bench.settled();
    expect(memory.lines.map(({ msg, ms }) => [msg, ms])).to.deep.equal([
      ['working', undefined],
      ['slow sparkle', 150],
    ]);
    await app.over();
  });
});

describe('a log service that fails', () => {
  it('breaks no sparkle and no loop: what it refuses is counted, and said once on stderr', async () => {
    const odd = (): LogSink => ({
      write: () => {
        throw new Error('the disk is full');
      },
    });
    let app!: LoggingApp;
    const said = await stderrOf(async () => {
      app = await start({ odd }, { to: 'odd' });
      await app.says('one', 'two', 'three');
    });
    // The record of the session is one, too.
    expect(app.log.lost).to.equal(4);
    expect(said.match(/the disk is full/g)).to.have.length(1);
    expect(app.talker.finished).to.equal(false);
    await app.over();
  });

  it('may do so later: a promise that is rejected is counted as well', async () => {
    const write = (async () => Promise.reject(new Error('later'))) as unknown as LogSink['write'];
    const odd = (): LogSink => ({ write });
    let app!: LoggingApp;
    const said = await stderrOf(async () => {
      app = await start({ odd }, { to: 'odd' });
      await app.says('one', 'two');
    });
    expect(app.log.lost).to.equal(3);
    expect(said).to.include('later');
    await app.over();
  });

  it('may do so while it is closed, and the app ends all the same', async () => {
    const odd = (): LogSink => ({
      write: () => {},
      flush: () => {
        throw new Error('cannot flush');
      },
    });
    const app = await start({ odd }, { to: 'odd' });
    const said = await stderrOf(async () => app.over());
    expect(said).to.include('cannot flush');
  });

  it('may log itself while it writes: that is dropped, not written for ever', async () => {
    const lines: string[] = [];
    const odd = (): LogSink => ({
      write: (line) => {
        if (line.includes('"session"')) return;
        lines.push(line);
        app.talker.log.info('I am writing');
      },
    });
    const app = await start({ odd }, { to: 'odd' });
    await app.says('one');
    expect(lines).to.have.length(1);
    expect(app.log.lost).to.equal(1);
    await app.over();
  });
});

describe('another log service, while the app runs', () => {
  const two = async (): Promise<{ app: LoggingApp; first: Memory; second: Memory }> => {
    const first = new Memory();
    const second = new Memory();
    const app = await start({ first: () => first, second: () => second }, { to: 'first' });
    return { app, first, second };
  };

  it('gets all lines from the change on, and the old one those before: none is lost or comes twice', async () => {
    const { app, first, second } = await two();
    await app.says('1', '2');
    const changed = app.log.use('second');
    await app.says('3', '4');
    await changed;
    await app.says('5');
    expect([...first.messages, ...second.messages]).to.deep.equal(['1', '2', '3', '4', '5']);
    expect(first.messages).to.include('2');
    expect(second.messages).to.include('5');
    expect(first.heard).to.deep.equal(['flush', 'close']);
    expect(app.log.to).to.equal('second');
    await app.over();
    expect(second.heard).to.deep.equal(['flush', 'close']);
  });

  it('is never changed in the middle of a sparkle', async () => {
    const { app, first, second } = await two();
    const changes: Promise<void>[] = [];
    for (let n = 0; n < 20; n++) {
      changes.push(app.log.use(n % 2 === 0 ? new Memory() : 'first'));
      app.talker.ttsc__sayTwice(`${n}`);
      await app.bench.settled();
    }
    await Promise.all(changes);
    const counts = new Map<string, number>();
    for (const message of first.messages) counts.set(message, (counts.get(message) ?? 0) + 1);
    expect([...counts.values()].every((count) => count === 2)).to.equal(true);
    expect(second.messages).to.deep.equal([]);
    await app.over();
  });

  it('may be a stream, or nothing, and something again: then pino is loaded', async () => {
    const stream = new Memory();
    const app = await start({}, { to: 'off' });
    await app.says('unheard');
    await app.log.use(stream);
    await app.says('heard');
    await app.log.use('off');
    await app.says('unheard');
    await app.log.use(stream);
    await app.says('again');
    expect(stream.messages).to.deep.equal(['heard', 'again']);
    await app.over();
  });

  it('that cannot be made leaves the log as it is', async () => {
    const { app, first } = await two();
    await expectRejection(app.log.use('third'), 'TT_UNKNOWN_LOG_SERVICE');
    await expectRejection(app.log.use({} as never), 'TT_BAD_LOG_SERVICE');
    await app.says('still');
    expect(first.messages).to.deep.equal(['still']);
    expect(first.heard).to.deep.equal([]);
    await app.over();
  });

  it('is refused when the app has ended, and one that was made meanwhile is closed', async () => {
    const slow = new Memory();
    let give = (_: LogSink): void => {};
    const app = await start(
      { first: () => new Memory(), slow: async () => new Promise<LogSink>((resolve) => (give = resolve)) },
      { to: 'first' },
    );
    const change = app.log.use('slow');
    change.catch(() => {});
    await app.over();
    give(slow);
    await expectRejection(change, 'TT_LOG_CLOSED');
    expect(slow.heard).to.deep.equal(['flush', 'close']);
    await expectRejection(app.log.use('first'), 'TT_LOG_CLOSED');
  });
});
