import { expect } from 'chai';
import { TcpConnection, TcpServer, UdpSocket } from '../../src/index.js';
import { FakeNetwork, type FakeStream } from '../support/fake-network.js';
import { VirtualBench } from '../support/bench.js';
import { Recorder, startNet, tidyUp } from '../support/net-app.js';
import { howMany } from '../support/how-many.js';

afterEach(tidyUp);

/** Each line is an order. */
class Lines extends TcpConnection {
  static ran = 0;
  #rest = '';
  ttse__onData(data: Buffer): void {
    const lines = (this.#rest + data.toString()).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.ttsc__line(line);
  }
  ttsc__line(line: string): void {
    Lines.ran++;
    this.send(`OK ${line}\n`);
  }
}

const FLOOD = 'a flooder sends\n'.repeat(4_096);

describe('one small request', () => {
  let streams: FakeStream[];
  let clock: VirtualBench;
  beforeEach(async () => {
    Lines.ran = 0;
    const network = new FakeNetwork();
    clock = new VirtualBench();
    await startNet(() => void new TcpServer({ port: 9, protocol: Lines }), {
      options: { network, turnOrders: 500 },
      bench: clock,
    });
    const listener = await network.listener();
    listener.listens();
    streams = Array.from({ length: 101 }, () => network.peer());
    for (const stream of streams) listener.accepts(stream);
    await clock.settled();
  });

  /** How many lines of others run before the good peer has its answer. */
  const waits = async (good: FakeStream): Promise<number> => {
    const before = Lines.ran;
    good.sent = '';
    good.receives('please\n');
    await clock.till(() => good.sent !== '');
    expect(good.sent).to.equal('OK please\n');
    return Lines.ran - before;
  };

  it('does not wait for all that a hundred flooders have sent', async () => {
    const [good, ...flooders] = streams;
    for (const flooder of flooders) flooder.receives(FLOOD);
    // They have sent 400,000 lines. What came before anybody knew that each of them is an order is a part of these.
    expect(await waits(good!)).to.be.lessThan(100_000);
    expect(await waits(good!)).to.be.lessThan(20_000);
    let worst = 0;
    for (let n = 0; n < 10; n++) worst = Math.max(worst, await waits(good!));
    expect(worst).to.be.lessThan(10_000);
    expect(Lines.ran, 'the flood goes on').to.be.lessThan(400_000);
  });

  it('is answered, and so is each line of the flooders, in order', async () => {
    const [good, ...flooders] = streams;
    const lines = howMany(1_024, 4_096);
    const flood = 'a flooder sends\n'.repeat(lines);
    for (const flooder of flooders) flooder.receives(flood);
    await waits(good!);
    await clock.till(() => Lines.ran > 100 * lines);
    await clock.settled();
    for (const { sent } of flooders) expect(sent).to.equal(flood.replaceAll('a f', 'OK a f'));
  });

  it('brings no whole chunk while others wait: each flooder brings a share a turn', async () => {
    const [, ...flooders] = streams;
    for (const flooder of flooders) flooder.receives(FLOOD);
    await clock.till(() => Lines.ran >= 120_000);
    const left = flooders.map(({ received }) => received);
    // Round by round: nobody is far ahead of the others that began with a share.
    const slow = left.filter((bytes) => bytes > 0);
    expect(Math.max(...slow) - Math.min(...slow)).to.be.at.most((64 * 1_024) / 4);
    expect(slow.length).to.be.greaterThan(50);
  });
});

describe('the end of a connection', () => {
  it('that is found while it may only bring a share is told behind all that came before, for what it is', async () => {
    const network = new FakeNetwork();
    const stream = network.peer();
    let connection!: Recorder;
    /** Each byte is an order; with the first one come much data and a reset. */
    class Bytes extends Recorder {
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        if (data.length === 300) for (let at = 0; at < data.length; at++) this.ttsc__byte(at);
      }
      ttsc__byte(at: number): void {
        if (at > 0) return;
        stream.receives('x'.repeat(10_000));
        stream.fails('ECONNRESET');
      }
    }
    const clock = new VirtualBench();
    await startNet(() => void new TcpServer({ port: 9, protocol: () => (connection = new Bytes()) }), {
      options: { network, turnOrders: 10 },
      bench: clock,
    });
    const listener = await network.listener();
    listener.listens();
    listener.accepts(stream);
    await clock.settled();
    stream.receives('y'.repeat(300));
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'peerReset' });
    const parts = connection.heard.all('onData').map(([data]) => (data as Buffer).length);
    expect(parts.length, 'it came by shares').to.be.greaterThan(3);
    expect(connection.text.length).to.equal(10_300);
  });
});

describe('a socket for datagrams', () => {
  it('does not make an order of each datagram that waits while others wait, and hears all of them', async () => {
    let most = 0;
    let heard = 0;
    class Ear extends UdpSocket {
      ttse__onDatagram(): void {
        heard++;
        most = Math.max(most, this._ttCatalyst.queue.size);
      }
    }
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    await startNet(() => void new Ear({ port: 9 }), { options: { network }, bench: clock });
    const channel = await network.datagram();
    channel.opens();
    await clock.settled();
    const from = { address: '10.0.0.1', port: 1, family: 'IPv4' } as const;
    for (let n = 0; n < 4_000; n++) channel.receives('x', from);
    await clock.settled();
    await clock.till(() => heard === 4_000);
    expect(most).to.be.lessThan(400);
  });
});
