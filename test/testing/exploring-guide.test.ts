import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import ts from 'typescript';
import { ROOT, blocksOf } from '../docs/support/pages.js';
import { onlyWithAll } from '../support/how-many.js';

const PAGE = 'docs/test/exploring-faults.md';
const FOLDER = `${ROOT}dist/docs/exploring`;

describe(`the exploration in ${PAGE}`, () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('finds what the page says', function () {
    onlyWithAll(this, 'what a page says');
    this.timeout(60_000);
    expect(existsSync(`${ROOT}dist/lib/testing.js`), 'the package is built').to.be.true;
    const [program, shown] = blocksOf(PAGE);
    expect(shown!.note).to.equal('exploration');
    const file = `${FOLDER}/exploration.mjs`;
    const { outputText } = ts.transpileModule(program!.code, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(file, outputText);
    const { TASKTONIC_SEED: _, ...env } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: ROOT, env, encoding: 'utf8' });
    expect(stderr).to.equal('');
    expect(stdout).to.equal(shown!.code);
  });
});
