import { expect } from 'chai';
import { explore } from '../../../../src/testing/index.js';
import { body, options } from '../../../mutation/programs/peers.js';
import { howMany } from '../../../support/how-many.js';
import { stage } from '../../../support/stage.js';

describe('the sessions of a UdpServer, with many peers on a network that loses datagrams and brings some late', () => {
  before(function () {
    // The simulated network is the place of it.
    if (stage().isReal) this.skip();
  });

  it('are told their end once, hear nobody but their peer, and are never too many; and all that came is counted', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ ...options, runs: howMany(6, 24), seed: 1 }, body);
    for (const fault of ['loss', 'duplicate', 'stop', 'resume']) expect(faults[fault], fault).to.be.greaterThan(0);
  });
});
