import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { type Module, modulesOf, scriptOf } from './support/modules.js';
import { onlyWithAll } from '../support/how-many.js';
import { ROOT, blocksOf } from './support/pages.js';
import { written } from './support/program.js';

/** Its own: tests of other pages empty theirs at the same time. */
const FOLDER = `${ROOT}dist/readme`;

describe('the test in README.md', () => {
  const modules = modulesOf(blocksOf('README.md'));
  const talk = modules.find(({ block }) => block.note === 'as: talk.ts')!;
  const tests = modules.find(({ block }) => block.note === 'test: node')!;

  afterEach(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('passes with the program of README.md', () => {
    const { output, status } = tested(scriptOf(talk));
    expect(status, output).to.equal(0);
    expect(output).to.match(/^# pass 2$/m);
  });

  it('finds that no line is said again', function () {
    onlyWithAll(this, 'the same test with a bug put in');
    expect(tested(scriptOf(talk).replace(' says: ', ' said: ')).output).to.match(/^# fail 1$/m);
  });

  it('finds that a peer without a name may stay', function () {
    onlyWithAll(this, 'the same test with a bug put in');
    expect(tested(scriptOf(talk).replace('10_000', '20_000').replace('10000', '20000')).output).to.match(/^# fail 1$/m);
  });

  function tested(program: string): { readonly output: string; readonly status: number | null } {
    written({ ...talk, path: `${FOLDER}/talk.js` }, program);
    const file = written({ ...tests, path: `${FOLDER}/talk.test.js` } satisfies Module, scriptOf(tests));
    // A runner that finds itself in another one's environment reports to it.
    const env = { ...process.env, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined, TASKTONIC_SEED: undefined };
    const words = ['--test', '--test-reporter=tap', file];
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8', env });
    return { output: stdout + stderr, status };
  }
});
