import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

const ROOT = new URL('../../', import.meta.url).pathname;

describe('the program tasktonic', function () {
  this.timeout(60_000);

  it('prints on its standard output and ends with its exit code', () => {
    const run = (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [`${ROOT}dist/lib/cli.js`, ...words], {
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    expect(run('diagram', `${ROOT}test/cli/machines/door.ts`)).to.include({ status: 0, stderr: '' });
    expect(run('--help').stdout).to.match(/^Usage: tasktonic/);
    expect(run('diagram', 'none.ts')).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: 'tasktonic: the file none.ts is not there\n',
    });
    expect(run('paint').status).to.equal(2);
  });
});
