import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { howMany, onlyWithAll } from '../support/how-many.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const packages = createRequire(import.meta.url);
const { version: VERSION } = packages('../../package.json') as { version: string };

/** An app in one file, as most begin; it runs its Formula at the top. */
const APP = `
import { Formula, Tonic } from 'tasktonic';
class Door extends Tonic.with({ states: ['locked', 'open'] }) {
  ttsc_locked__unlock() { this.#go(); }
  #go() { this.toState('open'); }
}
class App extends Formula {
  made = console.log('a Formula was made');
  creatingFormula() { console.log('it runs'); return {}; }
  creatingStartingTonics() { new Door(); }
}
`;
const TYPED = APP.replace("{ console.log('it runs'); return {}; }", "{ console.log('it runs'); return {}; }");

let folder: string;

/** A project with the package, and what else it is to have. */
function project(name: string, type: 'module' | 'commonjs', ...more: string[]): string {
  const made = join(folder, name);
  for (const at of ['tasktonic', ...more]) {
    const link = join(made, 'node_modules', at);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(at === 'tasktonic' ? ROOT : dirname(packages.resolve(`${at}/package.json`)), link);
  }
  writeFileSync(join(made, 'package.json'), JSON.stringify({ type }));
  const options = { module: 'nodenext', target: 'es2022', types: ['node'], strict: false, skipLibCheck: true };
  // What ts-node checks is not our matter, and takes it some seconds: scripts/check-types.mjs checks the types of the package.
  const config = { compilerOptions: options, 'ts-node': { transpileOnly: true } };
  writeFileSync(join(made, 'tsconfig.json'), JSON.stringify(config));
  return made;
}

/** Types a command in a project, with a file in it. */
function tasktonic(cwd: string, file: string, text: string, ...flags: string[]) {
  writeFileSync(join(cwd, file), text);
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' };
  const words = [...flags, `${ROOT}dist/lib/cli.js`, 'diagram', file, 'Door'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

describe('the program tasktonic', function () {
  this.timeout(60_000);
  before(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'tasktonic-')))));
  after(() => rmSync(folder, { recursive: true }));

  it('says its version, and ends with its exit code', () => {
    const run = (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [`${ROOT}dist/lib/cli.js`, ...words], {
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    expect(run('--help').stdout).to.match(/^Usage: tasktonic/);
    expect(run('--version')).to.deep.equal({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(run('-v').stdout).to.equal(`${VERSION}\n`);
    expect(run('diagram', 'none.ts')).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: 'tasktonic: there is no file none.ts\n',
    });
    expect(run('paint').status).to.equal(2);
  });

  for (const [how, call] of [
    ['awaits', 'await App.run();\nexport const after = console.log("it ended");'],
    ['does not await', 'void App.run();'],
    ['waits for with others', 'await Promise.all([App.run(), null]);'],
    ['runs by its instance', 'void Object.create(App.prototype)._ttRun();'],
  ] as const) {
    it(`draws, and does not run, the app that a module ${how}; nor waits for what else it began`, () => {
      const cwd = project(how.replaceAll(' ', '-'), 'module');
      const { status, stdout, stderr } = tasktonic(cwd, 'app.mjs', `${APP}\nsetInterval(() => {}, 1000);\n${call}\n`);
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^stateDiagram-v2\n[^]*locked --> open : unlock\n$/);
      expect(status).to.equal(0);
    });
  }

  it('does not run one that is run later either', () => {
    const cwd = project('later', 'module');
    const { stdout } = tasktonic(
      cwd,
      'app.mjs',
      `${APP}\nsetImmediate(() => App.run());\nprocess.on('exit', () => {});\n`,
    );
    expect(stdout)
      .to.match(/^stateDiagram-v2\n/)
      .and.to.not.include('Formula was made');
  });

  for (const type of (['module', 'commonjs'] as const).slice(0, howMany(1, 2))) {
    for (const loader of (['tsx', 'ts-node'] as const).slice(0, howMany(1, 2))) {
      it(`loads TypeScript with ${loader} where the project has it, in a package of type ${type}`, () => {
        const cwd = project(`${loader}-${type}`, type, loader, 'typescript', '@types/node');
        const { stderr, stdout } = tasktonic(cwd, 'app.ts', `${TYPED}\nvoid App.run();\n`);
        expect(stderr).to.equal('');
        expect(stdout).to.match(/^stateDiagram-v2\n[^]*locked --> open : unlock\n$/);
      });
    }
  }

  it('takes the loader that it was started with', function () {
    onlyWithAll(this, 'a loader of others, given by hand');
    const cwd = project('given', 'module', 'typescript');
    const loader = packages.resolve('tsx');
    const { stderr, stdout } = tasktonic(
      cwd,
      'app.ts',
      `enum E { A }\n${TYPED}\nvoid App.run(E.A);\n`,
      '--import',
      loader,
    );
    expect(stderr).to.equal('');
    expect(stdout).to.include('locked --> open : unlock');
  });

  it('loads TypeScript with Node where that can, and else says what to install', function () {
    const cwd = project('none', 'module', 'typescript');
    const { status, stdout, stderr } = tasktonic(cwd, 'app.ts', `${TYPED}\nvoid App.run();\n`);
    if (typeof (process.features as { typescript?: unknown }).typescript === 'string') {
      expect(stdout, stderr).to.include('locked --> open : unlock');
      const needs = tasktonic(cwd, 'other.ts', `import { x } from './app2.js';\nx();\n${TYPED}`);
      expect(needs.stderr).to.include('npm install --save-dev tsx');
    } else {
      expect(status).to.equal(1);
      expect(stderr).to.equal(
        `tasktonic: Node ${process.versions.node} by itself does not load ${cwd}/app.ts: a loader helps: npm install --save-dev tsx, or ts-node\n`,
      );
    }
  });
});
