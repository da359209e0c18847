import { expect } from 'chai';
import type { ServerCounts } from '../../src/index.js';
import { Peer, closePeers } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';

const DESCRIPTORS = 60;

describe('A program that has opened and closed more datagram sockets than it has file descriptors', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  it('has given their descriptors back: it serves every peer that comes then', async () => {
    const server = new Program('closed-datagram-sockets', {
      descriptors: DESCRIPTORS,
      args: [String(DESCRIPTORS * 2)],
    });
    const port = await server.port();
    for (let n = 0; n < 5; n++) await (await Peer.connect(port)).echo('is there room?');
    const { counts } = (await server.ask('counts')) as unknown as { counts: ServerCounts };
    expect([counts.accepted, counts.turnedAway.descriptors]).to.deep.equal([5, 0]);
  });
});
