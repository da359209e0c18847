import { expect } from 'chai';
import { type LogMode, Tonic, type TonicOptions } from '../../src/index.js';
import { ERROR, type Line, type Setup, WARN, runApp, startApp, NOON, stall } from '../support/app.js';
import { expectThrow } from '../support/errors.js';
import { Program } from '../support/program.js';

interface Entry extends Line {
  readonly lines: readonly Line[];
  readonly life?: readonly { readonly tonic: string; readonly life: string }[];
  readonly probes?: Readonly<Record<string, unknown>>;
  readonly markers?: readonly { readonly text: string; readonly after: number; readonly time: number }[];
  readonly flags?: readonly string[];
  readonly leftOut?: number;
  readonly lane?: string;
}

/** A Tonic that does in a sparkle what the test says. */
class Doer extends Tonic<'open' | 'shut'> {
  constructor(options: TonicOptions = {}) {
    super({ name: 'doer', ...options });
  }
  ttsc__do(body: (doer: Doer) => void): void {
    body(this);
  }
  ttsc__open(): void {
    this.log.info('opening');
    this.toState('open');
  }
  ttse_open__onEnter(): void {
    this.log.info('open now');
  }
  go(state: 'open' | 'shut'): void {
    this.toState(state);
  }
}

class Stoic extends Doer {
  ttse__onFailure(): void {
    this.log.warn('goes on');
  }
}

const isEntry = (line: Line): line is Entry => line.msg === 'entry';

/** What one app writes while a Doer does these things, one sparkle each. */
async function run(
  bodies: ((doer: Doer) => void)[],
  setup: Setup = {},
  make = (): Doer => new Doer(),
): Promise<Line[]> {
  const { lines } = await runApp(
    () => {
      const doer = make();
      for (const body of bodies) doer.ttsc__do(body);
      doer.ttsc__finish();
    },
    { ...setup, log: { entries: true, level: 'info', ...setup.log } },
  );
  return [...lines];
}

const entriesOf = (lines: readonly Line[], tonic = 'doer'): Entry[] =>
  lines.filter(isEntry).filter((line) => line.tonic === tonic);

const said = (entry: Entry | undefined): string[] => (entry?.lines ?? []).map(({ msg }) => msg);

describe('an entry', () => {
  it('has all lines of a sparkle in their order, each with its level, fields and time', async () => {
    const lines = await run(
      [
        ({ log }) => {
          log.info('one');
          stall(5);
          log.warn({ watts: 40 }, 'two of %d', 2);
        },
      ],
      {},
    );
    const [entry] = entriesOf(lines);
    expect(lines).to.have.length(1);
    expect(entry).to.deep.equal({
      level: WARN,
      time: NOON,
      tonic: 'doer',
      id: 1,
      sparkle: 'ttsc__do',
      ms: 5,
      from: 'tt_main_catalyst',
      lines: [
        { level: 30, time: NOON, msg: 'one' },
        { level: WARN, time: NOON + 5, watts: 40, msg: 'two of 2' },
      ],
      msg: 'entry',
    });
  });

  it('is there only if the configuration says so: else each line is one of its own', async () => {
    const lines = await run([({ log }) => log.info('one')], { log: { entries: false } });
    expect(lines.map(({ msg }) => msg)).to.deep.equal(['one']);
  });

  it('is not written for a sparkle that says nothing, in mode quiet', async () => {
    expect(await run([() => {}, ({ log }) => log.debug('below the level')])).to.deep.equal([]);
  });

  it('is written for every sparkle in mode full, in place of its line', async () => {
    const lines = await run([() => {}], {}, () => new Doer({ logMode: 'full' }));
    const entries = entriesOf(lines).filter(({ sparkle }) => sparkle === 'ttsc__do');
    expect(entries.map(({ level, lines: inner }) => [level, inner])).to.deep.equal([[30, []]]);
    expect(lines.filter(({ msg }) => msg === 'sparkle')).to.deep.equal([]);
  });

  it('in mode full leaves out what the framework does for itself', async () => {
    const lines = await run([() => {}], { log: { level: 'warn' } }, () => new Doer({ logMode: 'full' }));
    expect(lines).to.deep.equal([]);
    const all = await run([() => {}], {}, () => new Doer({ logMode: 'full' }));
    expect(entriesOf(all).filter(({ sparkle, life }) => sparkle!.startsWith('_ttss') && !life)).to.deep.equal([]);
  });

  for (const logMode of ['stealth', 'off'] as const) {
    it(`is not made in mode ${logMode}: nothing is gathered, and failures are written at once`, async () => {
      const lines = await run(
        [
          ({ log }) => {
            log.info('one');
            log.probe('queue', 1);
            log.mark('here');
            log.flag('odd');
          },
          () => {
            throw new Error('boom');
          },
        ],
        {},
        () => new Stoic({ logMode }),
      );
      expect(lines.map(({ msg }) => msg)).to.deep.equal(['boom']);
    });
  }

  it('tells the state that held, and where the sparkle led', async () => {
    const lines = await run([(doer) => doer.ttsc__open(), ({ log }) => log.info('still')]);
    const opening = entriesOf(lines).find(({ sparkle }) => sparkle === 'ttsc__open')!;
    expect(opening).to.include({ to: 'open' }).and.not.have.property('state');
    let doer!: Doer;
    const app = await startApp(() => (doer = new Doer()), { log: { entries: true } });
    doer.ttsc__open();
    doer.ttsc__do((self) => self.log.info('within'));
    await app.settled();
    const within = entriesOf(app.lines).find(({ sparkle }) => sparkle === 'ttsc__do');
    expect(within).to.include({ state: 'open' }).and.not.have.property('to');
    await app.finish();
  });

  it('of a hook is one of its own, under its own name', async () => {
    const lines = await run([(doer) => doer.ttsc__open()]);
    expect(entriesOf(lines).map((entry) => [entry.sparkle, ...said(entry)])).to.deep.equal([
      ['ttsc__open', 'opening'],
      ['ttse__onEnter', 'open now'],
    ]);
  });

  it('of a sparkle that goes on after a hook within it has the lines of before and after', async () => {
    class Ending extends Doer {
      ttse__onDraining(): void {
        this.log.info('draining');
        this.drained();
      }
    }
    const body = (doer: Doer): void => {
      doer.log.info('before');
      throw new Error('boom');
    };
    const lines = await run([body], {}, () => new Stoic());
    const entries = entriesOf(lines);
    expect(entries.map((entry) => [entry.sparkle, ...said(entry)])).to.deep.equal([
      ['ttse__onFailure', 'goes on'],
      ['ttsc__do', 'before', 'boom'],
    ]);
    const ending = await run([], {}, () => new Ending());
    expect(entriesOf(ending).map((entry) => [entry.sparkle, ...said(entry)])).to.deep.equal([
      ['ttse__onDraining', 'draining'],
    ]);
  });

  it('has what another Tonic logs meanwhile not in it: that is a line of that Tonic', async () => {
    const other: { tonic?: Doer } = {};
    const { lines } = await runApp(
      () => {
        other.tonic = new Doer({ name: 'other' });
        const doer = new Doer();
        doer.ttsc__do(({ log }) => {
          log.info('mine');
          other.tonic!.log.info('not mine');
          doer._ttScheduler.logs.debug(other.tonic!, 'nor is this');
        });
        for (const tonic of [doer, other.tonic]) tonic.ttsc__finish();
      },
      { log: { entries: true, level: 'debug' } },
    );
    expect(lines.find(({ msg }) => msg === 'not mine')).to.include({ tonic: 'other' });
    expect(lines.find(({ msg }) => msg === 'nor is this')).to.include({ tonic: 'other' });
    expect(said(entriesOf(lines).find(({ sparkle }) => sparkle === 'ttsc__do'))).to.deep.equal(['mine']);
  });

  it('has the level of the highest thing in it', async () => {
    const lines = await run([({ log }) => log.debug('low'), ({ log }) => log.fatal('high')], {
      log: { level: 'debug' },
    });
    expect(entriesOf(lines).map(({ level, lines: [line] }) => [line?.msg, level])).to.deep.include.members([
      ['low', 20],
      ['high', 60],
    ]);
  });

  it('tells what was infused and what has finished', async () => {
    const lines = await run([(doer) => void new Doer({ name: 'child', base: doer }).ttsc__finish()], {
      log: { level: 'debug' },
    });
    const lives = entriesOf(lines, 'doer').concat(entriesOf(lines, 'child'));
    const steps = lives.flatMap(({ sparkle, life = [] }) =>
      life.map(({ tonic, life: step }) => [sparkle, tonic, step]),
    );
    expect(steps).to.deep.include.members([
      ['ttsc__do', 'child', 'infused'],
      ['_ttss__end', 'child', 'finished'],
    ]);
  });

  it('shows what is logged as it was at the call, whatever is changed afterwards', async () => {
    const counter = { count: 1 };
    const lines = await run([
      ({ log }) => {
        log.info(counter, 'counter');
        log.probe('counter', counter);
        counter.count = 2;
      },
    ]);
    expect(entriesOf(lines)[0]!.lines[0]).to.include({ count: 1 });
    expect(entriesOf(lines)[0]!.probes).to.deep.equal({ counter: { count: 1 } });
  });

  it('takes what JSON has no word for', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const evil = {
      toJSON(): never {
        throw new Error('no');
      },
    };
    const lines = await run([
      ({ log }) => {
        log.info(circle, 'circle');
        log.info({ evil }, 'evil');
        for (const [name, value] of Object.entries({
          circle,
          evil,
          big: 10n,
          nan: NaN,
          none: undefined,
          text: 'a"b\n',
        }))
          log.probe(name, value);
        log.probe('long', 'x'.repeat(5_000));
      },
    ]);
    const [entry] = entriesOf(lines);
    expect(said(entry)).to.deep.equal(['circle', 'evil']);
    expect(entry!.probes).to.include({ big: '10', nan: 'NaN', none: 'undefined', text: 'a"b\n' });
    expect(String(entry!.probes!['long']).length).to.be.lessThan(1_100);
  });
});

describe('an entry is bounded', () => {
  const many = (count: number, text = 'line'): ((doer: Doer) => void) => {
    return ({ log }) => {
      for (let n = 0; n < count; n++) log.info(`${text} ${n}`);
    };
  };

  it('by 100 parts, and tells how many were left out', async () => {
    const [entry] = entriesOf(await run([many(130)]));
    expect(entry!.lines).to.have.length(100);
    expect(entry!.leftOut).to.equal(30);
    expect(said(entry).at(-1)).to.equal('line 99');
  });

  it('by as many as the configuration says', async () => {
    const [entry] = entriesOf(await run([many(5)], { log: { entries: { lines: 2 } } }));
    expect(said(entry)).to.deep.equal(['line 0', 'line 1']);
    expect(entry!.leftOut).to.equal(3);
  });

  it('by the size of its parts', async () => {
    const [entry] = entriesOf(await run([many(10, 'x'.repeat(300))], { log: { entries: { bytes: 1_000 } } }));
    expect(entry!.lines.length).to.be.within(1, 3);
    expect(entry!.leftOut).to.equal(10 - entry!.lines.length);
  });

  it('but a failure is in it, and its level is that of what was left out', async () => {
    const [failed] = entriesOf(
      await run(
        [
          (doer) => {
            many(5)(doer);
            throw new Error('boom');
          },
        ],
        { log: { entries: { lines: 1 } } },
      ),
    );
    expect(said(failed)).to.deep.equal(['line 0', 'boom']);
    const [loud] = entriesOf(
      await run(
        [
          ({ log }) => {
            log.info('one');
            log.error('two');
          },
        ],
        { log: { entries: { lines: 1 } } },
      ),
    );
    expect(loud).to.include({ level: ERROR, leftOut: 1 });
  });

  it('by 16 flags', async () => {
    const [entry] = entriesOf(
      await run([
        ({ log }) => {
          for (let n = 0; n < 20; n++) log.flag(`flag ${n}`);
          log.flag('flag 0');
        },
      ]),
    );
    expect(entry!.flags).to.have.length(16);
    expect(entry!.leftOut).to.equal(4);
  });

  for (const [entries, option] of [
    ['yes', 'log/entries'],
    [{ lines: 0 }, 'log/entries/lines'],
    [{ bytes: 'many' }, 'log/entries/bytes'],
  ] as const) {
    it(`by bounds that make sense: not ${JSON.stringify(entries)}`, async () => {
      const failed = await runApp(() => {}, { log: { entries: entries as never } }).catch((error: unknown) => error);
      expect(failed).to.include({ code: 'TT_BAD_OPTION' });
      expect((failed as { details: object }).details).to.include({ option });
    });
  }
});

describe('the flags of an entry', () => {
  it('are slow, for a sparkle that ran too long, at level warn', async () => {
    const lines = await run([() => stall(150), () => stall(149)], {});
    expect(entriesOf(lines).map(({ flags, ms, level }) => [flags, ms, level])).to.deep.equal([[['slow'], 150, WARN]]);
    expect(lines).to.have.length(1);
  });

  it('are failed, with the error among the lines, at level error', async () => {
    const lines = await run(
      [
        () => {
          throw new Error('boom');
        },
      ],
      {},
      () => new Stoic(),
    );
    const entry = entriesOf(lines).find(({ sparkle }) => sparkle === 'ttsc__do')!;
    expect(entry).to.include({ level: ERROR });
    expect(entry.flags).to.deep.equal(['failed']);
    expect(entry.lines[0]!.err).to.include({ message: 'boom' });
  });

  it('are failed for a hook that threw after it had said something; the error follows under its name', async () => {
    class Bad extends Stoic {
      ttse__onStart(): void {
        this.log.info('starting');
        throw new Error('boom');
      }
    }
    const lines = await run([], {}, () => new Bad());
    const at = lines.findIndex((line) => line.sparkle === 'ttse__onStart' && isEntry(line));
    expect((lines[at] as Entry).flags).to.deep.equal(['failed']);
    expect(lines[at + 1]).to.include({ msg: 'boom', sparkle: 'ttse__onStart', level: ERROR });
  });

  it('are those that the Tonic puts on it', async () => {
    const lines = await run([({ log }) => log.flag('odd'), ({ log }) => log.info('even')]);
    expect(entriesOf(lines).map(({ flags }) => flags)).to.deep.equal([['odd'], undefined]);
  });
});

describe('probes and markers', () => {
  it('show a value when it is another one, and not again while it is the same', async () => {
    const probe =
      (value: unknown) =>
      ({ log }: Doer): void =>
        log.probe('queue', value);
    const lines = await run([probe(1), probe(1), probe([1, { a: 2 }]), probe([1, { a: 2 }]), probe(1)]);
    expect(entriesOf(lines).map(({ probes }) => probes)).to.deep.equal([
      { queue: 1 },
      { queue: [1, { a: 2 }] },
      { queue: 1 },
    ]);
  });

  it('show the last of several values within a sparkle', async () => {
    const [entry] = entriesOf(
      await run([
        ({ log }) => {
          log.probe('n', 1);
          log.probe('n', 2);
          log.probe('__proto__', 'no harm');
        },
      ]),
    );
    expect(Object.entries(entry!.probes!)).to.deep.include.members([['n', 2]]);
  });

  it('know 64 names, and show the oldest again beyond that', async () => {
    const lines = await run([
      ({ log }) => {
        for (let n = 0; n < 65; n++) log.probe(`probe ${n}`, 0);
      },
      ({ log }) => {
        log.probe('probe 64', 0);
        log.probe('probe 0', 0);
      },
    ]);
    expect(entriesOf(lines)[1]!.probes).to.deep.equal({ 'probe 0': 0 });
  });

  it('tell where in the course of the sparkle a marker stands', async () => {
    const [entry] = entriesOf(
      await run(
        [
          ({ log }) => {
            log.mark('begin');
            log.info('one');
            stall(3);
            log.mark('phase 2');
          },
        ],
        {},
      ),
    );
    expect(entry!.markers).to.deep.equal([
      { text: 'begin', time: NOON, after: 0 },
      { text: 'phase 2', time: NOON + 3, after: 1 },
    ]);
  });

  it('are lines of their own outside sparkles, and where there are no entries', async () => {
    const speak = ({ log }: Doer): void => {
      log.probe('queue', { length: 2 });
      log.mark('phase 2');
      log.flag('odd');
    };
    const app = await startApp(() => new Doer(), { log: { entries: true } });
    speak(app.ledger.find('doer') as Doer);
    const expected = [
      ['probe', { probes: { queue: { length: 2 } } }],
      ['mark', { markers: [{ text: 'phase 2' }] }],
      ['flag', { flags: ['odd'] }],
    ];
    const shown = (lines: readonly Line[]): unknown[] =>
      lines
        .filter(({ msg }) => ['probe', 'mark', 'flag'].includes(msg))
        .map(({ msg, level: _, time: __, tonic: ___, id: ____, sparkle: _____, ...rest }) => [msg, rest]);
    expect(shown(app.lines)).to.deep.equal(expected);
    await app.finish();
    const lines = await run([speak], { log: { entries: false } });
    expect(shown(lines)).to.deep.equal(expected);
    expect(lines[0]).to.include({ sparkle: 'ttsc__do', tonic: 'doer', level: 30 });
  });

  it('are nothing below the level of the app', async () => {
    const lines = await run(
      [
        ({ log }) => {
          log.probe('queue', 1);
          log.mark('here');
          log.flag('odd');
        },
      ],
      { log: { level: 'warn' } },
    );
    expect(lines).to.deep.equal([]);
  });
});

describe('the lane of a Tonic', () => {
  it('is in its entries and lines, and those of its infusions that have none of their own', async () => {
    const { lines } = await runApp(
      () => {
        const doer = new Doer({ logLane: 'cyan' });
        const child = new Doer({ name: 'child', base: doer });
        const own = new Doer({ name: 'own', base: doer, logLane: 'red' });
        for (const tonic of [child, own, doer]) tonic.ttsc__do(({ log }) => log.info('said'));
        doer.log.info('outside');
        doer.ttsc__finish();
      },
      { log: { entries: true, level: 'info' } },
    );
    const lanes = lines.map(({ tonic, lane }) => [tonic, lane]);
    expect(lanes).to.deep.equal([
      ['doer', 'cyan'],
      ['child', 'cyan'],
      ['own', 'red'],
      ['doer', 'cyan'],
    ]);
  });

  it('can be changed and taken away while it runs', async () => {
    const lines = await run([
      (doer) => {
        doer.log.lane = 'blue';
      },
      ({ log }) => log.info('blue'),
      (doer) => {
        doer.log.lane = undefined;
        doer.log.info('none');
      },
    ]);
    expect(entriesOf(lines).map(({ lane }) => lane)).to.deep.equal(['blue', undefined]);
  });

  it('is refused where there is no such colour', async () => {
    let doer!: Doer;
    const app = await startApp(() => (doer = new Doer()));
    expectThrow(() => new Doer({ base: doer, logLane: 'pink' as never }), 'TT_BAD_OPTION');
    expectThrow(() => (doer.log.lane = 'toString' as never), 'TT_BAD_OPTION');
    expect(doer.log.lane).to.equal(undefined);
    await app.finish();
  });
});

describe('the log of a sparkle that changes its own mode', () => {
  const changing =
    (mode: LogMode) =>
    (doer: Doer): void => {
      doer.log.info('before');
      doer.logMode = mode;
      doer.log.info('after');
    };

  it('has what was said until it became silent', async () => {
    const lines = await run([changing('stealth')]);
    expect(entriesOf(lines).map(said)).to.deep.equal([['before']]);
  });

  it('has what is said from when it may speak', async () => {
    const lines = await run(
      [changing('quiet'), ({ log }) => log.info('next')],
      {},
      () => new Doer({ logMode: 'stealth' }),
    );
    expect(lines.map((line) => (isEntry(line) ? said(line) : line.msg))).to.deep.equal(['after', ['next']]);
  });
});

describe('an entry that is open when its process ends', () => {
  const end = async (how: string): Promise<Entry[]> => {
    const program = new Program(new URL('../core/programs/log-entries.ts', import.meta.url), [how]);
    const { out } = await program.exit();
    return out.map((line) => JSON.parse(line) as Entry).filter(isEntry);
  };

  it('is written where the process is ended within the sparkle', async function () {
    this.timeout(20_000);
    const entries = await end('exit');
    expect(entries.map((entry) => [said(entry), entry.flags])).to.deep.equal([[['the last words'], ['unfinished']]]);
  });

  it('is written before an error that nobody caught, and what the sparkle says then is a line of its own', async () => {
    let doer!: Doer;
    const app = await startApp(() => (doer = new Doer()), { log: { entries: true, level: 'info' } });
    doer.ttsc__do(({ log }) => {
      log.info('the last words');
      app.main.runtime.log.uncaught(new Error('boom'), 'uncaughtException');
      log.info('not the last');
    });
    doer.ttsc__do(({ log }) => log.info('next'));
    await app.finish();
    expect(app.lines.map((line) => (isEntry(line) ? said(line) : line.msg))).to.deep.equal([
      ['the last words'],
      'nobody caught: boom',
      'not the last',
      ['next'],
    ]);
  });

  it('is written where a failure ends the process before its sparkle is over', async function () {
    this.timeout(20_000);
    const entries = await end('fail');
    const found = entries.find(({ sparkle }) => sparkle === 'ttsc__fail')!;
    expect(said(found)).to.deep.equal(['the last words', 'boom']);
    expect(found.flags).to.deep.equal(['failed', 'unfinished']);
  });
});
