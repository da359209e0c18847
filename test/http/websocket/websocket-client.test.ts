import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import type { AnyTonic } from '../../../src/index.js';
import {
  type Message,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketConnection,
  type WebSocketDisconnectInfo,
} from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { codeOf } from '../../support/errors.js';
import { inside } from '../../support/heard.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { type Peer, freePort, listenOn } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';
import { frame, framesIn, text } from './support/frames.js';
import { Deaf, type WebSocketApp, serveWebSockets } from './support/serve.js';

class Client extends WebSocketClient {
  readonly messages: Message[] = [];
  readonly ends: WebSocketDisconnectInfo[] = [];
  readonly errors: { code: string; message: string }[] = [];
  connected = 0;

  ttsc__do(body: (client: this) => void): void {
    body(this);
  }
  say(message: string | Uint8Array): string {
    return this.send(message);
  }
  ttse__onConnected(): void {
    this.connected++;
  }
  ttse__onMessage(message: Message): void {
    this.messages.push(message);
  }
  override ttse__onDisconnected(info: WebSocketDisconnectInfo): void {
    this.ends.push(info);
  }
  override ttse__onError(error: Error): void {
    this.errors.push(error as never);
  }
}

describe('A WebSocketClient', () => {
  let app: NetApp;
  let server: WebSocketApp<Deaf>;
  afterEach(tidyUp);

  const start = async (options: Partial<WebSocketClientOptions> & { url: string }): Promise<Client> => {
    let client!: Client;
    app = await startNet(() => (client = new Client({ retryDelay: 100, ...options })));
    return client;
  };
  const connect = async (options: Partial<WebSocketClientOptions> = {}, path = '/'): Promise<Client> => {
    const client = await start({ url: `ws://127.0.0.1:${server.port}${path}`, ...options });
    await bench().till(() => client.connected > 0 || client.errors.length > 0);
    return client;
  };
  const messages = async (client: Client, count: number): Promise<Message[]> => {
    await bench().till(() => client.messages.length >= count);
    return client.messages;
  };

  it('sends and hears text and bytes', async () => {
    server = await serveWebSockets();
    const client = await connect();
    const results = await inside(client, (one) => [one.say('Grüße'), one.say(Buffer.alloc(100_000, 7)), one.say('')]);
    expect(results).to.eql(['sent', 'sent', 'sent']);
    expect(await messages(client, 3)).to.eql(['Grüße', Buffer.alloc(100_000, 7), '']);
  });

  it('asks for its path, with its headers, and is told the subprotocol', async () => {
    server = await serveWebSockets(undefined, { subprotocols: ['v2', 'v1'] });
    const client = await connect({ headers: { Authorization: 'Bearer 7' }, subprotocols: ['v1', 'v2'] }, '/?a=b');
    expect(client.subprotocol).to.equal('v2');
    expect(server.connections[0]!.handshake.url).to.equal('/?a=b');
    expect(server.connections[0]!.handshake.headers).to.include({
      authorization: 'Bearer 7',
      host: `127.0.0.1:${server.port}`,
    });
  });

  it('sends what waited for its connection', async () => {
    server = await serveWebSockets();
    const client = await start({ url: `ws://127.0.0.1:${server.port}/` });
    client.ttsc__send('early');
    expect(await messages(client, 1)).to.eql(['early']);
  });

  it('masks what it sends', async () => {
    const plain = await listenOn();
    const client = await start({ url: `ws://127.0.0.1:${plain.port}/chat` });
    const peer = await plain.peer();
    await accept(peer);
    client.ttsc__send('hidden');
    await peer.heard.until(() => framesIn(after(peer)).frames.length > 0, 'a frame');
    const [sent] = framesIn(after(peer)).frames;
    expect([sent!.masked, sent!.payload.toString()]).to.eql([true, 'hidden']);
    expect(peer.text).to.match(/^GET \/chat HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
  });

  it('hears what came together with the answer, and wants it unmasked', async () => {
    const plain = await listenOn();
    const client = await start({ url: `ws://127.0.0.1:${plain.port}/` });
    const peer = await plain.peer();
    await accept(peer, '', frame({ opcode: 1, payload: 'at once', masked: false }));
    expect(await messages(client, 1)).to.eql(['at once']);
    peer.send(text('masked'));
    await peer.closed();
    expect(client.errors[0]!.code).to.equal('TT_BAD_FRAME');
  });

  describe('closes', () => {
    it('by a command, with code and reason', async () => {
      server = await serveWebSockets(() => new Deaf());
      const client = await connect();
      client.ttsc__close(4001, 'enough');
      await bench().till(() => client.ends.length > 0);
      expect(client.ends[0]).to.include({ reason: 'closedHere', closeCode: 4001 });
      expect(await server.end()).to.include({ closeCode: 4001, closeReason: 'enough' });
    });

    it('as the server does, and is told why', async () => {
      server = await serveWebSockets(() => new Deaf());
      const client = await connect();
      server.connections[0]!.ttsc__close(4002, 'go');
      await bench().till(() => client.ends.length > 0);
      expect(client.ends[0]).to.include({ reason: 'peerEnded', closeCode: 4002, closeReason: 'go' });
    });

    it('with 1001 when its app ends', async () => {
      server = await serveWebSockets(() => new Deaf());
      await connect();
      await app.over();
      expect(await server.end()).to.include({ closeCode: 1001 });
    });
  });

  describe('connects again', () => {
    it('when the server closes, and sends what was given meanwhile', async () => {
      server = await serveWebSockets();
      const client = await connect({ reconnect: true });
      server.connections[0]!.ttsc__close(1012);
      await bench().till(() => client.ends.length > 0);
      const [result] = await inside(client, (one) => [one.say('meanwhile')]);
      expect(result).to.equal('waiting');
      expect(await messages(client, 1)).to.eql(['meanwhile']);
      expect(client.connected).to.equal(2);
      expect(server.connections).to.have.length(2);
    });

    it('when the peer is silent', async () => {
      const plain = await listenOn();
      const client = await start({
        url: `ws://127.0.0.1:${plain.port}/`,
        reconnect: true,
        pingInterval: 1_000,
        pongTimeout: 500,
      });
      await accept(await plain.peer());
      await accept(await plain.peer(2));
      await bench().till(() => client.connected === 2);
      expect(client.errors.map(({ code }) => code)).to.include('TT_PEER_SILENT');
    });

    it('with no more waiting than queueLimit allows', async () => {
      const client = await start({ url: `ws://127.0.0.1:${await freePort()}/`, queueLimit: 10 });
      const results = await inside(client, (one) => ['12345', '12345', '1'].map((each) => one.say(each)));
      expect(results).to.eql(['waiting', 'waiting', 'refused']);
    });
  });

  describe('tells why it is not opened', () => {
    const failure = async (answer: string | undefined, options = {}): Promise<string> => {
      const plain = await listenOn();
      const client = await start({ url: `ws://127.0.0.1:${plain.port}/`, retries: 0, ...options });
      const peer = await plain.peer();
      if (answer !== undefined) peer.send(answer);
      await bench().till(() => client.ends.length > 0);
      await peer.closed();
      expect(client.errors[0]!.code).to.equal('TT_UPGRADE_FAILED');
      expect(client.ends[0]!.reason).to.equal('error');
      return client.errors[0]!.message;
    };
    const SWITCHES = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

    it('the server refuses it', async () => {
      expect(await failure('HTTP/1.1 403 Forbidden\r\n\r\n')).to.contain('answered 403 Forbidden');
    });
    it('the server uses another protocol', async () => {
      expect(await failure('SSH-2.0-OpenSSH\r\n\r\n')).to.contain('does not speak HTTP');
    });
    it('the server does not prove that it has read the request', async () => {
      expect(await failure(`${SWITCHES}Sec-WebSocket-Accept: x\r\n\r\n`)).to.contain('Sec-WebSocket-Accept');
    });
    it('the server does not change the protocol', async () => {
      expect(await failure('HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n')).to.contain('Upgrade: websocket');
      expect(await failure('HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n')).to.contain('Connection: Upgrade');
    });
    it('the server sends a head without an end', async () => {
      expect(await failure(`HTTP/1.1 101 ${'*'.repeat(20_000)}`)).to.contain('longer than 16384');
    });
    it('the server says nothing', async () => {
      expect(await failure(undefined, { connectTimeout: 300 })).to.contain('no answer came within 300 ms');
    });
    it('the server ends', async () => {
      const plain = await listenOn();
      const client = await start({ url: `ws://127.0.0.1:${plain.port}/`, retries: 0 });
      (await plain.peer()).end();
      await bench().till(() => client.ends.length > 0);
      expect(client.errors[0]!.message).to.contain('has ended the connection');
    });
    it('the server chooses what was not offered', async () => {
      const plain = await listenOn();
      const client = await start({ url: `ws://127.0.0.1:${plain.port}/`, retries: 1, subprotocols: ['v1'] });
      await accept(await plain.peer(), 'Sec-WebSocket-Protocol: v2\r\n');
      await accept(await plain.peer(2), 'Sec-WebSocket-Extensions: permessage-deflate\r\n');
      await bench().till(() => client.ends.length > 0);
      expect(client.errors[0]!.message).to.contain('v2');
      expect(client.errors[1]!.message).to.contain('extension');
    });
  });

  it('makes a Tonic for each connection, where it has a protocol', async () => {
    const made: string[] = [];
    class Ticker extends WebSocketConnection {
      ttse__onConnected(): void {
        this.send(`hello ${made.length}`);
      }
      ttse__onMessage(message: Message): void {
        made.push(message as string);
        this.ttsc__close();
      }
    }
    server = await serveWebSockets();
    await start({ url: `ws://127.0.0.1:${server.port}/`, protocol: Ticker });
    await bench().till(() => made.length === 1);
    expect(made).to.eql(['hello 0']);
    await server.end();
  });

  it('refuses URLs that are not those of a WebSocket, and unknown options', async () => {
    app = await startNet(() => {});
    const made = async (options: object): Promise<unknown> =>
      app.inside((ear) => codeOf(() => new Client({ base: ear as AnyTonic, ...options } as WebSocketClientOptions)));
    for (const url of ['http://x/', 'x', '', 'ws://', 'ws://u:p@x/', 'ws://x/#a', 7])
      expect(await made({ url })).to.equal('TT_BAD_OPTION');
    expect(await made({ url: 'ws://x/', tls: true })).to.equal('TT_BAD_OPTION');
    expect(await made({ url: 'ws://x/', maxPayLoad: 5 })).to.equal('TT_BAD_OPTION');
    expect(await made({})).to.equal('TT_BAD_OPTION');
  });

  describe('on real sockets', () => {
    onRealSockets('ws and TLS have their own');

    it('speaks TLS', async () => {
      server = await serveWebSockets(undefined, {}, { tls: own });
      const client = await start({ url: `wss://localhost:${server.port}/`, tls: { ca: authority.cert } });
      client.ttsc__send('secret');
      expect(await messages(client, 1)).to.eql(['secret']);
      expect(client.tls?.version).to.equal('TLSv1.3');
    });

    for (const perMessageDeflate of [false, true])
      it(`talks to a server of ws ${perMessageDeflate ? 'in compressed messages' : ''}`, async () => {
        const theirs = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
        theirs.on('connection', (socket) =>
          socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
        );
        await new Promise((resolve) => theirs.on('listening', resolve));
        const { port } = theirs.address() as { port: number };
        const client = await start({ url: `ws://127.0.0.1:${port}/`, perMessageDeflate });
        const sent = Array.from({ length: 40 }, (_, n) => (n % 2 ? `${n} `.repeat(n * 100) : Buffer.alloc(n * 500, n)));
        for (const each of sent) client.ttsc__send(each);
        expect(await messages(client, 40)).to.eql(sent);
        if (perMessageDeflate) expect(client.traffic.sentBytes).to.be.below(50_000);
        client.ttsc__close();
        await bench().till(() => client.ends.length > 0);
        expect(client.ends[0]).to.include({ reason: 'closedHere', closeCode: 1000 });
        theirs.close();
      });
  });
});

/** What has come behind the request. */
function after(peer: Peer): Buffer {
  return peer.bytes.subarray(peer.bytes.indexOf('\r\n\r\n') + 4);
}

/** Answers a request that opens a WebSocket, as a server does. */
async function accept(peer: Peer, headers = '', behind: Buffer = Buffer.alloc(0)): Promise<void> {
  const { createHash } = await import('node:crypto');
  await peer.heard.until(() => peer.text.includes('\r\n\r\n'), 'a request');
  const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(peer.text)![1]!;
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = `HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n${headers}\r\n`;
  peer.send(Buffer.concat([Buffer.from(head), behind]));
}
