import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Program } from '../support/program.js';

describe('SIGHUP', function () {
  this.timeout(30_000);
  let folder: string;
  let file: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'tasktonic-'))));
  beforeEach(() => writeFileSync((file = join(folder, 'app.json')), '{"limit": 1}'));
  after(() => rmSync(folder, { recursive: true }));

  const start = async (sighup: 'yes' | 'no'): Promise<Program> => {
    const program = new Program(new URL('./programs/reloads.ts', import.meta.url), [sighup, file]);
    await program.wrote('ready');
    return program;
  };

  it('has the configuration read again where the Formula says so, and says on stderr what is wrong where the log is off', async () => {
    const program = await start('yes');
    writeFileSync(file, '{"limit": 2}');
    program.signal('SIGHUP');
    await program.wrote('limit is 2');
    writeFileSync(file, '{"limit": "many"}');
    program.signal('SIGHUP');
    await program.complained('limit is "many"');
    writeFileSync(file, '{"limit": 3}');
    program.signal('SIGHUP');
    await program.wrote('limit is 3');
    program.signal('SIGTERM');
    const { code, out, err } = await program.exit();
    expect({ code, out }).to.deep.equal({ code: 0, out: ['ready', 'limit is 2', 'limit is 3', 'after run'] });
    expect(err).to.match(
      /^tasktonic: The configuration was read again and is not right, [^\n]*app\.json:1:\d+[^\n]*\n$/,
    );
  });

  it('ends the process where it does not, as it does without us', async () => {
    const program = await start('no');
    program.signal('SIGHUP');
    const { signal, out } = await program.exit();
    expect({ signal, out }).to.deep.equal({ signal: 'SIGHUP', out: ['ready'] });
  });
});
