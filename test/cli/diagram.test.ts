import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { parseMermaid } from '../diagram/support/mermaid-grammar.js';
import { built } from '../support/built.js';

const ROOT = new URL('../../', import.meta.url).pathname;

const DOOR = `
import { Tonic } from 'tasktonic';
export class Door extends Tonic.with({ states: ['locked', 'open'] }) {
  ttsc_locked__unlock() { this.toState('open'); }
}
`;
const TWO = `${DOOR}
class Lamp extends Tonic {
  ttsc_off__press() { this.toState('on'); }
}
export const lamps = [class Lantern extends Lamp {}];
class Candle extends Tonic {
  ttsc_lit__blow() {}
}
export const light = () => new Candle();
export class Bare extends Tonic {}
export const helper = class {};
`;

let folder: string;

let typist: Worker;

/** Types a command. */
async function tasktonic(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  typist.postMessage(words);
  const [typed] = (await once(typist, 'message')) as [{ code: number; out: string; err: string }];
  return typed;
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A project that has the package. */
function project(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'tasktonic-')));
  mkdirSync(join(made, 'node_modules'));
  symlinkSync(ROOT, join(made, 'node_modules/tasktonic'));
  return made;
}

describe('tasktonic diagram', () => {
  before(() => {
    folder = project();
    typist = new Worker(new URL(built(new URL('./programs/typed.ts', import.meta.url).href)), { execArgv: [] });
  });
  after(async () => {
    await typist.terminate();
    rmSync(folder, { recursive: true });
  });

  it('draws one class of a file', async () => {
    const { code, out, err } = await tasktonic('diagram', written('one.mjs', TWO), 'Door');
    expect([code, err]).to.deep.equal([0, '']);
    const { title, edges } = parseMermaid(out);
    expect(title).to.equal('Door');
    expect(edges).to.deep.equal([{ from: 'locked', to: 'open', label: 'unlock' }]);
  });

  it('prints all Tonics of a file that have something to draw as Markdown, exported or not', async () => {
    const { out } = await tasktonic('diagram', written('all.mjs', TWO));
    expect(out.match(/^## .*$/gm)).to.deep.equal(['## Door', '## Lamp', '## Lantern', '## Candle']);
    for (const [, text] of out.matchAll(/```mermaid\n(.*?)```/gs)) parseMermaid(text!);
  });

  it('leaves out the classes of other files', async () => {
    written('base.mjs', DOOR);
    const path = written('child.mjs', "import { Door } from './base.mjs';\nexport class Gate extends Door {}\n");
    const { out } = await tasktonic('diagram', path);
    expect(parseMermaid(out).title).to.equal('Gate');
    expect(out).to.include('locked --> open : unlock');
  });

  it('reads a module of CommonJS', async () => {
    const text = DOOR.replace(/import (.*) from (.*);/, 'const $1 = require($2);').replace('export', 'exports.Door =');
    const { out, err } = await tasktonic('diagram', written('door.cjs', text));
    expect(out, err).to.include('locked --> open : unlock');
  });

  it('writes Mermaid or Markdown, as the name of the file says', async () => {
    const [plain, page] = [join(folder, 'door.mmd'), join(folder, 'door.md')];
    const door = written('door.mjs', DOOR);
    expect(await tasktonic('diagram', door, '--output', plain)).to.deep.equal({ code: 0, out: '', err: '' });
    await tasktonic('diagram', '-o', page, door);
    expect(parseMermaid(readFileSync(plain, 'utf8')).title).to.equal('Door');
    expect(readFileSync(page, 'utf8')).to.match(/^## Door\n\n```mermaid\nstateDiagram-v2\n/);
  });

  it('needs a class, or Markdown, for a file of several', async () => {
    const path = written('several.mjs', TWO);
    const { code, err } = await tasktonic('diagram', path, '-o', join(folder, 'x.mmd'));
    const has = 'Door, Lamp, Lantern, Candle';
    expect([code, err]).to.deep.equal([
      1,
      `tasktonic: a file of Mermaid holds one diagram, and ${path} has ${has}: name one of them, or write to a file that ends with .md\n`,
    ]);
  });

  for (const [what, words, code, says] of [
    [
      'a file without Tonics',
      ['nothing.mjs'],
      1,
      'importing FOLDER/nothing.mjs makes no class of Tonics: export one from it',
    ],
    [
      'a class that is not there',
      ['some.mjs', 'Doo'],
      1,
      'importing FOLDER/some.mjs makes no class of Tonics named Doo: it makes Door, Lamp, Lantern, Candle, Bare',
    ],
    ['a class that is no Tonic', ['some.mjs', 'helper'], 1, 'makes no class of Tonics named helper'],
    ['a Tonic with nothing to draw', ['some.mjs', 'Bare'], 1, 'Bare has no diagram: it has no sparkles and no states'],
    ['a file that has only such', ['bare.mjs'], 1, 'no Tonic in FOLDER/bare.mjs has sparkles or states: Bare'],
    ['a file that is not there', ['none.ts'], 1, 'there is no file FOLDER/none.ts'],
    ['a file that is no source', ['page.txt'], 1, 'FOLDER/page.txt is not a source file of TypeScript or JavaScript'],
    ['a folder', ['node_modules'], 1, 'there is no file FOLDER/node_modules'],
    ['a module that throws', ['throws.mjs'], 1, 'FOLDER/throws.mjs cannot be imported: no luck'],
    ['a module with a mistake', ['broken.mjs'], 1, 'FOLDER/broken.mjs cannot be imported: SyntaxError: '],
    ['a bad name', ['bad.mjs'], 1, 'The method ttsc_open begins like the name of a sparkle'],
    ['a word too much', ['a', 'b', 'c'], 2, 'the argument c is one too many: give a file, and at most one class'],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      written('nothing.mjs', 'export const nothing = 1;\n');
      written('some.mjs', TWO);
      written('bare.mjs', "import { Tonic } from 'tasktonic';\nexport class Bare extends Tonic {}\n");
      written('page.txt', '');
      written('throws.mjs', "throw new Error('no luck');\n");
      written('broken.mjs', 'const a = 1;\nclass {{\n');
      written('bad.mjs', DOOR.replace('ttsc_locked__unlock', 'ttsc_open'));
      const [file, ...more] = words;
      expectProblem(await tasktonic('diagram', join(folder, file), ...more), code, says.replace('FOLDER', folder));
    });
  }

  for (const [words, code, says] of [
    [['diagram'], 2, 'the file is missing: tasktonic diagram <file> [Class]'],
    [['paint', 'x'], 2, 'there is no command paint'],
    [[], 2, 'the command is missing'],
    [['--loud'], 2, "Unknown option '--loud'"],
  ] as const) {
    it(`says what is wrong with "${words.join(' ')}"`, async () => {
      expectProblem(await tasktonic(...words), code, says);
    });
  }

  it('says so where it cannot write', async () => {
    const { code, err } = await tasktonic('diagram', written('door.mjs', DOOR), '-o', join(folder, 'none', 'door.mmd'));
    expect(code).to.equal(1);
    expect(err).to.contain('ENOENT');
  });

  it('says so where the project has a tasktonic that draws none', async () => {
    const old = join(folder, 'old');
    mkdirSync(join(old, 'node_modules/tasktonic'), { recursive: true });
    writeFileSync(join(old, 'node_modules/tasktonic/package.json'), '{"exports":{".":"./index.js"},"type":"module"}');
    writeFileSync(join(old, 'node_modules/tasktonic/index.js'), 'export class Tonic {}');
    writeFileSync(join(old, 'door.mjs'), "import { Tonic } from 'tasktonic';\nexport class Door extends Tonic {}\n");
    expect((await tasktonic('diagram', join(old, 'door.mjs'))).err).to.include('draws no diagrams: update it');
  });

  it('prints its help', async () => {
    for (const word of ['--help', '-h', 'help']) {
      const { code, out } = await tasktonic(word);
      expect(code).to.equal(0);
      expect(out).to.contain('tasktonic diagram <file> [Class]');
    }
  });
});

function expectProblem(typed: { code: number; out: string; err: string }, code: number, says: string): void {
  expect([typed.code, typed.out], typed.err).to.deep.equal([code, '']);
  const [first] = typed.err.split('\n', 1);
  expect(first)
    .to.match(/^tasktonic: /)
    .and.to.contain(says);
  expect(typed.err.includes('Usage:'), 'how it is used').to.equal(code === 2);
}
