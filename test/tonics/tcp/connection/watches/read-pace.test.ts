import { expect } from 'chai';
import { TcpClient } from '../../../../../src/index.js';
import { lines } from '../../../../../src/framing/index.js';
import { Recorder, serve, startNet, tidyUp } from '../../../../support/net-app.js';
import { bench } from '../../../../support/bench.js';
import type { MoreOnPort } from '../../../../support/on-port.js';
import { listenOn } from '../../../../support/peers.js';

afterEach(tidyUp);

const pair = async (options: MoreOnPort) => {
  const app = await serve(() => new Recorder(), options);
  return { app, ...(await app.pair()) };
};

class Lines extends Recorder {
  ttse__onFrame(line: string): void {
    this.heard.push('onFrame', line);
  }
}

/** How long it takes until so many bytes have been received in all, in ms. */
async function timeFor(bytes: number, connections: readonly Recorder[], limit = 300_000): Promise<number> {
  const began = bench().clock.now();
  const received = (): number => connections.reduce((sum, { traffic }) => sum + traffic.receivedBytes, 0);
  await bench().till(() => received() >= bytes, limit);
  return bench().clock.now() - began;
}

describe('a connection that may read so much in a second', () => {
  it('takes the time for it, to within one read, and loses nothing', async () => {
    const { peer, connection } = await pair({ readRate: { perSecond: 100_000, burst: 1 } });
    const bytes = Buffer.alloc(1_000_000, 'abcdefg');
    peer.send(bytes);
    const ms = await timeFor(bytes.length, [connection]);
    expect(ms).to.be.within(9_000, 10_100);
    expect(connection.text).to.equal(bytes.toString());
  });

  it('takes its burst at once, and again after a pause', async () => {
    const { peer, connection } = await pair({ readRate: { perSecond: 10_000, burst: 50_000 } });
    peer.send(Buffer.alloc(50_000));
    expect(await timeFor(50_000, [connection])).to.be.lessThan(1_000);
    await bench().pass(5_000);
    peer.send(Buffer.alloc(50_000));
    expect(await timeFor(100_000, [connection])).to.be.lessThan(1_000);
  });

  it('is never late for who sends less', async () => {
    const { peer, connection } = await pair({ readRate: 1_000 });
    for (let n = 1; n <= 20; n++) {
      peer.send(Buffer.alloc(90));
      expect(await timeFor(n * 90, [connection])).to.be.lessThan(50);
      await bench().pass(100);
    }
  });

  it('holds the peer back, and not what came in memory', async () => {
    const { peer, connection } = await pair({ readRate: { perSecond: 1_000, burst: 1 } });
    peer.send(Buffer.alloc(30_000_000));
    await bench().pass(5_000);
    expect(connection.traffic.receivedBytes).to.be.at.most(200_000);
    expect(connection.heard.count('onDisconnected')).to.equal(0);
  });

  it('hears the frames that it has read, and the end, though it reads no more for a while', async () => {
    const app = await serve(() => new Lines(), { readRate: { perSecond: 10, burst: 1 }, framing: lines() });
    const { peer, connection } = await app.pair();
    peer.end('one\ntwo\nthree\n');
    await bench().till(() => connection.heard.count('onFrame') === 3, 500);
    await bench().till(() => connection.heard.count('onEnd') === 1);
  });

  it('is paused by its user, too, until that is over', async () => {
    const { peer, connection } = await pair({ readRate: { perSecond: 10_000, burst: 1 } });
    peer.send(Buffer.alloc(2_000));
    await timeFor(2_000, [connection]);
    connection.ttsc__pause();
    peer.send('more');
    await bench().pass(1_000);
    expect(connection.traffic.receivedBytes).to.equal(2_000);
    connection.ttsc__resume();
    await timeFor(2_004, [connection]);
  });

  it('may be closed while it waits, and leaves nothing', async () => {
    const { app, peer, connection } = await pair({ readRate: { perSecond: 1, burst: 1 } });
    const { timers } = connection._ttScheduler;
    const before = timers.size;
    peer.send(Buffer.alloc(60_000));
    await timeFor(1, [connection]);
    expect(timers.size).to.equal(before + 1);
    connection.ttsc__abort();
    await connection.heard.on('onFinished');
    expect(timers.size).to.equal(before);
    const ended = await app.over();
    expect(ended.result.exitCode).to.equal(0);
  });

  it('may be one of a client', async () => {
    const server = await listenOn();
    let client!: TcpClient;
    await startNet(
      () =>
        (client = new TcpClient({ port: server.port, host: '127.0.0.1', readRate: { perSecond: 50_000, burst: 1 } })),
    );
    (await server.peer()).send(Buffer.alloc(500_000));
    expect(await timeFor(500_000, [client as unknown as Recorder])).to.be.within(8_500, 10_100);
  });
});

describe('the connections of a server that may read so much in a second together', () => {
  it('take the time for it in all, and none of them waits for all others', async () => {
    const app = await serve(() => new Recorder(), { totalReadRate: { perSecond: 400_000, burst: 1 } });
    const pairs = [await app.pair(), await app.pair(), await app.pair(), await app.pair()];
    for (const { peer } of pairs) peer.send(Buffer.alloc(500_000));
    const connections = pairs.map(({ connection }) => connection);
    const first = await timeFor(1_000_000, connections);
    expect(first).to.be.within(1_900, 2_600);
    for (const { traffic } of connections) expect(traffic.receivedBytes).to.be.within(100_000, 450_000);
    expect(first + (await timeFor(2_000_000, connections))).to.be.within(4_300, 5_100);
  });

  it('are each held to their own as well', async () => {
    const options = { totalReadRate: { perSecond: 1_000_000, burst: 1 }, readRate: { perSecond: 100_000, burst: 1 } };
    const { peer, connection } = await pair(options);
    peer.send(Buffer.alloc(500_000));
    expect(await timeFor(500_000, [connection])).to.be.within(4_000, 5_100);
  });
});
