import { expect } from 'chai';
import { type ListenInfo, TcpConnection, TcpServer } from '../../src/index.js';
import type { App } from '../support/app.js';
import { Later, until } from './support/later.js';
import { endApps, startNetworkApp } from './support/network-app.js';
import { closePeers, connectMany } from './support/peer.js';
import { howMany } from '../support/how-many.js';

const MILLION = 1_000_000;
const FLOOD = howMany(100_000, MILLION);
const SENDERS = 200;

/** A server in this process, and where it listens. */
async function serve(protocol: () => TcpConnection): Promise<{ app: App; port: number; server: TcpServer }> {
  const port = new Later<number>();
  let server!: TcpServer;
  class Server extends TcpServer {
    override ttse__onListening(info: ListenInfo): void {
      port.resolve(info.port);
    }
  }
  const app = await startNetworkApp(() => (server = new Server({ port: 0, host: '127.0.0.1', protocol })));
  return { app, server, port: await port.value };
}

describe('A flood of orders from a protocol handler', function () {
  this.timeout(90_000);

  afterEach(async () => {
    await closePeers();
    await endApps();
  });

  it(`of ${FLOOD} stops the reading, is carried out, and then reading goes on`, async () => {
    let left = 0;
    let atStart = 0;
    let queuedMeanwhile = 0;
    let read = 0;
    class Flooded extends TcpConnection {
      ttse__onData(data: Buffer): void {
        read += data.length;
        if (data[0] !== 'F'.charCodeAt(0)) return;
        atStart = server.traffic;
        left = FLOOD;
        for (let count = 0; count < FLOOD; count++) this.ttsc__work();
      }
      ttsc__work(): void {
        if (--left === 0) queuedMeanwhile = server.traffic - atStart;
      }
    }
    const connections = new Set<TcpConnection>();
    const server = {
      /** All that was taken from sockets, whether its orders have run or not. */
      get traffic(): number {
        let bytes = 0;
        for (const { traffic } of connections) bytes += traffic.receivedBytes;
        return bytes;
      },
    };
    const { port } = await serve(() => {
      const connection = new Flooded();
      connections.add(connection);
      return connection;
    });
    const [flooder, ...senders] = await connectMany(port, 1 + SENDERS);
    const stops = senders.map((peer) => peer.sendForEver(Buffer.alloc(64 * 1024)));
    await until(() => read > 10 * MILLION, 'bytes arrive', 30_000);
    flooder!.send('F');
    await until(() => left > 0, 'the flood begins', 30_000);
    await until(() => left === 0, 'the flood ends', 60_000);
    const atEnd = read;
    await until(() => read > atEnd + 20 * MILLION, 'reading goes on', 30_000);
    for (const stop of stops) stop();
    // A read or two of each of a share of 64.
    expect(queuedMeanwhile, 'bytes that were read during the flood').to.be.below(2 * 64 * 65_536);
  });

  it('that grows with all that is read is held near the high-water mark', async () => {
    const PER_READ = 200;
    let most = 0;
    let done = 0;
    class Amplifier extends TcpConnection {
      ttse__onData(): void {
        for (let count = 0; count < PER_READ; count++) this.ttsc__work();
        most = Math.max(most, app.main.queue.size);
      }
      ttsc__work(): void {
        done++;
      }
    }
    const { app, port } = await serve(() => new Amplifier());
    const senders = await connectMany(port, SENDERS);
    const stops = senders.map((peer) => peer.sendForEver(Buffer.alloc(64 * 1024)));
    await until(() => done > FLOOD, 'as many orders', 60_000);
    for (const stop of stops) stop();
    // What 64 connections give to a turn before it is known that they give too much.
    expect(most, 'orders that waited at once').to.be.below(2 * 64 * 6 * PER_READ);
  });
});
