import { expect } from 'chai';
import fc from 'fast-check';
import { Formula, type FormulaData, Tonic, showLog } from '../../src/index.js';
import { entryText, showsColours } from '../doors/log.js';
import { howMany } from '../support/how-many.js';
import { ODD_VALUES } from '../support/odd-values.js';
import { Program } from '../support/program.js';

const entry = {
  level: 40,
  time: 0,
  tonic: 'lamp',
  state: 'on',
  to: 'off',
  sparkle: 'ttse__onLightsOff',
  ms: 310.169,
  from: 'clock',
  fromSparkle: 'ttse__onTimer',
  flags: ['slow', 'odd'],
  lane: 'cyan',
  lines: [
    { level: 30, time: 0, watts: 40, msg: 'burning' },
    { level: 50, time: 0, err: { message: 'boom', stack: 'Error: boom\n    at lamp' }, msg: 'boom' },
  ],
  life: [{ tonic: 'bulb', id: 3, life: 'infused' }],
  probes: { queue: 3, list: [1, 2] },
  markers: [
    { text: 'begin', after: 0 },
    { text: 'phase 2', after: 1 },
  ],
  leftOut: 7,
  msg: 'entry',
};

describe('an entry on the screen', () => {
  it('is a head, and below it what the sparkle said, in its order', () => {
    expect(entryText(entry).split('\n')).to.deep.equal([
      'lamp [on -> off] ttse__onLightsOff 310.169 ms <- clock.ttse__onTimer SLOW ODD',
      '  | bulb infused',
      '  | -- begin',
      '  | INFO: burning {"watts":40}',
      '  | -- phase 2',
      '  | ERROR: boom',
      '  | Error: boom',
      '  |     at lamp',
      '  | queue = 3',
      '  | list = [1,2]',
      '  | (7 more left out)',
    ]);
  });

  it('has its Tonic and its bars in the colour of its lane, on a terminal', () => {
    const [head, first] = entryText(entry, true).split('\n');
    expect(head).to.match(/^\u001b\[36mlamp\u001b\[39m \[on/); // eslint-disable-line no-control-regex -- looked for
    expect(first).to.equal('\u001b[36m  |\u001b[39m bulb infused');
    expect(entryText({ ...entry, lane: 'toString' }, true)).to.equal(entryText(entry));
  });

  it('is where it cannot be told from another line: one that breaks a line stays within its bars', () => {
    const text = entryText({ ...entry, lines: [{ level: 30, msg: 'one\n[12:00:00.000] INFO: forged' }] });
    expect(text.split('\n').filter((line) => line.startsWith('['))).to.deep.equal([]);
  });

  it('written by an app is a head and indented lines among its other lines', async function () {
    this.timeout(20_000);
    const { out } = await new Program(new URL('../core/programs/log-entries.ts', import.meta.url), ['screen']).exit();
    const withoutChance = out.map((line) => line.replace(/^\[[\d:.]+\]/, '[time]').replace(/[\d.]+ ms/, 'n ms'));
    expect(withoutChance).to.deep.equal([
      '[time] WARN: lamp [-> on] ttse__onStart n ms <- tt_main_catalyst ODD',
      '  | INFO: plugged in {"watts":40}',
      '  | -- phase 2',
      '  | WARN: bright',
      '  | queue = 3',
      '[time] INFO: lamp [on] ttse__onEnter n ms <- tt_main_catalyst',
      '  | INFO: shining',
    ]);
  });
});

describe('the screen', () => {
  it('is not steered by what a peer has sent', async function () {
    this.timeout(20_000);
    const { out } = await new Program(new URL('../core/programs/log-entries.ts', import.meta.url), ['evil']).exit();
    expect(out.filter((line) => line.includes('evil'))).to.have.length(2);
    expect(out.join('\n')).not.to.match(/[\u0000-\u0008\u000b-\u001f]/); // eslint-disable-line no-control-regex -- looked for
  });
});

describe('the colours of the screen', () => {
  const cases: [string, boolean, NodeJS.ProcessEnv, boolean][] = [
    ['are shown on a terminal', true, {}, true],
    ['are not shown elsewhere', false, {}, false],
    ['are not shown where NO_COLOR is set', true, { NO_COLOR: '1' }, false],
    ['are shown where NO_COLOR is set to nothing', true, { NO_COLOR: '' }, true],
    ['are shown anywhere where FORCE_COLOR is set', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['are shown nowhere where FORCE_COLOR is 0', true, { FORCE_COLOR: '0' }, false],
    ['are not shown on a dumb terminal', true, { TERM: 'dumb' }, false],
  ];
  for (const [what, isTerminal, env, shown] of cases)
    it(what, () => {
      expect(showsColours(isTerminal, env)).to.equal(shown);
    });
});

describe('a line that a viewer shows', () => {
  const shown = (line: object | string): string =>
    showLog(typeof line === 'string' ? line : JSON.stringify(line)).replace(/^\[[\d:.]+\] /, '[time] ');

  const cases: [string, object | string, string][] = [
    ['a line', { level: 30, time: 5, tonic: 'lamp', id: 1, watts: 40, msg: 'on' }, '[time] INFO: lamp on {"watts":40}'],
    [
      'one with an error, its causes and what else it has',
      {
        level: 50,
        msg: 'b',
        err: { type: 'Error', message: 'b', stack: 'Error: b\n  at x\ncaused by: Error: c', code: 'E' },
      },
      'ERROR: b\n    Error: b\n      at x\n    caused by: Error: c\n    {"code":"E"}',
    ],
    ['one with an error that is none', { level: 50, msg: 'b', err: 'why' }, 'ERROR: b\n    "why"'],
    ['one with a text of two lines', { level: 30, msg: 'a', text: 'b\nc' }, 'INFO: a {"text":"b\\nc"}'],
    ['a sparkle', { level: 30, tonic: 'lamp', sparkle: 'ttsc__go', ms: 2, msg: 'sparkle' }, 'INFO: lamp ttsc__go 2 ms'],
    ['no JSON', 'not {json', 'not {json'],
    [
      'no JSON, in several lines',
      'not {json\n[12:00:00.000] INFO: forged',
      'not {json\n    [12:00:00.000] INFO: forged',
    ],
    ['a list', '[1,2]\n', '[1,2]'],
    ['a number', '3', '3'],
    ['nothing', '', ''],
    ['an object of nothing', {}, 'LINE: '],
    ['one of another program', { level: 'info', time: 'now', msg: 7 }, 'LINE: '],
  ];
  for (const [what, line, text] of cases) {
    it(`is ${what}`, () => {
      expect(shown(line)).to.equal(text);
    });
  }

  it('is in colour where that is asked for: its level, its lane and its fields', () => {
    const text = showLog('{"level":40,"tonic":"lamp","lane":"cyan","watts":40,"msg":"hot"}', { colours: true });
    expect(text.replaceAll('\u001b', '~')).to.equal('~[33mWARN~[39m: ~[36mlamp~[39m hot ~[90m{"watts":40}~[39m');
  });

  it('is told from those that its own text makes up', () => {
    const forged = '\n[12:00:00.000] INFO: forged';
    for (const line of [
      { msg: forged },
      { tonic: forged },
      { err: { stack: forged } },
      { tonic: forged, lines: [], msg: 'entry' },
    ])
      expect(showLog(JSON.stringify(line)), JSON.stringify(line)).to.not.match(/^\[12:/m);
  });

  it('may be a broken entry: nothing in it is trusted', () => {
    for (const broken of [
      { msg: 'entry', lines: [null, 5, 'text', {}] },
      { msg: 'entry', lines: [], life: [null], probes: null, markers: [3], flags: 'slow', leftOut: 'x' },
      { msg: 'entry', lines: [{ err: 5, level: {} }], probes: [1], markers: {}, lane: {} },
      { msg: 'entry', lines: 'none' },
    ])
      expect(shown(broken)).to.be.a('string');
  });

  /** What a peer may send: it moves the cursor, sets the title, ends a line for some programs, or turns the text around. */
  const EVIL = '\u001b[35m\u001b[2J\u001b]0;t\u0007\r\u0000\b\u007f\u0085\u009b1m\u2028\u2029\u202e\u2066';
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  const everywhere = { tonic: EVIL, state: EVIL, to: EVIL, sparkle: EVIL, from: EVIL, fromSparkle: EVIL, [EVIL]: EVIL };
  const evil: Record<string, object | string> = {
    'a line': { ...everywhere, msg: EVIL },
    'a sparkle': { ...everywhere, ms: EVIL, msg: 'sparkle' },
    'an error': { ...everywhere, msg: EVIL, err: { type: EVIL, message: EVIL, stack: EVIL, [EVIL]: EVIL } },
    'an error that is none': { ...everywhere, err: EVIL, level: EVIL, lane: EVIL, time: EVIL },
    'an entry': {
      ...everywhere,
      msg: 'entry',
      flags: [EVIL],
      life: [{ tonic: EVIL, life: EVIL }],
      lines: [{ level: EVIL, msg: EVIL, [EVIL]: 1, err: { stack: EVIL } }, EVIL],
      probes: { [EVIL]: EVIL },
      markers: [{ text: EVIL, after: 0 }],
    },
    'no JSON': EVIL,
    'a list': JSON.stringify([EVIL]),
  };
  for (const [what, line] of Object.entries(evil))
    for (const colours of [false, true])
      it(`does not steer the terminal, be it ${what}${colours ? ', in colour' : ''}`, () => {
        const text = showLog(typeof line === 'string' ? line : JSON.stringify(line), { colours });
        // eslint-disable-next-line no-control-regex -- the colours are ours
        expect(text.replaceAll(/\u001b\[\d\d?m/g, '')).not.to.match(STEERS);
        expect(text).not.to.include('\u001b[35m');
        expect(text).to.match(/(?:\\x|\\u00)1b\[2J/i);
      });

  it('has no colour but ours: one that a text brings could hide what follows it', () => {
    for (const code of [0, 1, 5, 8, 30, 31, 40, 97]) {
      const line = JSON.stringify({ level: 30, tonic: 'lamp', msg: `\u001b[${code}mgone` });
      expect(showLog(line)).to.equal(`INFO: lamp \\x1b[${code}mgone`);
      expect(showLog(line, { colours: true })).to.equal(`\u001b[32mINFO\u001b[39m: lamp \\x1b[${code}mgone`);
    }
  });

  it('may be anything: nothing that it is throws', () => {
    const odd = [
      '{"tonic":{"toString":1,"valueOf":1}}',
      '{"msg":"entry","lines":[],"flags":[{"toString":null}]}',
      '{"level":{"valueOf":1,"toString":2},"msg":"x"}',
      `{"msg":"deep","field":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{"tonic":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      '['.repeat(100_000),
      '{"time":1e300,"level":"9","msg":"x"}',
      '{"__proto__":{"x":1},"msg":5}',
      '{"msg":"entry","lines":[],"probes":{"__proto__":1}}',
      '\ud800',
    ];
    for (const json of odd) expect(showLog(json), json.slice(0, 80)).to.be.a('string');
    for (const [what, make] of Object.entries(ODD_VALUES)) expect(showLog(make() as string), what).to.be.a('string');
  });

  it('may be a value in any place of any shape', () => {
    const keys = ['level', 'time', 'msg', 'tonic', 'state', 'to', 'sparkle', 'ms', 'from', 'slow', 'lane', 'err', 'life', 'lines', 'flags', 'probes', 'markers', 'leftOut', 'fields']; // prettier-ignore
    const line = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(line, fc.boolean(), fc.boolean(), (value, isEntry, colours) => {
        const text = showLog(JSON.stringify(isEntry ? { lines: [], ...value, msg: 'entry' } : value), { colours });
        return typeof text === 'string';
      }),
    );
  });

  it('takes a time in proportion to its length, whatever it says', () => {
    const many = howMany(20_000, 100_000);
    const markers = Array.from({ length: many }, () => ({ text: 'x', after: 1 }));
    const lines = Array.from({ length: many }, () => 1);
    expect(showLog(JSON.stringify({ msg: 'entry', lines, markers })).split('\n')).to.have.length(2 * many + 1);
  });
});

describe('a line of JSON', () => {
  it('is one line whoever reads it, and steers no terminal', async () => {
    const odd = '\n\r\u0000\u001b\u007f\u0085\u009b\u2028\u2029\u202e\u2066\ud800';
    class Speaker extends Tonic {
      ttse__onStart(): void {
        this.log.info({ [odd]: odd, list: [odd] }, odd);
        this.log.probe(odd, odd);
        this.log.error(new Error(odd));
        this.ttsc__finish();
      }
    }
    for (const entries of [false, true]) {
      const written: string[] = [];
      class App extends Formula {
        protected override creatingFormula(): FormulaData {
          return { log: { to: { write: (line) => void written.push(line) }, entries } };
        }
        protected override creatingStartingTonics(): void {
          new Speaker({ name: 'speaker' });
        }
      }
      await App.run();
      for (const line of written) {
        expect(line).to.match(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+\n$/u); // eslint-disable-line no-control-regex -- looked for
        expect(JSON.parse(line)).to.be.an('object');
      }
      expect(written.join('')).to.include('\\u2028').and.include('\\u009b');
      const all = written.map((line) => JSON.parse(line) as { lines?: Record<string, unknown>[] });
      const said = all.flatMap((line) => (line.lines ?? [line]) as Record<string, unknown>[]);
      expect(said.find((line) => line['msg'] === odd)).to.deep.include({ [odd]: odd, list: [odd] });
    }
  });
});
