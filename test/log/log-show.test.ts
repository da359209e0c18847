import { expect } from 'chai';
import { showLog } from '../../src/index.js';
import { entryText, showsColours } from '../doors/log.js';
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

  it('ends a colour that its message has begun', () => {
    const text = showLog('{"level":30,"msg":"\\u001b[1mbold"}', { colours: true });
    expect(text.endsWith('\u001b[0m')).to.be.true;
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

  it('does not steer the terminal: but for colours, nothing that does is let through', () => {
    const evil = '\u001b[2J\u001b]0;t\u0007\r\u009b1m';
    const text = showLog(JSON.stringify({ ...entry, tonic: evil, [evil]: evil, lines: [{ msg: evil, [evil]: 1 }] }));
    expect(text).not.to.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/); // eslint-disable-line no-control-regex -- looked for
    expect(text).to.include('\\x1b[2J');
  });

  it('lets a colour through, and nothing that would hide or blink what follows', () => {
    const shows = (msg: string): string => showLog(JSON.stringify({ level: 30, msg }));
    expect(shows('\u001b[31mred\u001b[39m')).to.include('\u001b[31mred\u001b[39m');
    for (const code of [5, 6, 7, 8, 28]) expect(shows(`\u001b[${code}mgone`)).to.include(`\\x1b[${code}mgone`);
  });
});
