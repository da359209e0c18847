import { expect } from 'chai';
import { type RelayEnd, TcpClient, TcpConnection, relay } from '../../../../../src/index.js';
import { bench, till } from '../../../../support/bench.js';
import { codeOf, expectCode } from '../../../../support/errors.js';
import { Recorder, type ServerApp, serve, tidyUp } from '../../../../support/net-app.js';
import { type Peer, type PeerServer, freePort, listenOn } from '../../../../support/peers.js';
import type { MoreOnPort } from '../../../../support/on-port.js';
import { connectTls, own, serveTls } from '../../../../support/tls.js';
import { freePath, removeFolders, serveAt } from '../../../../support/unix.js';

afterEach(tidyUp);
afterEach(removeFolders);

/** A connection that is relayed to a backend as soon as it is there, and writes down what it hears. */
class Visitor extends Recorder {
  client: TcpClient | undefined;
  constructor(readonly options: { readonly port: number; readonly lingerTimeout?: number; readonly drain?: number }) {
    super();
  }
  override ttse__onConnected(): void {
    super.ttse__onConnected();
    const { drain = 0, ...options } = this.options;
    this.client = new TcpClient({ host: '127.0.0.1', retries: 0, ...options });
    relay(this, this.client, { drain });
  }
  ttse__onRelayEnded(end: RelayEnd): void {
    this.heard.push('onRelayEnded', end);
  }
}

interface Relayed {
  readonly app: ServerApp<Visitor>;
  readonly backend: PeerServer;
  readonly peer: Peer;
  /** The socket of the backend. */
  readonly behind: Peer;
  readonly visitor: Visitor;
  readonly client: TcpClient;
}

/** peer <-> visitor | client <-> behind */
const relayed = async (options: MoreOnPort = {}, ofClient: object = {}): Promise<Relayed> => {
  const backend = await listenOn('127.0.0.1', 0, true);
  const app = await serve(() => new Visitor({ port: backend.port, lingerTimeout: 100, ...ofClient }), {
    lingerTimeout: 100,
    ...options,
  });
  const { peer, connection: visitor } = await app.pair({ allowHalfOpen: true });
  const behind = await backend.peer();
  return { app, backend, peer, behind, visitor, client: visitor.client! };
};

/** The numbers 0, 1, 2, ... so that a byte that is lost, doubled or out of its place shows. */
const numbered = (size: number, from = 0): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32BE(at + from, at);
  return bytes;
};
const MIB = 1024 * 1024;

describe('relay()', () => {
  it('gives what comes from one connection to the other, both ways', async () => {
    const { peer, behind, visitor } = await relayed();
    peer.send('asked');
    await behind.received('asked');
    behind.send('answered');
    await peer.received('answered');
    expect(visitor.heard.names).to.deep.equal(['onConnected']);
  });

  it('gives single bytes in their order', async () => {
    const { peer, behind } = await relayed();
    const text = 'one byte at a time, each by itself';
    for (const byte of text) await peer.sends(byte);
    expect(await behind.received(text.length)).to.equal(text);
  });

  it('does not read from one while the other takes nothing: at most the high-water mark and one read are unsent', async () => {
    const { peer, behind, client } = await relayed({}, { highWaterMark: 65_536 });
    const all = numbered(8 * MIB);
    let most = 0;
    behind.socket.pause();
    peer.send(all);
    await till(() => {
      most = Math.max(most, client.unsentBytes);
      return most >= 65_536;
    });
    await bench().settled();
    expect(Math.max(most, client.unsentBytes)).to.be.at.most(2 * 65_536);
    behind.socket.resume();
    await behind.received(all.length);
    expect(behind.bytes.equals(all)).to.equal(true);
  });

  it('keeps the way back open when one peer has ended its side', async () => {
    const { peer, behind, visitor } = await relayed();
    peer.end('question');
    await behind.ended();
    expect(behind.text).to.equal('question');
    expect(visitor.phase).to.equal('halfClosed');
    behind.end('a late answer');
    await peer.ended();
    expect(peer.text).to.equal('a late answer');
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end).to.include({ toOther: 8, fromOther: 13, reason: 'peerEnded', error: undefined });
  });

  it('ends in order when both peers end at once', async () => {
    const { peer, behind, visitor } = await relayed();
    peer.end('from here');
    behind.end('from there');
    await Promise.all([peer.closed(), behind.closed()]);
    expect([peer.text, behind.text]).to.deep.equal(['from there', 'from here']);
    await visitor.heard.on('onFinished');
    expect(visitor.heard.names).to.deep.equal(['onConnected', 'onRelayEnded', 'onDisconnected', 'onFinished']);
  });

  it('tells each of the two what has passed, and by whose end it is over', async () => {
    const { app, peer, behind, visitor, client } = await relayed();
    peer.send('12345');
    await behind.received(5);
    behind.send('123');
    await peer.received(3);
    await app.app.inside(() => client.ttsc__close());
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end).to.include({ other: client, endedBy: client, toOther: 5, fromOther: 3, reason: 'closedHere' });
  });

  it('tells the base of one that does not hear it itself', async () => {
    const backend = await listenOn('127.0.0.1', 0, true);
    class Plain extends TcpConnection {
      override ttse__onConnected(): void {
        relay(this, new TcpClient({ host: '127.0.0.1', port: backend.port }));
      }
    }
    const app = await serve(() => new Plain());
    const { peer, connection } = await app.pair();
    const behind = await backend.peer();
    behind.end();
    peer.end();
    const [of, end] = await app.heard.on('onRelayEnded');
    expect(of).to.equal(connection);
    expect(end.other).to.be.instanceOf(TcpClient);
  });

  it('brings many megabytes both ways, each byte once and in its place', async () => {
    const { peer, behind, visitor } = await relayed();
    const there = numbered(4 * MIB);
    const back = numbered(3 * MIB, 7);
    peer.socket.end(there);
    behind.socket.end(back);
    await Promise.all([peer.ended(), behind.ended()]);
    expect(behind.bytes.equals(there)).to.equal(true);
    expect(peer.bytes.equals(back)).to.equal(true);
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect([end.toOther, end.fromOther]).to.deep.equal([there.length, back.length]);
  });

  it('passes from TLS on one side to bytes as they are on the other, and back', async () => {
    const backend = await listenOn('127.0.0.1', 0, true);
    const { port } = await serveTls(own, {}, () => new Visitor({ port: backend.port }));
    const { app, client } = await connectTls(port);
    await app.heard.on('onConnected');
    const behind = await backend.peer();
    const there = numbered(MIB);
    client.ttsc__send(there);
    client.ttsc__end();
    await behind.ended();
    expect(behind.bytes.equals(there)).to.equal(true);
    behind.end('answered');
    const [, data] = await app.heard.on('onData');
    expect(String(data)).to.equal('answered');
    const [, { error, discarded }] = await app.heard.on('onDisconnected');
    expect([error, discarded]).to.deep.equal([undefined, 0]);
  });

  it('passes on to a UNIX socket, and what comes back', async () => {
    const path = freePath();
    const { connection } = await serveAt(path);
    class AtPath extends Recorder {
      override ttse__onConnected(): void {
        relay(this, new TcpClient({ path }));
      }
    }
    const app = await serve(() => new AtPath());
    const { peer } = await app.pair({ allowHalfOpen: true });
    const behind = await connection();
    peer.end('asked');
    expect(String(await behind.heard.on('onData'))).to.equal('asked');
    behind.ttsc__send('answered');
    await peer.received('answered');
    behind.ttsc__end();
    await peer.ended();
  });

  it('resets the other one when one is reset, after what was given has left', async () => {
    const { peer, behind, visitor } = await relayed();
    peer.send('cut off in the mid');
    await behind.received(18);
    peer.reset();
    await behind.closed();
    expect(behind.heard.all('error')[0]![0]).to.have.property('code', 'ECONNRESET');
    expect(behind.heard.count('end')).to.equal(0);
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end.reason).to.equal('peerReset');
    expectCode(end.error, 'TT_PEER_RESET');
  });

  it('lets the peer hear at once when its backend cannot be reached', async () => {
    const port = await freePort();
    const app = await serve(() => new Visitor({ port }));
    const { peer, connection } = await app.pair();
    peer.send('is anybody there?');
    await peer.closed();
    const [end] = (await connection.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end.reason).to.equal('error');
    expectCode(end.error, 'TT_CONNECTION_REFUSED');
    const [info] = await connection.heard.on('onDisconnected');
    expectCode(info.error, 'TT_RELAY_BROKEN');
  });

  it('ends the other one in order when a Tonic finishes', async () => {
    const { peer, behind, visitor } = await relayed();
    peer.send('before the end');
    await behind.received(14);
    visitor.ttsc__finish();
    await behind.ended();
    await peer.ended();
  });

  it('goes on at the end of a Tonic for as long as it may, where that is said', async () => {
    const { peer, behind, visitor } = await relayed({}, { drain: 300 });
    visitor.ttsc__finish();
    peer.send('after the end has begun');
    await behind.received(23);
    behind.end('and an answer');
    await peer.ended();
    expect(peer.text).to.equal('and an answer');
    peer.end('the last word');
    await behind.ended();
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end).to.include({ reason: 'peerEnded', toOther: 36 });
  });

  it('is closed in order when that time is over', async () => {
    const { peer, behind, visitor } = await relayed({}, { drain: 100 });
    visitor.ttsc__finish();
    await Promise.all([peer.ended(), behind.ended()]);
    const [end] = (await visitor.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end.reason).to.equal('finished');
  });

  it('refuses options that it does not have', async () => {
    const { visitor, client } = await relayed();
    for (const options of [{ drain: -1 }, { drain: Infinity }, { drains: 5 }, 5])
      await visitor.inside(() =>
        expect(codeOf(() => relay(visitor, client, options as never))).to.equal('TT_BAD_OPTION'),
      );
  });

  it('gives first what had come and was not heard', async () => {
    const backend = await listenOn('127.0.0.1', 0, true);
    class Later extends Recorder<'asking'> {
      override ttse__onConnected(): void {
        this.toState('asking');
      }
      ttse_asking__onData(data: Buffer): void {
        this.heard.push('onData', data.toString());
        this.postpone();
        this.ttsc__join();
      }
      ttsc__join(): void {
        if (this.heard.count('joined') > 0) return;
        this.heard.push('joined');
        relay(this, new TcpClient({ host: '127.0.0.1', port: backend.port }));
      }
    }
    const app = await serve(() => new Later());
    const { peer } = await app.pair();
    peer.send('first ');
    peer.send('second');
    const behind = await backend.peer();
    peer.end(' third');
    await behind.ended();
    expect(behind.text).to.equal('first second third');
  });

  it('refuses a connection that is taken over, itself, and what is no connection', async () => {
    const { app, visitor, client } = await relayed();
    await visitor.inside(() => expect(codeOf(() => relay(visitor, client))).to.equal('TT_TAKEN_OVER'));
    await visitor.inside(() => expect(codeOf(() => visitor.toDuplex())).to.equal('TT_TAKEN_OVER'));
    const { connection: another } = await app.pair();
    await another.inside(() => expect(codeOf(() => relay(another, another))).to.equal('TT_RELAY_APART'));
    await another.inside(() => expect(codeOf(() => relay(another, undefined as never))).to.equal('TT_RELAY_APART'));
  });
});
