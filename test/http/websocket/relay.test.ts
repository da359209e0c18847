import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type RelayEnd, TcpClient, TcpConnection, TcpServer, relay } from '../../../src/index.js';
import { type Message, WebSocketClient, WebSocketConnection, overWebSocket } from '../../doors/http.js';
import { bench, till } from '../../support/bench.js';
import { codeOf, expectCode } from '../../support/errors.js';
import { Heard } from '../../support/heard.js';
import { type ServerApp, Recorder, serve, startNet, tidyUp } from '../../support/net-app.js';
import { type Peer, type PeerServer, listenOn } from '../../support/peers.js';
import { onRealSockets, stage } from '../../support/stage.js';
import { BYTES, bytes, close, frame, text } from './support/frames.js';
import { Echo, type FramePeer, serveWebSockets } from './support/serve.js';

const OF_CLIENT = { lingerTimeout: 50, retries: 0, host: '127.0.0.1' };
const MIB = 1024 * 1024;

/** A WebSocket that is joined with a TCP connection as soon as it is open. */
class Gate extends WebSocketConnection {
  readonly heard = new Heard();
  client: TcpClient | undefined;
  constructor(
    readonly port: number,
    readonly options: object = {},
  ) {
    super();
  }
  ttse__onConnected(): void {
    this.client = new TcpClient({ ...OF_CLIENT, port: this.port, ...this.options });
    relay(this, this.client);
  }
  ttse__onMessage(message: Message): void {
    this.heard.push('onMessage', message);
  }
  ttse__onRelayEnded(end: RelayEnd): void {
    this.heard.push('onRelayEnded', end);
  }
  override ttse__onDisconnected(): void {
    this.heard.push('onDisconnected');
  }
  override ttse__onError(): void {}
}

interface Joined {
  readonly peer: FramePeer;
  /** The socket of the TCP server behind it. */
  readonly behind: Peer;
  readonly gate: Gate;
}

/** peer <- WebSocket -> gate | client <- TCP -> behind */
const joined = async (ofClient: object = {}, others: object = {}): Promise<Joined> => {
  const backend: PeerServer = await listenOn('127.0.0.1', 0, true);
  const app = await serveWebSockets(() => new Gate(backend.port, ofClient), {}, { lingerTimeout: 50, ...others });
  const { peer, connection: gate } = await app.open();
  return { peer, behind: await backend.peer(), gate };
};

const relayEnd = async (gate: Gate): Promise<RelayEnd> => (await gate.heard.on('onRelayEnded'))[0] as RelayEnd;

describe('relay() of a WebSocket and a TCP connection', () => {
  afterEach(tidyUp);

  it('gives the bytes of messages, and makes messages of bytes', async () => {
    const { peer, behind, gate } = await joined();
    peer.send(bytes(Buffer.from('asked ')), text('größe'));
    await behind.received('asked größe');
    behind.send('answered');
    await peer.came(1);
    expect(peer.frames.map(({ opcode, payload }) => [opcode, payload.toString()])).to.deep.equal([[BYTES, 'answered']]);
    expect(gate.heard.names).to.deep.equal([]);
  });

  it('is told by the peer that all was sent: the TCP peer hears its end, and the same code goes back', async () => {
    const { peer, behind, gate } = await joined();
    peer.send(text('the last words'), close(1000));
    await behind.ended();
    expect(behind.text).to.equal('the last words');
    behind.end();
    await peer.closed();
    expect(peer.closeCode).to.equal(1000);
    expect(await relayEnd(gate)).to.include({ toOther: 14, reason: 'peerEnded', error: undefined });
    expect(gate.heard.names).to.deep.equal(['onRelayEnded', 'onDisconnected']);
  });

  it('closes with 1000 where the TCP peer has ended, and still gives what was sent before that was heard', async () => {
    const { peer, behind, gate } = await joined();
    behind.end('all of it');
    await peer.came(2);
    expect([peer.texts, peer.closeCode]).to.deep.equal([['all of it'], 1000]);
    peer.send(text('under way'), close(1000));
    await behind.ended();
    expect(behind.text).to.equal('under way');
    expect(await relayEnd(gate)).to.include({ toOther: 9, fromOther: 9, reason: 'peerEnded', error: undefined });
  });

  for (const [what, last] of [
    ['closes with an error', close(1011)],
    ['closes with a code of its own', close(4_000)],
    ['ends without a close', undefined],
    ['ends in the middle of a message', frame({ opcode: BYTES, payload: 'half', length: 100 })],
  ] as const)
    it(`takes a peer for cut off that ${what}`, async () => {
      const { peer, behind, gate } = await joined();
      peer.send(text('a part'));
      await behind.received('a part');
      if (last !== undefined) peer.send(last);
      peer.peer.end();
      await behind.closed();
      expect(behind.heard.count('end')).to.equal(0);
      expect((await relayEnd(gate)).error).to.not.equal(undefined);
    });

  it('takes a peer for cut off that does not answer the close', async () => {
    const { peer, behind, gate } = await joined();
    behind.end('all of it');
    await peer.came(2);
    peer.peer.end();
    await behind.closed();
    expect(behind.heard.count('end')).to.equal(0);
    expectCode((await relayEnd(gate)).error, 'TT_STREAM_CUT');
  });

  it('closes with 1011 where the TCP connection was reset, after what was given', async () => {
    const { peer, behind, gate } = await joined();
    behind.send('a part');
    await peer.came(1);
    behind.reset();
    await peer.came(2);
    expect([peer.texts, peer.closeCode]).to.deep.equal([['a part'], 1011]);
    expect((await relayEnd(gate)).reason).to.equal('peerReset');
  });

  it('closes with 1011 where there is no TCP connection to be had', async () => {
    const app = await serveWebSockets(() => new Gate(1));
    const { peer } = await app.open();
    await peer.came(1);
    expect(peer.closeCode).to.equal(1011);
  });

  it('does not read from the WebSocket while the TCP peer takes nothing: the mark and a message are unsent at most', async () => {
    const { peer, behind, gate } = await joined({ highWaterMark: 65_536 });
    behind.socket.pause();
    const message = bytes(Buffer.alloc(32_768, 'm'));
    // On this machine the kernel takes megabytes of that.
    const count = stage().isReal ? 512 : 64;
    for (let nr = 0; nr < count; nr++) peer.send(message);
    let most = 0;
    await till(() => (most = Math.max(most, gate.client!.unsentBytes)) >= 65_536);
    await bench().settled();
    expect(Math.max(most, gate.client!.unsentBytes)).to.be.at.most(65_536 + 32_768);
    behind.socket.resume();
    await behind.received(count * 32_768);
    expect(behind.bytes.equals(Buffer.alloc(count * 32_768, 'm'))).to.equal(true);
  });

  it('does not read from the TCP connection while the peer of the WebSocket takes nothing', async () => {
    const { peer, behind, gate } = await joined({}, { highWaterMark: 65_536 });
    peer.peer.socket.pause();
    const all = (stage().isReal ? 16 : 3) * MIB;
    behind.send(Buffer.alloc(all, 'b'));
    let most = 0;
    await till(() => (most = Math.max(most, gate.unsentBytes)) >= 65_536);
    await bench().settled();
    expect(Math.max(most, gate.unsentBytes)).to.be.at.most(2 * 65_536);
    peer.peer.socket.resume();
    const size = (): number => peer.frames.reduce((sum, { payload }) => sum + payload.length, 0);
    await bench().till(() => peer.peer.size > all && size() === all);
    expect(peer.frames.every(({ payload }) => payload.length <= 65_536)).to.equal(true);
  });

  it('joins a protocol of bytes over WebSockets too', async () => {
    const backend = await listenOn('127.0.0.1', 0, true);
    class Plain extends TcpConnection {
      override ttse__onConnected(): void {
        relay(this, new TcpClient({ ...OF_CLIENT, port: backend.port }));
      }
    }
    const OverIt = overWebSocket(Plain);
    const app = await serveWebSockets(() => new OverIt() as never);
    const { peer } = await app.open();
    const behind = await backend.peer();
    peer.send(text('asked'));
    await behind.received('asked');
    behind.send('answered');
    await peer.came(1);
    peer.send(close(1000));
    await behind.ended();
    expect(peer.texts).to.deep.equal(['answered']);
  });

  it('joins a TCP connection with a WebSocketClient, which need not be connected yet', async () => {
    const server = await serveWebSockets();
    const ended = new Heard();
    class Visitor extends Recorder {
      override ttse__onConnected(): void {
        relay(this, new WebSocketClient({ url: `ws://127.0.0.1:${server.port}/`, retries: 0 }));
      }
      ttse__onRelayEnded(end: RelayEnd): void {
        ended.push('onRelayEnded', end);
      }
    }
    const app: ServerApp<Visitor> = await serve(() => new Visitor());
    const { peer } = await app.pair({ allowHalfOpen: true });
    peer.send('echoed');
    await peer.received('echoed');
    peer.end();
    await peer.ended();
    expect(server.connections[0]!.told.messages.map(String)).to.deep.equal(['echoed']);
    expect((await ended.on('onRelayEnded'))[0]).to.include({ reason: 'peerEnded', toOther: 6, fromOther: 6 });
  });

  it('keeps the messages of two WebSockets as they are', async () => {
    const server = await serveWebSockets();
    class Between extends Echo {
      ttse__onConnected(): void {
        relay(this, new WebSocketClient({ url: `ws://127.0.0.1:${server.port}/`, retries: 0 }));
      }
    }
    const front = await serveWebSockets(() => new Between());
    const { peer } = await front.open();
    peer.send(text('a text'), bytes(Buffer.from('bytes')), text(''));
    await peer.came(3);
    expect(server.connections[0]!.told.messages).to.deep.equal(['a text', Buffer.from('bytes'), '']);
    expect(peer.frames.map(({ opcode }) => opcode)).to.deep.equal([1, 2, 1]);
    peer.send(close(1000));
    await peer.closed();
    expect(await server.end()).to.include({ closeCode: 1000 });
  });

  it('is all that takes a WebSocket over: a stream and frames() are refused, of a client as well', async () => {
    const server = await serveWebSockets();
    const { connection } = await server.open();
    const client = new Heard();
    await startNet(() => {
      class Caller extends WebSocketClient {
        ttse__onConnected(): void {
          client.push(
            'codes',
            codeOf(() => this.toDuplex()),
            codeOf(() => this.frames()),
          );
        }
      }
      new Caller({ url: `ws://127.0.0.1:${server.port}/` });
    });
    const refused = ['TT_NOT_OF_PROTOCOL', 'TT_NOT_OF_PROTOCOL'];
    expect(await client.on('codes')).to.deep.equal(refused);
    expect([codeOf(() => connection.toDuplex()), codeOf(() => connection.frames())]).to.deep.equal(refused);
  });
});

describe('relay() with the package ws at the other end', () => {
  onRealSockets('ws brings its own sockets');
  afterEach(tidyUp);

  it('is an echo of TCP over a WebSocket, each byte in its place, also where messages are compressed', async () => {
    let port = 0;
    class Echoes extends TcpConnection {
      ttse__onData(data: Buffer): void {
        this.send(data);
      }
    }
    const echo = await startNet(() => void new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echoes }));
    port = (await echo.heard.on('onListening'))[0].port as number;
    const app = await serveWebSockets(() => new Gate(port), { perMessageDeflate: true });
    const client = new WebSocket(`ws://127.0.0.1:${app.port}/`);
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
    const came: Buffer[] = [];
    let size = 0;
    const whole = new Promise<void>((resolve) => {
      client.on('message', (data: Buffer, isBinary) => {
        expect(isBinary).to.equal(true);
        came.push(data);
        size += data.length;
        if (size === sent.length) resolve();
      });
    });
    await new Promise((resolve) => client.on('open', resolve));
    for (let from = 0; from < sent.length; from += 7_001) client.send(sent.subarray(from, from + 7_001));
    await whole;
    expect(Buffer.concat(came).equals(sent)).to.equal(true);
    const closed = new Promise<number>((resolve) => client.on('close', resolve));
    client.close(1000);
    expect(await closed).to.equal(1000);
    expect(await relayEnd(app.connections[0]!)).to.include({ reason: 'peerEnded', toOther: sent.length });
  });
});
