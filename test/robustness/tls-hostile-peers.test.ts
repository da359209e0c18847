import { randomBytes } from 'node:crypto';
import { type Socket, connect as connectPlain } from 'node:net';
import { Duplex } from 'node:stream';
import { type TLSSocket, connect, createSecureContext } from 'node:tls';
import { expect } from 'chai';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { Recorder, type ServerApp, tidyUp } from '../support/net-app.js';
import { onRealSockets } from '../support/stage.js';
import { authority, own, serveTls } from '../support/tls.js';
import { until } from './support/later.js';

/** A peer that behaves: it says something now and then, and has each answered. */
class GoodPeer {
  readonly socket: TLSSocket;
  answered = 0;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
    this.socket.on('error', () => {});
  }

  async connected(): Promise<this> {
    await new Promise<void>((resolve, reject) => this.socket.once('secureConnect', resolve).once('error', reject));
    return this;
  }

  async asks(): Promise<void> {
    const answer = new Promise<Buffer>((resolve, reject) => this.socket.once('data', resolve).once('close', reject));
    this.socket.write('are you there?');
    expect(String(await answer)).to.equal('are you there?');
    this.answered++;
  }
}

class Echo extends Recorder {
  override ttse__onData(data: Buffer): void {
    this.say(data);
  }
}

/** The first flight of a client, as Node sends it. */
async function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const over = new Duplex({ read: () => {}, write: (bytes: Buffer, _encoding, done) => (resolve(bytes), done()) });
    connect({ socket: over, servername: 'localhost' }).on('error', () => {});
  });
}

function plain(port: number): Socket {
  return connectPlain({ port, host: '127.0.0.1' }).on('error', () => {});
}

async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
}

const settled = async (server: ServerApp<Recorder>, open: number): Promise<void> =>
  until(() => server.server.counts.open === open, `${open} connections open`);

describe('a TLS server with misbehaving peers', () => {
  onRealSockets('peers are sockets of Node, and do below TLS what no peer of ours does');
  afterEach(tidyUp);

  const serving = async (options: Parameters<typeof serveTls>[1] = {}): Promise<ServerApp<Recorder>> =>
    serveTls(own, options, () => new Echo());

  it('gives those with half a handshake their time, and lets in who comes after', async function () {
    onlyWithAll(this, 'the time of half a handshake');
    const hello = await clientHello();
    const server = await serving({ handshakeTimeout: 3_000, handshakes: 10 });
    const good = await new GoodPeer(server.port).connected();
    // Of TLS 1.3 the client is done before the server: with an answer it is past the door.
    await good.asks();
    const peers = Array.from({ length: 10 }, (_, n) => {
      const socket = plain(server.port);
      socket.write(hello.subarray(0, 20 * n));
      return socket;
    });
    await settled(server, 11);
    // The door is full: whoever comes is turned away at once, and those that are in notice nothing.
    const late = plain(server.port);
    await closed(late);
    expect(server.server.counts.turnedAway.handshakes).to.equal(1);
    await good.asks();
    for (const peer of peers) await closed(peer);
    expect(server.server.counts.turnedAway.handshake).to.equal(10);
    await (await new GoodPeer(server.port).connected()).asks();
    await good.asks();
  });

  it('refuses garbage, and everything that is nearly a handshake', async function () {
    this.timeout(120_000);
    const hello = await clientHello();
    const server = await serving({ handshakeTimeout: 60_000 });
    const good = await new GoodPeer(server.port).connected();
    const many = howMany(150, 3_000);
    for (let round = 0; round < many; round += 50) {
      const peers = Array.from({ length: 50 }, (_, n) => {
        const socket = plain(server.port);
        socket.end(spoilt(hello, round + n));
        return socket;
      });
      for (const peer of peers) await closed(peer);
      await good.asks();
    }
    await settled(server, 1);
    const { turnedAway, failed } = server.server.counts;
    expect(turnedAway.handshake + server.connections.length - 1).to.equal(Math.ceil(many / 50) * 50);
    expect(failed).to.equal(0);
    await good.asks();
  });

  /** A first flight as it should not be: other bytes, cut, doubled, some of them changed, or behind one that is right. */
  function spoilt(hello: Buffer, kind: number): Buffer {
    const noise = randomBytes(1 + Math.floor(Math.random() * 2_000));
    const changed = Buffer.from(hello);
    for (let n = 0; n <= kind % 7; n++) changed[Math.floor(Math.random() * changed.length)]! ^= 1 << (kind % 8);
    const kinds = [noise, hello.subarray(0, kind % hello.length), changed, Buffer.concat([hello, noise])];
    return kinds[kind % kinds.length]!;
  }

  it('closes a connection that receives something other than TLS, and no other connection', async () => {
    const server = await serving();
    const good = await new GoodPeer(server.port).connected();
    const below = plain(server.port);
    const bad = connect({ socket: below, ca: authority.cert, servername: 'localhost' }).on('error', () => {});
    await new Promise((resolve) => bad.once('secureConnect', resolve));
    const connection = await server.made(2);
    below.write(randomBytes(500));
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('error');
    expect(info.error.code).to.match(/^TT_TLS_/);
    await good.asks();
    await settled(server, 1);
  });

  it('does not agree on new keys in the middle: who tries is cut off, and costs nobody else anything', async () => {
    const server = await serving();
    const good = await new GoodPeer(server.port).connected();
    const secureContext = createSecureContext({ ca: authority.cert, maxVersion: 'TLSv1.2' });
    const peer = connect({ port: server.port, host: '127.0.0.1', secureContext, servername: 'localhost' });
    await new Promise((resolve) => peer.once('secureConnect', resolve));
    const answer = await new Promise<Error | null>((resolve) => {
      peer.once('error', resolve).once('close', () => resolve(new Error('closed')));
      peer.resume().renegotiate({}, resolve);
    });
    expect(answer).to.be.instanceOf(Error);
    await good.asks();
    peer.destroy();
    await settled(server, 1);
  });

  it('serves those that are in while others begin handshakes, and go in the middle of them', async function () {
    this.timeout(60_000);
    const server = await serving();
    const good = await new GoodPeer(server.port).connected();
    const hello = await clientHello();
    const many = howMany(100, 1_000);
    for (let n = 0; n < many; n++) {
      const socket = plain(server.port);
      socket.once('connect', () => {
        socket.write(hello);
        setImmediate(() => socket.resetAndDestroy());
      });
      if (n % 10 === 9) await good.asks();
    }
    await settled(server, 1);
    await good.asks();
    expect(server.server.counts.accepted).to.equal(1);
  });
});
