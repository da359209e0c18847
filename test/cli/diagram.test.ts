import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { runCli } from '../../src/cli/run-cli.js';
import { loadTypeScript } from '../../src/cli/typescript.js';
import { parseMermaid } from './support/mermaid-grammar.js';

const MACHINES = new URL('./machines/', import.meta.url).pathname;
const SESSION = `${MACHINES}session.ts`;
let folder: string;

/** Types a command. */
async function tasktonic(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(words, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('tasktonic diagram', function () {
  // The compiler reads all that a file imports.
  this.timeout(60_000);
  before(() => (folder = mkdtempSync(join(tmpdir(), 'tasktonic-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (const golden of readdirSync(MACHINES).filter((name) => name.endsWith('.mmd'))) {
    const [file, className] = golden.split('.');
    it(`draws ${className} of ${file}.ts as in ${golden}, and Mermaid takes it in`, async () => {
      const { code, out, err } = await tasktonic('diagram', `${MACHINES}${file}.ts`, className!);
      expect(err).to.equal('');
      expect(out).to.equal(readFileSync(MACHINES + golden, 'utf8'));
      expect(parseMermaid(out).title).to.equal(className);
      expect(code).to.equal(0);
    });
  }

  it('prints all Tonics of a file as Markdown, also those within others', async () => {
    const { out } = await tasktonic('diagram', SESSION);
    expect(out.match(/^## .*$|^```.*$/gm)).to.deep.equal([
      '## Session',
      '```mermaid',
      '```',
      '## Inner',
      '```mermaid',
      '```',
    ]);
    for (const [, text] of out.matchAll(/```mermaid\n(.*?)```/gs)) parseMermaid(text!);
  });

  it('writes Mermaid or Markdown, as the name of the file says', async () => {
    const [plain, page] = [join(folder, 'door.mmd'), join(folder, 'door.md')];
    expect(await tasktonic('diagram', `${MACHINES}door.ts`, '--output', plain)).to.deep.equal({
      code: 0,
      out: '',
      err: '',
    });
    await tasktonic('diagram', '-o', page, `${MACHINES}door.ts`);
    expect(parseMermaid(readFileSync(plain, 'utf8')).title).to.equal('Door');
    expect(readFileSync(page, 'utf8')).to.match(/^## Door\n\n```mermaid\nstateDiagram-v2\n/);
  });

  it('needs a class, or Markdown, for a file of several', async () => {
    const { code, err } = await tasktonic('diagram', SESSION, '-o', join(folder, 'x.mmd'));
    expect([code, err]).to.deep.equal([
      1,
      `tasktonic: a file of Mermaid holds one diagram, and ${SESSION} has Session, Inner: name one, or write to a file .md\n`,
    ]);
  });

  it('reads a file whose imports cannot be found, and one of JavaScript', async () => {
    const text =
      "import { Tonic } from 'tasktonic';\nexport class Lamp extends Tonic {\n ttsc_off__press() { this.toState('on'); }\n}\n";
    for (const name of ['lamp.ts', 'lamp.mjs']) {
      const { out, err } = await tasktonic('diagram', written(name, text));
      expect(out, err).to.contain('off --> on : press');
    }
  });

  it('does not run the file', async () => {
    const path = written(
      'runs.ts',
      "import { Tonic } from 'tasktonic';\nexport class A extends Tonic<'a'> {}\nthrow new Error('it ran');\n",
    );
    expect((await tasktonic('diagram', path)).out).to.contain('state "a" as a');
  });

  for (const [words, code, says] of [
    [['diagram', `${MACHINES}nothing.ts`], 1, `no class in ${MACHINES}nothing.ts has sparkles or states`],
    [['diagram', `${MACHINES}door.ts`, 'Plain'], 1, `Plain in ${MACHINES}door.ts has no sparkles or states`],
    [
      ['diagram', `${MACHINES}door.ts`, 'Doo'],
      1,
      `there is no class Doo in ${MACHINES}door.ts: its classes are Door, notATonic, Plain`,
    ],
    [['diagram', 'none.ts'], 1, 'the file none.ts is not there'],
    [
      ['diagram', `${MACHINES}door.Door.mmd`],
      1,
      `${MACHINES}door.Door.mmd is no source file of TypeScript or JavaScript`,
    ],
    [['diagram', MACHINES], 1, `the file ${MACHINES} is not there`],
    [['diagram'], 2, 'the file is missing: tasktonic diagram <file> [Class]'],
    [['diagram', 'a', 'b', 'c'], 2, 'c is too much: one file and one class are taken'],
    [['paint', 'x'], 2, 'there is no command paint'],
    [[], 2, 'a command is missing'],
    [['--loud'], 2, "Unknown option '--loud'"],
  ] as const) {
    it(`says what is wrong with "${words.join(' ').replaceAll(MACHINES, '')}"`, async () => {
      const typed = await tasktonic(...words);
      expect(typed.code).to.equal(code);
      expect(typed.out).to.equal('');
      expect(typed.err.split('\n', 1)[0])
        .to.match(/^tasktonic: /)
        .and.to.contain(says);
      expect(typed.err.includes('Usage:'), 'how it is used').to.equal(code === 2);
    });
  }

  it('says where a file is no TypeScript', async () => {
    const path = written('broken.ts', 'const a = 1;\nclass {{\n');
    expect((await tasktonic('diagram', path)).err).to.match(/^tasktonic: .*broken\.ts:2: /);
  });

  it('refuses a name that the first instance would refuse', async () => {
    const path = written(
      'bad.ts',
      "import { Tonic } from 'tasktonic';\nexport class A extends Tonic { ttsc_open(): void {} }\n",
    );
    expect((await tasktonic('diagram', path)).err).to.contain('ttsc_open starts like a sparkle but is none');
  });

  it('says so where it cannot write', async () => {
    const { code, err } = await tasktonic('diagram', `${MACHINES}door.ts`, '-o', join(folder, 'none', 'door.mmd'));
    expect(code).to.equal(1);
    expect(err).to.contain('ENOENT');
  });

  it('prints its help', async () => {
    for (const word of ['--help', '-h', 'help']) {
      const { code, out } = await tasktonic(word);
      expect(code).to.equal(0);
      expect(out).to.contain('tasktonic diagram <file> [Class]');
    }
  });

  it('says what to install where there is no compiler, or one without an API', async () => {
    const said = async (): Promise<string> =>
      loadTypeScript(folder, join(folder, 'x.js'), '').then(
        () => 'loaded',
        (thrown: Error) => thrown.message,
      );
    expect(await said()).to.equal('a diagram needs the package typescript: npm install --save-dev typescript@6');
    const other = join(folder, 'node_modules', 'typescript');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'index.js'), 'module.exports = { version: "9.0.0" };');
    expect(await said()).to.contain('has no API for programs');
    expect(await loadTypeScript(folder)).to.have.property('createProgram');
    rmSync(join(folder, 'node_modules'), { recursive: true });
  });

  it('takes a compiler that npx brings along, where neither the project nor this package has one', async () => {
    const npx = join(folder, '_npx', 'node_modules');
    mkdirSync(join(npx, 'typescript'), { recursive: true });
    writeFileSync(join(npx, 'typescript', 'index.js'), 'module.exports = { version: "5.9.9", createProgram() {} };');
    const commands = [join(folder, 'bin'), join(npx, '.bin')].join(delimiter);
    const project = join(folder, 'project');
    expect(await loadTypeScript(project, join(project, 'x.js'), commands)).to.include({ version: '5.9.9' });
  });
});
