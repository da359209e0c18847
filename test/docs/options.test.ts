import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { ROOT } from './support/pages.js';

describe('docs/options.md', () => {
  it('is what the sources say', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/options-table.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });
});
