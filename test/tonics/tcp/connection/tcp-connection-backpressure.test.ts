import { expect } from 'chai';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { type AnyTonic, TcpClient, type TcpConnection, TcpServer } from '../../../../src/index.js';
import { expectCode } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { VirtualBench, bench } from '../../../support/bench.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { listenOn } from '../../../support/peers.js';
import { onRealSockets } from '../../../support/stage.js';
import type { MoreOnPort } from '../../../support/on-port.js';

afterEach(tidyUp);

type Options = MoreOnPort;

const pair = async (options: Options = {}) => {
  const app = await serve(() => new Recorder(), options);
  const { peer, connection } = await app.pair();
  await connection.heard.on('onConnected');
  return { app, peer, connection };
};

/** Connections whose peers are in the hands of the test. */
const fakes = async (count: number, options: Options = {}) => {
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  const connections: Recorder[] = [];
  const make = (): Recorder => {
    const connection = new Recorder();
    connections.push(connection);
    return connection;
  };
  const app = await startNet(() => void new TcpServer({ port: 9, protocol: make, ...options }), {
    options: { network },
    bench: clock,
  });
  const listener = await network.listener();
  listener.listens();
  const streams = Array.from({ length: count }, () => network.peer());
  for (const stream of streams) listener.accepts(stream);
  await clock.settled();
  return { app, clock, network, streams, connections };
};
const fake = async (options: Options = {}) => {
  const { app, clock, streams, connections } = await fakes(1, options);
  return { app, clock, stream: streams[0]!, connection: connections[0]! };
};

const MARKS = { highWaterMark: 20_000, lowWaterMark: 5_000 };
const KB = 'k'.repeat(1_000);

/** The numbers 0, 1, 2, ... as text, so that a byte that is lost, doubled or out of its place shows. */
const numbered = (size: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
};

describe('a TcpConnection with a peer that reads slowly', () => {
  it('tells once when more is unsent than the high-water mark, and once when the low-water mark is reached', async () => {
    const { clock, stream, connection } = await fake(MARKS);
    stream.stuck = true;
    const results = await connection.inside((self) => Array.from({ length: 22 }, () => self.say(KB)));
    expect(results).to.deep.equal([...Array<string>(20).fill('sent'), 'waiting', 'waiting']);
    await clock.settled();
    expect(connection.heard.all('onHighWater')).to.deep.equal([[21_000]]);
    expect(connection.unsentBytes).to.equal(22_000);

    stream.takes(16_999);
    await clock.settled();
    expect(connection.heard.count('onDrain')).to.equal(0);
    expect(await connection.inside((self) => self.say(''))).to.equal('waiting');
    stream.takes(1);
    await clock.settled();
    expect(connection.heard.count('onDrain')).to.equal(1);
    expect(await connection.inside((self) => self.say('x'))).to.equal('sent');
    stream.takes(6_000);
    await clock.settled();
    expect(connection.heard.names).to.deep.equal(['onConnected', 'onHighWater', 'onDrain']);
  });

  it('tells that before the next order, whoever has queued that', async () => {
    const { clock, stream, connection } = await fake(MARKS);
    stream.stuck = true;
    await connection.inside((self) => {
      self.ttsc__do(() => self.heard.push('next order'));
      self.say('x'.repeat(20_001));
    });
    await clock.settled();
    expect(connection.heard.names).to.deep.equal(['onConnected', 'onHighWater', 'next order']);
  });

  it('takes a quarter of the high-water mark for the low one', async () => {
    const { clock, stream, connection } = await fake({ highWaterMark: 20_000 });
    stream.stuck = true;
    connection.ttsc__send('x'.repeat(25_000));
    await clock.settled();
    stream.takes(19_999);
    await clock.settled();
    expect(connection.heard.count('onDrain')).to.equal(0);
    stream.takes(1);
    await clock.settled();
    expect(connection.heard.count('onDrain')).to.equal(1);
  });

  it('reads no more until then, and loses nothing', async () => {
    const { clock, stream, connection } = await fake(MARKS);
    stream.stuck = true;
    connection.ttsc__send('x'.repeat(25_000));
    await clock.settled();
    stream.receives('held back');
    await clock.settled();
    expect(connection.text).to.equal('');
    stream.takes(25_000);
    await clock.settled();
    expect(connection.text).to.equal('held back');
  });

  it('reads on with pauseReading: false', async () => {
    const { clock, stream, connection } = await fake({ ...MARKS, pauseReading: false });
    stream.stuck = true;
    connection.ttsc__send('x'.repeat(25_000));
    await clock.settled();
    stream.receives('heard');
    await clock.settled();
    expect(connection.text).to.equal('heard');
    expect(connection.heard.count('onHighWater')).to.equal(1);
  });

  describe('on a socket of Node', () => {
    onRealSockets('it is Node that buffers');

    it('hears onDrain also where Node thinks that little is buffered', async () => {
      const before = getDefaultHighWaterMark(false);
      // That of Node 22.
      setDefaultHighWaterMark(false, 65_536);
      try {
        const { peer, connection } = await pair({ highWaterMark: 16_384 });
        peer.socket.pause();
        await connection.inside((self) => {
          while (self.say(KB) === 'sent');
        });
        await connection.heard.on('onHighWater');
        peer.socket.resume();
        await connection.heard.on('onDrain');
      } finally {
        setDefaultHighWaterMark(false, before);
      }
    });
  });

  it('sends everything to a peer that begins to read', async () => {
    const { peer, connection } = await pair({ highWaterMark: 65_536 });
    const all = numbered(6_000_000);
    peer.socket.pause();
    let at = 0;
    const push = (self: Recorder): void => {
      while (at < all.length && self.say(all.subarray(at, (at += 50_000))) === 'sent');
    };
    for (let drains = 0; at < all.length;) {
      await connection.inside(push);
      if (connection.unsentBytes > 0) peer.socket.resume();
      if (at < all.length) await connection.heard.on('onDrain', ++drains);
    }
    await peer.received(all.length);
    expect(peer.bytes.equals(all)).to.equal(true);
    expect(connection.heard.count('onHighWater')).to.be.greaterThan(0);
    expect(connection.heard.count('onError')).to.equal(0);
  });

  it('holds the peer back that it echoes to, and gives every byte back in the end', async () => {
    class Echo extends Recorder {
      most = 0;
      override ttse__onData(data: Buffer): void {
        this.send(data);
        this.most = Math.max(this.most, this.unsentBytes);
      }
    }
    const app = await serve(() => new Echo(), { highWaterMark: 65_536 });
    const { peer, connection } = await app.pair();
    const all = numbered(16_000_000);
    peer.socket.pause();
    peer.send(all);
    await connection.heard.on('onHighWater');
    peer.socket.resume();
    await peer.received(all.length);
    expect(peer.bytes.equals(all)).to.equal(true);
    expect(connection.most).to.be.below(2_000_000);
  });

  describe('with more unsent than unsentLimit', () => {
    it('is closed, and told why', async () => {
      const { clock, stream, connection } = await fake({ ...MARKS, unsentLimit: 30_000 });
      stream.stuck = true;
      const results = await connection.inside((self) => [
        self.say('x'.repeat(30_000)),
        self.say('y'),
        self.say('not any more'),
      ]);
      expect(results).to.deep.equal(['waiting', 'refused', 'refused']);
      await clock.settled();
      const [info] = await connection.heard.on('onDisconnected');
      expect(info).to.include({ reason: 'overflow', discarded: 30_001 });
      expect(expectCode(info.error, 'TT_UNSENT_LIMIT').details).to.deep.equal({ bytes: 30_001 });
      expect(stream.wasReset).to.equal(true);
      expect(connection.heard.all('onError').map(([{ code }]) => code as string)).to.deep.equal([
        'TT_UNSENT_LIMIT',
        'TT_SEND_REFUSED',
      ]);
      await connection.heard.on('onFinished');
    });

    it('is refused with onUnsentLimit: refuse, and goes on', async () => {
      const { clock, stream, connection } = await fake({ ...MARKS, unsentLimit: 30_000, onUnsentLimit: 'refuse' });
      stream.stuck = true;
      const results = await connection.inside((self) => [self.say('x'.repeat(29_999)), self.say('yy'), self.say('z')]);
      expect(results).to.deep.equal(['waiting', 'refused', 'waiting']);
      connection.ttsc__send('too much again');
      await clock.settled();
      expect(connection.heard.all('onError').map(([{ code }]) => code as string)).to.deep.equal([
        'TT_UNSENT_LIMIT',
        'TT_UNSENT_LIMIT',
      ]);
      expect(connection.phase).to.equal('open');
      stream.takes(30_000);
      await clock.settled();
      expect(await connection.inside((self) => self.say('!'))).to.equal('sent');
      stream.peerEnds();
      stream.takes(1);
      await clock.settled();
      expect((await connection.heard.on('onDisconnected'))[0]).to.include({ reason: 'peerEnded', discarded: 0 });
      expect(stream.sent).to.equal(`${'x'.repeat(29_999)}z!`);
    });

    it('is not one that has gathered it in one turn, for a peer that takes it', async () => {
      const { clock, stream, connection } = await fake({ highWaterMark: 20_000, unsentLimit: 20_000 });
      const results = await connection.inside((self) => [1, 2, 3].map(() => self.say('x'.repeat(15_000))));
      expect(results).to.deep.equal(['sent', 'sent', 'sent']);
      await clock.settled();
      expect([connection.phase, stream.sent.length]).to.deep.equal(['open', 45_000]);
    });

    it('is closed in the middle of a sparkle that sends; the peers of others go on', async () => {
      const { app, peer, connection } = await pair({ highWaterMark: 16_384, unsentLimit: 100_000 });
      peer.socket.pause();
      connection.ttsc__do((self: Recorder) => {
        while (self.say(KB.repeat(50)) !== 'refused');
      });
      const [info] = await connection.heard.on('onDisconnected');
      expect(info.reason).to.equal('overflow');
      const other = await app.pair();
      other.peer.send('hello');
      await other.connection.heard.on('onData');
    });
  });
});

describe('a TcpConnection that is paused', () => {
  it('hears nothing until it is resumed, and nothing is lost', async () => {
    const { peer, connection } = await pair();
    connection.ttsc__pause();
    await bench().settled();
    const all = numbered(3_000_000);
    peer.send(all);
    peer.end();
    for (let turn = 0; turn < 20; turn++) await bench().settled();
    expect(connection.heard.names).to.deep.equal(['onConnected']);
    expect(connection.traffic.receivedMessages).to.equal(0);
    connection.ttsc__resume();
    await connection.heard.on('onEnd');
    const bytes = Buffer.concat(connection.heard.all('onData').map(([data]) => data as Buffer));
    expect(bytes.equals(all)).to.equal(true);
    expect(connection.traffic).to.include({ receivedBytes: all.length });
    expect(connection.traffic.receivedMessages).to.equal(connection.heard.count('onData'));
  });

  it('holds the peer back', async () => {
    const { peer, connection } = await pair();
    connection.ttsc__pause();
    await bench().settled();
    const all = Buffer.alloc(12_000_000);
    expect(peer.socket.write(all)).to.equal(false);
    for (let turn = 0; turn < 50; turn++) await bench().settled();
    expect(peer.socket.writableLength).to.be.greaterThan(0);
    connection.ttsc__resume();
    await connection.heard.until(() => connection.traffic.receivedBytes === all.length, 'all of it');
  });

  it('still sends', async () => {
    const { peer, connection } = await pair();
    connection.ttsc__pause();
    connection.ttsc__send('still here');
    expect(await peer.received('still here')).to.equal('still here');
  });

  it('stays paused when what was unsent has left', async () => {
    const { clock, stream, connection } = await fake(MARKS);
    stream.stuck = true;
    connection.ttsc__pause();
    connection.ttsc__send('x'.repeat(25_000));
    await clock.settled();
    stream.receives('not yet');
    stream.takes(25_000);
    await clock.settled();
    expect([connection.heard.count('onDrain'), connection.text]).to.deep.equal([1, '']);
    connection.ttsc__resume();
    await clock.settled();
    expect(connection.text).to.equal('not yet');
  });

  it('stays held back by what is unsent when it is resumed', async () => {
    const { clock, stream, connection } = await fake(MARKS);
    stream.stuck = true;
    connection.ttsc__send('x'.repeat(25_000));
    connection.ttsc__pause();
    connection.ttsc__resume();
    await clock.settled();
    stream.receives('not yet');
    await clock.settled();
    expect(connection.text).to.equal('');
    stream.takes(25_000);
    await clock.settled();
    expect(connection.text).to.equal('not yet');
  });
});

describe('a TcpConnection whose bytes are relayed to another one', () => {
  /** Sends what it hears to the next one. */
  class Relaying extends Recorder {
    next: { ttsc__send(data: Buffer): void } | undefined;
    override ttse__onData(data: Buffer): void {
      super.ttse__onData(data);
      this.next?.ttsc__send(data);
    }
  }
  const relay = async (options: Options = {}) => {
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    const connections: Relaying[] = [];
    const make = (): Relaying => {
      const connection = new Relaying();
      connections.push(connection);
      return connection;
    };
    const app = await startNet(() => void new TcpServer({ port: 9, protocol: make, ...MARKS, ...options }), {
      options: { network },
      bench: clock,
    });
    const listener = await network.listener();
    listener.listens();
    const [from, to] = [network.peer(), network.peer()];
    listener.accepts(from);
    listener.accepts(to);
    await clock.settled();
    connections[0]!.next = connections[1];
    return { app, clock, from, to, source: connections[0]!, target: connections[1]! };
  };

  for (const pauseReading of [true, false]) {
    it(`is held back while that one cannot send it on, with pauseReading: ${pauseReading}`, async () => {
      const { clock, from, to, source } = await relay({ pauseReading });
      to.stuck = true;
      from.receives('x'.repeat(21_000));
      await clock.settled();
      from.receives('more');
      await clock.settled();
      expect(source.traffic.receivedBytes).to.equal(21_000);
      to.takes(21_000);
      await clock.settled();
      expect(source.traffic.receivedBytes).to.equal(21_004);
      expect(to.sent.endsWith('xmore')).to.equal(true);
    });
  }

  it('reads on when that one is gone', async () => {
    const { clock, from, to, source, target } = await relay();
    to.stuck = true;
    from.receives('x'.repeat(21_000));
    await clock.settled();
    target.ttsc__abort();
    await clock.settled();
    from.receives('more');
    await clock.settled();
    expect(source.text.endsWith('more')).to.equal(true);
  });

  it('may go first', async () => {
    const { clock, from, to, source, target } = await relay();
    to.stuck = true;
    from.receives('x'.repeat(21_000));
    await clock.settled();
    source.ttsc__abort();
    await clock.settled();
    expect(source.finished).to.equal(true);
    to.takes(21_000);
    await clock.settled();
    expect([target.phase, target.heard.count('onDrain')]).to.deep.equal(['open', 1]);
  });

  /** A proxy: for each peer a client that connects onwards. */
  class Inbound extends Recorder {
    client!: TcpClient;
    constructor(
      private readonly port: number,
      private readonly protocol?: () => TcpConnection,
    ) {
      super();
    }
    override ttse__onConnected(): void {
      const { port, protocol } = this;
      this.client = new TcpClient({ port, host: '127.0.0.1', highWaterMark: 65_536, ...(protocol && { protocol }) });
    }
    override ttse__onData(data: Buffer): void {
      super.ttse__onData(data);
      this.client.ttsc__send(data);
    }
    ttse__onInfusionFinished(): void {
      this.ttsc__close();
    }
  }
  for (const protocol of [undefined, () => new Recorder()]) {
    it(`to a client that is still connecting${protocol ? ', and has a protocol' : ''}: nothing is lost, and nothing stands still`, async () => {
      const upstream = await listenOn();
      const app = await serve(() => new Inbound(upstream.port, protocol));
      const { peer } = await app.pair();
      const all = numbered(10_000_000);
      peer.send(all);
      const far = await upstream.peer();
      far.socket.pause();
      await app.app.settled();
      far.socket.resume();
      await far.received(all.length);
      expect(far.bytes.equals(all)).to.equal(true);
    });

    it(`to a client${protocol ? ' with a protocol' : ''} whose server reads nothing is held back`, async () => {
      const upstream = await listenOn();
      const app = await serve(() => new Inbound(upstream.port, protocol));
      const { peer, connection } = await app.pair();
      const far = await upstream.peer();
      far.socket.pause();
      const all = numbered(24_000_000);
      peer.send(all);
      let before = -1;
      while (connection.traffic.receivedBytes !== before || before <= 0) {
        before = connection.traffic.receivedBytes;
        for (let turn = 0; turn < 20; turn++) await app.app.settled();
      }
      expect(connection.client.unsentBytes).to.be.below(2_000_000);
      expect(peer.socket.writableLength).to.be.greaterThan(0);
      far.socket.resume();
      await far.received(all.length);
      expect(far.bytes.equals(all)).to.equal(true);
    });
  }

  it('is told by its own events only: those of its clients are not for it', async () => {
    const upstream = await listenOn();
    const app = await serve(() => new Inbound(upstream.port));
    const { peer, connection } = await app.pair();
    (await upstream.peer()).send('from upstream').end();
    await connection.heard.on('onDisconnected');
    await peer.ended();
    expect(connection.heard.names).to.not.include('onData');
    expect([...(connection as AnyTonic).infusions]).to.deep.equal([]);
  });
});
