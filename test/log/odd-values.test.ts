import { expect } from 'chai';
import { Tonic } from '../../src/index.js';
import { Distiller, type LogEntry } from '../../src/testing/index.js';
import { showLog } from '../../src/index.js';
import { ODD_VALUES } from '../support/odd-values.js';

/** A Tonic that logs what it is told, and the text `after` when that is done. */
class Writer extends Tonic {
  ttsc__write(body: (log: Writer['log']) => void): void {
    body(this.log);
    this.log.info('after');
  }
}

/** The lines of one sparkle, each read from its JSON. */
async function linesOf(body: (log: Writer['log']) => void, entries = false): Promise<LogEntry[]> {
  const distiller = await Distiller.start(() => void new Writer({ name: 'writer' }).ttsc__write(body), {
    log: { level: 'trace', entries },
  });
  await distiller.settle();
  const { lines } = distiller;
  expect(await distiller.finish()).to.include({ exitCode: 0 });
  const own = lines.filter(({ tonic, sparkle }) => tonic === 'writer' && sparkle === 'ttsc__write');
  return entries ? (own[0]!['lines'] as LogEntry[]) : own;
}

const WAYS: Readonly<Record<string, (log: Writer['log'], value: any) => void>> = {
  'as the line': (log, value) => log.error(value),
  'as a field': (log, value) => log.error({ value }, 'text'),
  'as the field err': (log, value) => log.error({ err: value }, 'text'),
  'as fields, with a text': (log, value) => log.error(value, 'text'),
  'for %s': (log, value) => log.error('%s', value),
  'for %d': (log, value) => log.error('%d', value),
  'for %o': (log, value) => log.error({}, '%o and %j', value, value),
  'as a probe': (log, value) => log.probe('value', value),
  'as a mark': (log, value) => log.mark(value),
  'as a flag': (log, value) => log.flag(value),
};

describe('a value that is odd', () => {
  for (const [way, write] of Object.entries(WAYS)) {
    for (const entries of [false, true]) {
      it(`throws nothing back where it is logged ${way}${entries ? ', in an entry' : ''}`, async () => {
        for (const [what, make] of Object.entries(ODD_VALUES)) {
          // An entry has a bound of its own.
          if (entries && what === 'a very long text') continue;
          const lines = await linesOf((log) => write(log, make()), entries);
          expect(lines.at(-1)?.msg, what).to.equal('after');
          expect(lines.length, what).to.equal(entries && /mark|flag|probe/.test(way) ? 1 : 2);
          for (const line of lines) expect(() => showLog(JSON.stringify(line)), what).not.to.throw();
        }
      });
    }
  }

  it('hides nothing of what can be read: an error has its message and its stack', async () => {
    for (const [what, make] of Object.entries(ODD_VALUES)) {
      if (!/^an error (with|that|whose (cause|constructor))/i.test(what)) continue;
      const [line] = await linesOf((log) => log.error(make() as Error));
      const { message, stack } = line!.err as Error;
      expect(message, what).to.match(/^db down/);
      expect(stack, what).to.include('odd-values');
      expect(line!.msg, what).to.equal(message);
    }
  });

  it('is told in its place, and the fields beside it as they are', async () => {
    const [line] = await linesOf((log) =>
      log.info(ODD_VALUES['an object with a getter that throws']!() as object, 'text'),
    );
    expect(line).to.include({ ok: 1, bad: '[cannot be read]', msg: 'text' });
  });

  it('ends where a circle closes, where it is too deep, and where it is too much', async () => {
    const field = async (what: string): Promise<string> => {
      const [line] = await linesOf((log) => log.info({ value: ODD_VALUES[what]!() }));
      return JSON.stringify(line!['value']);
    };
    expect(await field('an object in itself')).to.equal('{"self":"[Circular]"}');
    expect(await field('an object of a thousand floors')).to.match(/^(\{"below":)+"\[\.\.\.\]"\}+$/);
    expect(await field('a list of a million'))
      .to.match(/,7,"\[\d+ more\]"\]$/)
      .and.have.lengthOf.below(30_000);
    expect(await field('a very long text')).to.have.lengthOf.below(1_000_010);
  });

  it('keeps its digits where it is a BigInt, is a text where JSON has no word for it', async () => {
    const [line] = await linesOf((log) =>
      log.info({ id64: 1234567890123456789n, mark: Symbol('m'), map: new Map([[1, 2]]) }),
    );
    expect(line).to.include({ id64: '1234567890123456789', mark: 'Symbol(m)', map: 'Map(1) { 1 => 2 }' });
  });
});

describe('an error in a line', () => {
  it('has the messages and stacks of its causes, and what else it has', async () => {
    class Refused extends RangeError {
      readonly at = 3;
    }
    const error = new Refused('no', { cause: new TypeError('because', { cause: 'of that' }) });
    const [line] = await linesOf((log) => log.error(error, 'text'));
    expect(line!.err).to.include({ type: 'Refused', message: 'no: because: of that', at: 3 });
    expect((line!.err as Error).stack).to.match(
      /^RangeError: no\n[^]*\ncaused by: TypeError: because\n[^]*\ncaused by: of that$/,
    );
  });

  it('has those that it is the sum of', async () => {
    const [line] = await linesOf((log) => log.error(new AggregateError([new Error('one'), new Error('two')], 'sum')));
    const parts = (line!.err as unknown as { aggregateErrors: Error[] }).aggregateErrors;
    expect(parts.map(({ message }) => message)).to.deep.equal(['one', 'two']);
  });
});

describe('a field of a line', () => {
  const OURS = { level: 'gold', time: '12:00', tonic: 't', id: 4711, thread: 'T-1', lane: 3, state: 's', to: 'bob', sparkle: 'x', ms: 12, from: 'ann', fromSparkle: 'y', slow: 1, life: 2, probes: 1, markers: 2, flags: 3, lines: 4, leftOut: 5, fields: 6, msg: 'hello' }; // prettier-ignore

  for (const entries of [false, true]) {
    it(`that has the name of one of the framework's overwrites nothing, and is shown${entries ? ', in an entry' : ''}`, async () => {
      const [line] = await linesOf((log) => log.info({ ...OURS, own: 1 }, 'order'), entries);
      expect(line).to.deep.include({ level: 30, msg: 'order', own: 1, fields: OURS });
      if (!entries) expect(line).to.include({ tonic: 'writer', sparkle: 'ttsc__write' });
      const shown = showLog(JSON.stringify(entries ? { msg: 'entry', tonic: 'writer', lines: [line] } : line));
      expect(shown).to.include('order {"own":1,"level":"gold","time":"12:00","tonic":"t","id":4711');
    });
  }

  it('named msg is the text where there is no other', async () => {
    const [line] = await linesOf((log) => log.info({ msg: 'hello', a: 1 }));
    expect(line).to.include({ msg: 'hello', a: 1 }).and.not.have.property('fields');
  });

  it('never spills a Tonic, whether it is one or has one in it', async () => {
    class Vault extends Tonic<'shut'> {
      readonly password = 'secret';
    }
    const lines = await linesOf((log) => {
      const vault = new Vault({ name: 'vault' });
      log.info({ vault, list: [vault] }, 'a field');
      log.info(vault);
      log.info(vault, 'with a text');
      log.info('%o %s %j', vault, vault, vault);
      log.probe('vault', vault);
    });
    const text = JSON.stringify(lines);
    expect(text).to.include('Vault').and.not.include('secret');
  });
});
