import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { onlyWithAll } from '../support/how-many.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLI = `${ROOT}dist/lib/cli.js`;
const { version: VERSION } = createRequire(import.meta.url)('../../package.json') as { version: string };

const APP = `
import { Formula, Tonic } from 'tasktonic';
import { word } from './word.mjs';
class Main extends Tonic {
  ttse__onStart() { console.log(word, ...process.argv.slice(2)); if (word === 'ends') this.ttsc__finish(); }
  ttse__onDraining() { setTimeout(() => { console.log('drained'); this.drained(); }, 300); }
}
class App extends Formula {
  creatingFormula() { return { log: { to: 'off' } }; }
  creatingConfiguration() { return { args: process.argv.includes('--help') }; }
  creatingStartingTonics() { new Main(); }
}
`;

let folder: string;
const children = new Set<ChildProcess>();

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

function tasktonic(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A command that goes on; resolves with what it has said when that has a word. */
function start(...words: string[]) {
  const child = spawn(process.execPath, [CLI, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const said = async (what: string, times = 1): Promise<string> => {
    while (text.split(what).length <= times)
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    return text;
  };
  return { child, said, ended, text: () => text };
}

describe('tasktonic', function () {
  this.timeout(30_000);
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tasktonic-')));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/tasktonic'));
  });
  beforeEach(() => written('word.mjs', "export const word = 'ends';\n"));
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  after(() => rmSync(folder, { recursive: true }));

  describe('run', () => {
    for (const [how, text] of [
      ['is the default export', 'export default App;'],
      ['is the only one that is exported', 'export { App }; export const other = 1;'],
      ['the module runs itself', 'export { App }; await App.run();'],
    ] as const) {
      it(`runs a Formula once that ${how}, with the options after the file`, () => {
        const ran = tasktonic('run', written('app.mjs', `${APP}${text}\n`), '--', 'a', '--b');
        expect(ran).to.deep.equal({ status: 0, stdout: 'ends a --b\ndrained\n', stderr: '' });
      });
    }

    it('leaves --help after the file to the app', () => {
      const { status, stdout } = tasktonic('run', written('app.mjs', `${APP}export default App;\n`), '--help');
      expect(status).to.equal(0);
      expect(stdout).to.contain('--shutdown.drainDelay');
    });

    for (const [what, file, text, says] of [
      ['no Formula', 'none.mjs', 'export const a = 1;', 'none.mjs exports no Formula to run'],
      [
        'several',
        'two.mjs',
        `${APP}class B extends App {}; export { App, B };`,
        'two.mjs exports several Formulas (App, B)',
      ],
    ] as const) {
      it(`says so where a file exports ${what}`, () => {
        const { status, stdout, stderr } = tasktonic('run', written(file, text));
        expect([status, stdout]).to.deep.equal([1, '']);
        expect(stderr)
          .to.match(/^tasktonic: [^\n]+\n$/)
          .and.to.contain(says);
      });
    }

    it('says so where the file is missing, in the words or on the disk', () => {
      expect(tasktonic('run').stderr).to.equal('tasktonic: the file is missing: tasktonic run <file> [options]\n');
      expect(tasktonic('run').status).to.equal(2);
      expect(tasktonic('run', 'no.mjs').stderr).to.equal('tasktonic: there is no file no.mjs\n');
    });

    it('has what a module throws end it as in a program of its own, with the stack', () => {
      const { status, stderr } = tasktonic('run', written('throws.mjs', "throw new Error('no luck');\n"));
      expect(status).to.equal(1);
      expect(stderr).to.contain('Error: no luck').and.to.contain('throws.mjs:1');
    });
  });

  describe('dev', () => {
    it('runs it again when a file has changed, once it has drained; Ctrl-C ends it in order', async function () {
      onlyWithAll(this, 'a program that is started again on change');
      written('word.mjs', "export const word = 'first';\n");
      const { child, said, ended, text } = start('dev', written('app.mjs', `${APP}export default App;\n`), 'x');
      await said('first x');
      written('word.mjs', "export const word = 'second';\n");
      await said('second x');
      expect(text().indexOf('drained')).to.be.within(text().indexOf('first x'), text().indexOf('second x'));
      // By the terminal and by npm.
      child.kill('SIGINT');
      child.kill('SIGINT');
      expect(await ended).to.equal(0);
      expect(text().match(/drained/g)).to.have.length(2);
    });
  });

  describe('new', () => {
    it('makes a project whose package has the name of the folder and this version', () => {
      const { status, stdout } = tasktonic('new', 'deep/my-service');
      expect(status).to.equal(0);
      expect(stdout).to.contain('cd deep/my-service');
      const made = join(folder, 'deep/my-service');
      expect(readdirSync(made).sort()).to.deep.equal([
        '.gitignore',
        'README.md',
        'package.json',
        'src',
        'test',
        'tsconfig.json',
      ]);
      const { name, dependencies } = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8')) as {
        name: string;
        dependencies: Record<string, string>;
      };
      expect([name, dependencies['tasktonic']]).to.deep.equal(['my-service', `^${VERSION}`]);
      expect(readFileSync(join(made, 'README.md'), 'utf8')).to.match(/^# my-service\n/);
    });

    it('takes a folder that is there and empty', () => {
      mkdirSync(join(folder, 'empty'));
      expect(tasktonic('new', 'empty').status).to.equal(0);
    });

    for (const [what, name, says] of [
      ['a folder that is not empty', 'full', 'full is not empty (it has a)'],
      ['a file', 'file', 'file is a file'],
      ['a name that npm does not take', 'My Service', '"My Service" is no name of a package'],
      ['a name that is taken', 'tasktonic', 'a package cannot be named tasktonic'],
      ['a folder that cannot be made', 'file/below', 'file/below cannot be made'],
    ] as const) {
      it(`refuses ${what}, and leaves nothing`, () => {
        rmSync(join(folder, 'full'), { recursive: true, force: true });
        mkdirSync(join(folder, 'full'));
        written('full/a', '');
        written('file', '');
        const { status, stderr } = tasktonic('new', name);
        expect(status).to.equal(1);
        expect(stderr)
          .to.match(/^tasktonic: [^\n]+\n$/)
          .and.to.contain(says);
        expect(readdirSync(join(folder, 'full'))).to.deep.equal(['a']);
        if (!['full', 'file'].includes(name)) expect(existsSync(join(folder, name))).to.equal(false);
      });
    }
  });

  it('has the version of create-tasktonic', () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}create-tasktonic/package.json`, 'utf8')) as { version: string };
    expect(version).to.equal(VERSION);
  });
});
