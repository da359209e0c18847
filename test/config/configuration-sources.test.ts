import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as v from 'valibot';
import type { ConfigurationSources } from '../../src/index.js';
import { readConfiguration } from '../doors/config.js';
import { expectThrow } from '../support/errors.js';
import { howMany } from '../support/how-many.js';

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'tasktonic-'))));
after(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer, name = 'app.json'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function data(sources: ConfigurationSources, code = {}): Record<string, unknown> {
  const {
    log: _,
    start: __,
    threads: ___,
    shutdown: ____,
    upgrade: _____,
    ...own
  } = readConfiguration(code, sources).data;
  return own;
}

function problem(sources: ConfigurationSources, code = {}): string {
  const { details } = expectThrow(() => readConfiguration(code, sources), 'TT_BAD_CONFIGURATION');
  return String(details['problems']).replaceAll(folder, '');
}

describe('the file of a configuration', () => {
  it('must be there, unless it is optional', () => {
    const path = join(folder, 'none.json');
    expect(problem({ file: path })).to.equal('there is no file /none.json');
    expect(problem({ file: { path } })).to.equal('there is no file /none.json');
    expect(data({ file: { path, optional: true } })).to.deep.equal({});
  });

  it('is another one where the command line says so, which must be there', () => {
    const sources = { file: file('{"a": 1}'), args: ['--config', file('{"b": 2}', 'other.json')] };
    expect(data(sources)).to.deep.equal({ b: 2 });
    const gone = { file: { path: file('{"a": 1}'), optional: true }, args: [`--config=${join(folder, 'gone.json')}`] };
    expect(problem(gone)).to.equal('there is no file /gone.json');
    expect(problem({ args: ['--config'] })).to.equal('--config must name a file: --config app.json');
  });

  for (const [content, says] of [
    ['{"a": 1,\n  b}', '/app.json:2:3 is not JSON: the name of a member is expected, in double quotes'],
    ['', '/app.json:1:1 is not JSON: it is empty'],
    ['[1]', '/app.json must hold an object, such as {"log": {"default": "full"}}'],
    ['null', '/app.json must hold an object, such as {"log": {"default": "full"}}'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), '/app.json is not UTF-8'],
    [' '.repeat(1_048_577), '/app.json has 1048577 bytes, more than 1048576'],
  ] as const) {
    it(`is refused: ${says}`, () => {
      expect(problem({ file: file(content) })).to.equal(says);
    });
  }

  it('may be of a mebibyte', () => {
    expect(data({ file: file('{"a": 1}'.padEnd(1_048_576)) })).to.deep.equal({ a: 1 });
  });

  it('is read in little time, however many members it has and however long its names are', () => {
    const members = Array.from({ length: 80_000 }, (_, n) => `"${n}":1`).join();
    const path = file(`{"${'x'.repeat(100_000)}": {${members}}, "log": {"level": "warn"}}`);
    expect(readConfiguration({}, { file: path }).source('log/level')).to.contain('app.json:1:');
  });

  it('may be wrong very many times, and is refused in little memory and time', () => {
    const times = howMany(20_000, 100_000);
    const path = file(`{"start": [${'0,'.repeat(times)}0]}`);
    expect(problem({ file: path })).to.contain(`and ${times - 49} more`);
  });

  it('has names shown that are long or odd, but neither whole nor as they are', () => {
    const text = JSON.stringify({ log: { ['x'.repeat(10_000)]: 1, 'a\n\u001b[2Jb': 2 } });
    const says = problem({ file: file(text) });
    expect(says).to.contain('log/a??[2Jb is not known');
    expect(says.length).to.be.below(1000);
  });

  it('with many mistakes has some of them shown, and the rest counted', () => {
    const text = JSON.stringify({
      log: Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`unknown${n}`, 1])),
    });
    const lines = problem({ file: file(text) })
      .trim()
      .split('\n');
    expect(lines).to.have.length(51);
    expect(lines.at(-1)).to.equal('  - and 950 more');
  });

  it('may begin with a byte order mark', () => {
    expect(data({ file: file('\ufeff{"a": "\u00e9"}') })).to.deep.equal({ a: '\u00e9' });
  });

  it('is no directory, and no device that would be waited for', () => {
    mkdirSync(join(folder, 'dir'), { recursive: true });
    expect(problem({ file: join(folder, 'dir') })).to.equal('/dir is not a file');
    expect(problem({ file: '/dev/null' })).to.equal('/dev/null is not a file');
  });

  it('that may not be read is named', function () {
    if (process.getuid?.() === 0) {
      console.log('      skipped: root may read every file');
      this.skip();
    }
    const path = file('{}', 'shut.json');
    chmodSync(path, 0);
    expect(problem({ file: path })).to.equal('the file /shut.json cannot be read (EACCES)');
  });

  it('tells where each value stands, within lists too', () => {
    const config = readConfiguration({}, { file: file('{"list": [\n  {"a": 1},\n  {"a": "x"}]}') });
    expect(config.source('list/1/a')?.replace(folder, '')).to.equal('/app.json:3:4');
    expect(config.source('list')?.replaceAll(folder, '')).to.equal('/app.json:2:4, /app.json:3:4');
  });
});

describe('the environment of a configuration', () => {
  const read = (from: Record<string, string>, schema?: v.GenericSchema): Record<string, unknown> =>
    data({ env: { prefix: 'APP_', from }, schema });

  it('has paths with two underscores, and names with one', () => {
    expect(
      read({ APP_MAIL__MAX_SIZE: '5', APP_mail__maxAge: 'x', APP_PLAIN: '', OTHER_A: '1', APP_: '2' }),
    ).to.deep.equal({
      mail: { maxSize: '5', maxAge: 'x' },
      plain: '',
    });
  });

  it('finds the spelling of what is known, whatever it is', () => {
    const schema = v.object({ mail_box: v.object({ URLPath: v.string(), 'kebab-case': v.number() }) });
    expect(read({ APP_MAIL_BOX__URL_PATH: '/', APP_MAIL_BOX__KEBAB_CASE: '1' }, schema)).to.deep.equal({
      mail_box: { URLPath: '/', 'kebab-case': 1 },
    });
  });

  it('may not say the same twice', () => {
    const from = { APP_LOG__DEFAULT: 'full', APP_log__default: 'off' };
    expect(problem({ env: { prefix: 'APP_', from } })).to.equal(
      'log/default is refused (from the environment variable APP_log__default): the environment variable APP_LOG__DEFAULT says it too',
    );
  });

  it('may not leave a name of a path empty', () => {
    expect(problem({ env: { prefix: 'APP_', from: { APP_A____B: '1' } } })).to.contain('a name in it is empty');
  });

  it('takes the elements of a list in the order of their numbers', () => {
    const from = Object.fromEntries([10, 9, 2, 1, 0, 3, 4, 5, 6, 7, 8].map((n) => [`APP_LIST__${n}`, `v${n}`]));
    const schema = v.object({ list: v.array(v.string()) });
    expect(read(from, schema)).to.deep.equal({ list: Array.from({ length: 11 }, (_, n) => `v${n}`) });
  });

  it('names an element of a list by its number alone, as the command line does', () => {
    const schema = v.looseObject({ list: v.array(v.string()) });
    const code = { list: ['x', 'y', 'z'], own: ['x', 'y', 'z'] };
    for (const list of ['list', 'own']) {
      for (const name of ['-1', '-0', '01', '1_', '_1', '+1', ' 1', '1e0', '0x1', '4', '1.0', 'one']) {
        const from = { [`APP_${list.toUpperCase()}__${name}`]: 'new' };
        const must = `${list}/${name} is refused (from the environment variable ${Object.keys(from)[0]!}): the list has 3 elements: name one of 0 to 3`;
        expect(problem({ env: { prefix: 'APP_', from }, schema }, code), name).to.equal(must);
        expect(() => data({ args: [`--${list}/${name}=new`], schema }, code), name).to.throw('the list has 3 elements');
      }
      expect(data({ args: [`--${list}.1=new`, `--${list}.3=more`], schema }, code)[list]).to.deep.equal([
        'x',
        'new',
        'z',
        'more',
      ]);
    }
  });

  it('refuses an invalid prefix', () => {
    for (const env of ['', 'APP-', { prefix: '' }]) expectThrow(() => readConfiguration({}, { env }), 'TT_BAD_OPTION');
  });

  it('takes no schema that would let everything pass: an async one, or none of valibot', () => {
    const rule = v.pipeAsync(
      v.string(),
      v.checkAsync(async () => false),
    );
    for (const schema of [v.objectAsync({ word: rule }), v.number, { parse: () => {} }])
      expectThrow(() => readConfiguration({ word: 'x' }, { schema: schema as never }), 'TT_BAD_OPTION');
  });
});

describe('the command line of a configuration', () => {
  const schema = v.looseObject({
    on: v.optional(v.boolean()),
    deep: v.optional(v.looseObject({ flag: v.optional(v.boolean()) })),
    host: v.optional(v.pipe(v.string(), v.minLength(1))),
    loud: v.optional(v.union([v.string(), v.boolean()])),
  });
  const cases: [string[], Record<string, unknown>][] = [
    [['--a.b=1'], { a: { b: '1' } }],
    [['--a/b', '1'], { a: { b: '1' } }],
    [['--a.b', '-5'], { a: { b: '-5' } }],
    [['--a=b=c'], { a: 'b=c' }],
    [['--a='], { a: '' }],
    [['--a'], { a: 'true' }],
    [['--on'], { on: true }],
    [['--on', '--a', '1'], { on: true, a: '1' }],
    [['--no-on'], { on: false }],
    [['--no-deep.flag'], { deep: { flag: false } }],
    [['--on=off'], { on: false }],
    [['--host=true'], { host: 'true' }],
    [['--loud'], { loud: true }],
    [['--a=1', '--a=2'], { a: '2' }],
    [['--max-peers=1'], { maxPeers: '1' }],
    [['--a=1', '--', '--b=2', 'words'], { a: '1' }],
    [['--a/x.y=1'], { a: { 'x.y': '1' } }],
    [[], {}],
  ];
  for (const [args, wanted] of cases) {
    it(`${JSON.stringify(args.join(' '))} is ${JSON.stringify(wanted)}`, () => {
      expect(data({ args, schema })).to.deep.equal(wanted);
    });
  }

  for (const [args, says] of [
    [['-x'], 'the command line has -x: write --path=value, such as --log.default=full'],
    [
      ['word'],
      'the command line has an argument that belongs to no option: write --path=value, such as --log.default=full',
    ],
    [
      ['--on', 'false'],
      'the command line has an argument that belongs to no option: write --path=value, such as --log.default=full',
    ],
    [['--host'], 'host is refused (from the command line (--host)): it needs a value, as in --path=value'],
    [['--no-host'], 'host is refused (from the command line (--no-host)): it needs a value, as in --path=value'],
    [['--a..b=1'], 'a//b is refused (from the command line (--a..b)): a name in it is empty'],
  ] as const) {
    it(`${JSON.stringify(args.join(' '))} is refused`, () => {
      expect(problem({ args, schema })).to.equal(says);
    });
  }
});
