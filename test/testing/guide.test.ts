import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { Distiller } from '../../src/testing/index.js';
import { ROOT, blocksOf, guides } from '../docs/support/pages.js';
import { Door } from './support/door.js';
import { onlyWithAll } from '../support/how-many.js';

const FOLDER = `${ROOT}dist/docs/runners`;
const PAGES = guides().filter((page) => page.startsWith('docs/test/'));
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  mocha: ['node_modules/mocha/bin/mocha.js', '--no-config'],
  node: ['--test'],
  // It is no dependency. Of it the page uses `it` alone, which mocha has as well.
  vitest: ['node_modules/mocha/bin/mocha.js', '--no-config'],
};

describe('the tests in the guides of the Distiller', () => {
  before(function () {
    onlyWithAll(this, 'what a page says');
    mkdirSync(FOLDER, { recursive: true });
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  for (const { page, note, line, code } of PAGES.flatMap(blocksOf)) {
    const runner = /^test: (\w+)$/.exec(note)?.[1];
    if (runner === undefined) continue;
    for (const [what, changed, passes] of [
      ['pass', code, true],
      ['can fail', code.replace(/assert\.(equal|deepEqual)\(/g, 'assert.notDeepEqual('), false],
    ] as const) {
      if (!passes && changed === code) continue;
      it(`${what} with ${runner}: ${page}:${line}`, function () {
        this.timeout(30_000);
        expect(existsSync(`${ROOT}dist/lib/testing.js`), 'the package is built').to.be.true;
        const file = `${FOLDER}/${basename(page, '.md')}-${line}-${passes}.test.mjs`;
        writeFileSync(file, transpiled(changed.replace("from 'vitest'", "from 'mocha'")));
        const { status, stdout, stderr } = run(runner, file);
        expect(status === 0, stdout + stderr).to.equal(passes);
        if (!passes) expect(stdout + stderr).to.include('AssertionError');
      });
    }
  }
});

describe('the trace in docs/test/stop-and-look.md', () => {
  it('is what is printed', async () => {
    const distiller = await Distiller.start(undefined, { seed: 7 });
    const door = distiller.infuse(() => new Door({ name: 'door' }));
    door.ttsc__unlock('1');
    door.ttsc__unlock('42');
    await distiller.advance('2h');
    const shown = blocksOf('docs/test/stop-and-look.md').find(({ note }) => note === 'trace')!;
    expect(`${String(distiller)}\n`).to.equal(shown.code);
    await distiller.finish();
  });
});

describe('the failure in docs/test/seeds.md', () => {
  it('is what explore() throws', function () {
    onlyWithAll(this, 'what a page says');
    const blocks = blocksOf('docs/test/seeds.md');
    const { code } = blocks.find((block) => block.code.includes('explore({ runs: 100'))!;
    const shown = blocks.find(({ note }) => note === 'explored')!;
    const failing = code
      .replace(
        /^import .* 'node:test';$/m,
        'const test = (_name, body) => body().catch(({ message }) => console.log(message));',
      )
      .replace('0.01', '0.3')
      .replace('runs: 100', 'runs: 100, seed: 22');
    const file = `${FOLDER}/explored.mjs`;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, transpiled(failing));
    const { TASKTONIC_SEED: _seed, ...env } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8', env });
    rmSync(FOLDER, { recursive: true, force: true });
    expect(stdout + stderr).to.equal(shown.code);
  });
});

function transpiled(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return outputText;
}

function run(runner: string, file: string): { status: number | null; stdout: string; stderr: string } {
  // A runner that finds itself in another one's environment reports to it.
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return spawnSync(process.execPath, [...RUNNERS[runner]!, file], { cwd: ROOT, encoding: 'utf8', env });
}
