import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Temporal as polyfill } from 'temporal-polyfill';
import { findTemporal } from '../doors/calendar.js';
import { expectThrow } from '../support/errors.js';

describe('Temporal, for the calendar', () => {
  it('is that of Node where it has it', () => {
    const Temporal = {} as typeof polyfill;
    expect(findTemporal({ Temporal })).to.equal(Temporal);
  });

  it('is the package temporal-polyfill where Node has none', () => {
    expect(findTemporal({})).to.equal(polyfill);
  });

  it('is missing where there is neither: then it is said what to install', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tasktonic-'));
    const error = expectThrow(() => findTemporal({}, join(folder, 'x.js')), 'TT_NO_TEMPORAL');
    expect(error.message).to.include('npm install temporal-polyfill.');
    rmSync(folder, { recursive: true });
  });
});
