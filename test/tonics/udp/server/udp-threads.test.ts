import { expect } from 'chai';
import { type ListenInfo, UdpServer } from '../../../../src/index.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { type UdpPeer, closePeers, udpPeer } from '../../../support/peers.js';
import { onRealSockets } from '../../../support/stage.js';
import { SpreadSession } from '../../programs/spread-sessions.js';

describe('a UdpServer with sessions on real threads', function () {
  // Each thread loads the sources anew, which takes seconds on a busy machine.
  this.timeout(60_000);
  onRealSockets('datagrams go to real threads and back');

  afterEach(async function () {
    closePeers();
    await tidyUp.call(this);
  });

  it('answers from each of them, starts one again that has died, and ends with the last words of all', async () => {
    let server!: UdpServer;
    const app = await startNet(() => {
      server = new UdpServer({ host: '127.0.0.1', protocol: SpreadSession, catalysts: 2 });
    });
    const [{ port }] = (await app.heard.on('onListening')) as [ListenInfo];
    const answerOf = async (peer: UdpPeer, text = 'hello'): Promise<string> => {
      const before = peer.messages.length;
      peer.send(text, port);
      return peer.received(before + 1);
    };
    const peers: UdpPeer[] = [];
    for (let n = 0; n < 6; n++) peers.push(await udpPeer());
    const threadsOf = async (all: readonly UdpPeer[]): Promise<string[]> => {
      const threads: string[] = [];
      for (const peer of all) threads.push((await answerOf(peer)).split(' ')[0]!);
      return threads;
    };

    const threads = await threadsOf(peers);
    const [doomed] = threads;
    expect(threads.filter((thread) => thread === doomed)).to.have.length(3);
    for (let n = 0; n < 200; n++) for (const peer of peers) peer.send(`${n}`, port);
    for (const peer of peers) {
      await peer.received(201);
      const order = peer.messages.slice(1).map((text) => Number(text.split(' ')[1]));
      expect(order).to.deep.equal(Array.from({ length: 200 }, (_, n) => n));
    }

    peers[0]!.send('die', port);
    await app.bench.till(() => server.counts.failed === 3);
    const after = await threadsOf(peers);
    expect(after.filter((_, n) => threads[n] !== doomed)).to.deep.equal(threads.filter((one) => one !== doomed));
    expect(after).not.to.include(doomed);
    expect(server.counts).to.include({ accepted: 9, open: 6, failed: 3 });

    server.ttsc__close();
    for (const peer of peers)
      await peer.heard.until(() => peer.messages.at(-1) === 'over: finished, 0 unheard', 'its last word');
    await app.heard.on('onInfusionFinished');
    expect(server.counts).to.include({ open: 0, failed: 3, failedMessages: 0 });
  });
});
