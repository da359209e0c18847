import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { kernelDrops } from '../doors/selector.js';
import { till } from '../support/bench.js';
import { tidyUp } from '../support/net-app.js';
import { needsIPv6 } from '../support/peers.js';
import { onRealSockets } from '../support/stage.js';
import { serveUdp } from '../support/udp-server.js';

afterEach(tidyUp);

const open = new Set<Socket>();

async function bound(host: string, port = 0): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr: true, recvBufferSize: 1 });
  open.add(socket);
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

/** Sends so many, each of which has left before this is over. */
async function flood(port: number, host: string, many: number): Promise<void> {
  const sender = await bound(host);
  const left = Array.from(
    { length: many },
    async () => new Promise<void>((resolve) => sender.send(Buffer.alloc(1_000), port, host, () => resolve())),
  );
  await Promise.all(left);
}

describe('what the kernel has dropped of a UDP socket', () => {
  onRealSockets('the kernel is what these are about');
  before(function () {
    if (process.platform === 'linux') return;
    console.log('      skipped: this system does not tell');
    this.skip();
  });
  afterEach(() => {
    for (const socket of open) socket.close();
    open.clear();
  });

  for (const host of ['127.0.0.1', '::1'])
    it(`is told for ${host}: nothing at first, and what had no room`, async function () {
      if (host === '::1') await needsIPv6(this);
      const socket = await bound(host);
      const { port } = socket.address();
      const local = { address: host, port };
      expect(kernelDrops(local)).to.equal(0);
      // It has the smallest buffer.
      await flood(port, host, 50);
      expect(kernelDrops(local)).to.be.within(1, 50);
      expect(kernelDrops({ address: host, port: (await bound(host)).address().port })).to.equal(0);
    });

  it('is undefined for an unused port, and for a text that is not an address', () => {
    expect(kernelDrops({ address: '127.0.0.1', port: 1 })).to.equal(undefined);
    expect(kernelDrops({ address: 'localhost', port: 1 })).to.equal(undefined);
  });

  it('is in the counts of a UdpServer', async () => {
    const { server, port } = await serveUdp(undefined, { receiveBuffer: 1 });
    expect(server.counts.dropped.kernel).to.equal(0);
    await flood(port, '127.0.0.1', 50);
    await till(() => server.counts.receivedMessages + server.counts.dropped.kernel! === 50);
    expect(server.counts.dropped.kernel).to.be.within(1, 49);
  });
});
