import { expect } from 'chai';
import { type DisconnectInfo, TcpConnection } from '../../../src/index.js';
import { type Framing, lengthPrefixed, lines } from '../../../src/framing/index.js';
import { HttpServer, WebSocketConnection, overWebSocket } from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { codeOf } from '../../support/errors.js';
import { type NetSetup, startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { BYTES, CLOSE, bytes, close, more, ping, text } from './support/frames.js';
import { FramePeer, opening } from './support/serve.js';

/** What all protocols here write down. */
interface Told {
  readonly heard: unknown[];
  readonly ends: DisconnectInfo[];
  readonly errors: { readonly code: string }[];
}
const told = (): Told => ({ heard: [], ends: [], errors: [] });

/** A protocol of lines, as one writes it for TCP. */
class Shout extends TcpConnection.with({
  states: ['quiet', 'loud'],
  framing: lines({ max: 1_000, onTooLong: 'close' }) as Framing<string | Buffer>,
}) {
  readonly told = told();
  constructor(readonly greeting = 'hello') {
    super();
  }
  ttse__onConnected(): void {
    this.sendFrame(this.greeting);
    this.toState('quiet');
  }
  override ttse__onFrame(line: string | Buffer): void {
    this.told.heard.push(line);
  }
  ttse_quiet__onFrame(line: string): void {
    this.told.heard.push(line);
    if (line === 'LOUD') this.toState('loud');
    if (line === 'BINARY') this.setFraming(lengthPrefixed({ bytes: 1 }));
    if (line === 'BYE') this.ttsc__close();
    if (line === 'END') this.ttsc__end();
    if (line === 'LATER') {
      const reply = this.reply();
      this.send('behind\n');
      reply.send('first\n');
      reply.end();
    }
  }
  ttse_loud__onFrame(line: string): void {
    this.sendFrame(line.toUpperCase());
  }
  override ttse__onDisconnected(info: DisconnectInfo): void {
    this.told.ends.push(info);
  }
  override ttse__onError(error: Error): void {
    this.told.errors.push(error as never);
  }
}

/** One without a framing. */
class Raw extends TcpConnection {
  readonly told = told();
  ttse__onData(data: Buffer): void {
    this.told.heard.push(String(data));
    this.send(['<', data, '>']);
  }
}

const ShoutOver = overWebSocket(Shout);
const RawOver = overWebSocket(Raw);

async function open<P extends TcpConnection<any>>(
  make: () => P,
  others: object = {},
  setup: NetSetup = {},
): Promise<{ peer: FramePeer; connection: P; server: HttpServer }> {
  let connection: P | undefined;
  let server!: HttpServer;
  const app = await startNet(() => {
    const protocol = (): never => (connection = make()) as never;
    server = new HttpServer({
      port: 0,
      host: '127.0.0.1',
      webSockets: { '/': { protocol, subprotocols: ['shout'] } },
      ...others,
    });
  }, setup);
  const [info] = await app.heard.on('onListening');
  const peer = new FramePeer(await connectTo(info.port));
  peer.send(opening('/?room=7', { 'Sec-WebSocket-Protocol': 'shout' }));
  await peer.answered();
  await bench().till(() => connection !== undefined);
  return { peer, connection: connection!, server };
}

describe('A protocol of TCP over WebSockets', () => {
  afterEach(tidyUp);

  it('is the class with what its constructor takes, its states and its name', async () => {
    const { peer, connection } = await open(() => new ShoutOver('good day'));
    await peer.came(1);
    expect(connection).to.be.instanceOf(Shout);
    expect([connection.state, ShoutOver.name]).to.eql(['quiet', 'Shout']);
    expect([peer.frames[0]!.opcode, peer.texts[0]]).to.eql([BYTES, 'good day\n']);
    expect([connection.subprotocol, connection.handshake.query.get('room')]).to.eql(['shout', '7']);
  });

  it('may be given as a class', async () => {
    const app = await startNet(() => {
      new HttpServer({ port: 0, host: '127.0.0.1', webSockets: { '/': ShoutOver } });
    });
    const [info] = await app.heard.on('onListening');
    const peer = new FramePeer(await connectTo(info.port)).send(opening('/'));
    await peer.came(1);
    expect(peer.texts).to.eql(['hello\n']);
  });

  it('hears frames, however messages and their parts cut them, each in the state that the one before it led to', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    peer.send(bytes(Buffer.from('one\ntw')), text('o\nLO', false), more('UD\nthr'), bytes(Buffer.from('ee\n')));
    await peer.came(2);
    expect(connection.told.heard).to.eql(['one', 'two', 'LOUD']);
    expect(peer.texts.slice(1)).to.eql(['THREE\n']);
  });

  it('hears what comes byte by byte, and pings between', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    const all = Buffer.concat([bytes(Buffer.from('on')), ping('?'), bytes(Buffer.from('e\nLOUD\nx\n'))]);
    for (const byte of all) peer.send(Buffer.from([byte]));
    await peer.came(3);
    expect(connection.told.heard).to.eql(['one', 'LOUD']);
    expect(peer.frames.map(({ payload }) => payload.toString())).to.eql(['hello\n', '?', 'X\n']);
  });

  it('hears bytes as they come where it has no framing, and sends lists as one message', async () => {
    const { peer, connection } = await open(() => new RawOver());
    peer.send(bytes(Buffer.from('ab')), bytes(Buffer.alloc(0)), text('c'));
    await peer.came(2);
    expect(connection.told.heard).to.eql(['ab', 'c']);
    expect(peer.texts).to.eql(['<ab>', '<c>']);
  });

  it('changes its framing between frames', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    peer.send(bytes(Buffer.from('BINARY\n\x02h')), bytes(Buffer.from('i')));
    await bench().till(() => connection.told.heard.length === 2);
    expect(connection.told.heard).to.eql(['BINARY', Buffer.from('hi')]);
  });

  it('keeps the order of its replies', async () => {
    const { peer } = await open(() => new ShoutOver());
    peer.send(text('LATER\n'));
    await peer.came(3);
    expect(peer.texts.slice(1)).to.eql(['first\n', 'behind\n']);
  });

  for (const word of ['BYE', 'END'])
    it(`says a close where it ${word === 'BYE' ? 'closes' : 'ends'}`, async () => {
      const { peer, connection } = await open(() => new ShoutOver());
      peer.send(text(`${word}\n`));
      await peer.came(2);
      expect([peer.frames[1]!.opcode, peer.closeCode]).to.eql([CLOSE, 1000]);
      peer.send(close(1000));
      await bench().till(() => connection.told.ends.length > 0);
      expect(connection.told.ends.map(({ reason }) => reason)).to.eql(['closedHere']);
    });

  it('answers what came before the peer said its close', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    peer.send(text('LOUD\na\nb\n'), close(1000));
    await bench().till(() => connection.told.ends.length > 0);
    expect(peer.texts).to.eql(['hello\n', 'A\n', 'B\n']);
    expect(connection.told.ends[0]).to.include({ reason: 'peerEnded', closeCode: 1000 });
  });

  it('closes a peer whose frame is too long, and counts it', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    peer.send(text(`fine\n${'x'.repeat(600)}`), text('x'.repeat(600)));
    await peer.closed();
    expect(connection.told.heard).to.eql(['fine']);
    expect(connection.told.errors.map(({ code }) => code)).to.eql(['TT_FRAME_TOO_LONG']);
    expect(peer.closeCode).to.equal(1008);
  });

  it('closes a peer that drips a frame in whole messages', async () => {
    const { peer, connection } = await open(() => new ShoutOver(), { frameTimeout: 1_000 });
    for (let n = 0; n < 12 && connection.phase === 'open'; n++) {
      peer.send(text('x'));
      await bench().pass(100);
    }
    await peer.closed();
    expect(connection.told.errors.map(({ code }) => code)).to.eql(['TT_FRAME_TIMEOUT']);
  });

  it('tells a half frame before the end', async () => {
    const { peer, connection } = await open(() => new ShoutOver());
    peer.send(text('whole\nhalf'));
    peer.peer.end();
    await peer.closed();
    expect(connection.told.errors.map(({ code }) => code)).to.eql(['TT_FRAME_INCOMPLETE']);
  });

  it('is refused where it is no such class, or is one already', () => {
    for (const protocol of [WebSocketConnection, ShoutOver, HttpServer, class {}])
      expect(codeOf(() => overWebSocket(protocol as never))).to.equal('TT_BAD_PROTOCOL');
  });

  it('is made by an HttpServer alone', () => {
    expect(codeOf(() => new RawOver())).to.equal('TT_NO_SOCKET');
  });
});
