import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { onlyWithAll } from '../support/how-many.js';
import { ROOT } from './support/pages.js';

const WRITTEN = [
  { what: 'the pages of options are what the sources say', script: 'scripts/options-table.mjs' },
  { what: 'the pages of rooms show the imports as they are', script: 'scripts/house.mjs' },
  { what: 'the pictures of the README show what they are made from', script: 'scripts/pictures.mjs' },
  { what: 'the figures on the pages are those of the newest report', script: 'scripts/speed-table.mjs' },
];

describe('what a script writes into the pages', () => {
  before(function () {
    onlyWithAll(this, 'each script reads all sources');
  });

  for (const { what, script } of WRITTEN) {
    it(`is up to date: ${what}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { cwd: ROOT, encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  }
});
