import { expect } from 'chai';
import { type ClientOptions, WebSocket } from 'ws';
import type { WebSocketPathOptions } from '../../doors/http.js';
import { howMany } from '../../support/how-many.js';
import { tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';
import { TEXT, frame } from './support/frames.js';
import { Deaf, type WebSocketApp, opening, serveWebSockets } from './support/serve.js';

/** A client of the package ws, and what it has heard. */
class WsClient {
  readonly messages: (string | Buffer)[] = [];
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  #look = (): void => {};

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = []) {
    this.socket = new WebSocket(url, protocols, options);
    this.opened = new Promise((resolve, reject) => this.socket.on('open', resolve).on('error', reject));
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.socket.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? (data as Buffer) : (data as Buffer).toString());
      this.#look();
    });
  }

  async came(count: number): Promise<void> {
    if (this.messages.length >= count) return;
    await new Promise<void>((resolve) => (this.#look = () => this.messages.length >= count && resolve()));
  }
}

describe('A WebSocket with the package ws at the other end', () => {
  onRealSockets('ws brings its own sockets');
  let app: WebSocketApp<any>;
  const clients: WsClient[] = [];
  afterEach(async function () {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await tidyUp.call(this);
  });

  const connect = async (options?: ClientOptions, url = `ws://127.0.0.1:${app.port}/`): Promise<WsClient> => {
    const client = new WsClient(url, options);
    clients.push(client);
    await client.opened;
    return client;
  };

  it('echoes text and bytes of many sizes, in order', async () => {
    app = await serveWebSockets();
    const client = await connect();
    const sent = Array.from({ length: howMany(60, 400) }, (_, n) =>
      n % 2 ? '*'.repeat(n ** 2) : Buffer.alloc(n ** 2, n),
    );
    for (const each of sent) client.socket.send(each);
    await client.came(sent.length);
    expect(client.messages).to.eql(sent);
  });

  it('closes as the client asks, with code and reason', async () => {
    app = await serveWebSockets();
    const client = await connect();
    client.socket.close(4002, 'done');
    expect(await client.closed).to.eql({ code: 4002, reason: '' });
    expect(await app.end()).to.include({ reason: 'peerEnded', closeCode: 4002, closeReason: 'done' });
  });

  it('tells the client why it closes, and hears that it has heard', async () => {
    app = await serveWebSockets();
    const client = await connect();
    app.connections[0].ttsc__close(4003, 'enough');
    expect(await client.closed).to.eql({ code: 4003, reason: 'enough' });
    expect(await app.end()).to.include({ reason: 'closedHere', closeCode: 4003 });
  });

  it('tells all clients 1001 when the app ends, behind what they are still to be sent', async () => {
    app = await serveWebSockets(() => new Deaf());
    const all = await Promise.all(Array.from({ length: 50 }, async () => connect()));
    for (const connection of app.connections) connection.ttsc__send('*'.repeat(100_000));
    const ended = app.app.over();
    for (const client of all) expect(await client.closed).to.include({ code: 1001 });
    for (const { messages } of all) expect(messages).to.have.length(1);
    await ended;
    for (const { told } of app.connections) expect(told.ends[0]).to.include({ reason: 'finished', closeCode: 1001 });
  });

  it('speaks TLS', async () => {
    app = await serveWebSockets(undefined, {}, { tls: own });
    const client = await connect({ ca: authority.cert }, `wss://localhost:${app.port}/`);
    client.socket.send('secret');
    await client.came(1);
    expect(client.messages).to.eql(['secret']);
    expect(app.connections[0].tls?.version).to.equal('TLSv1.3');
  });

  describe('with compression', () => {
    const OPTIONS: Omit<WebSocketPathOptions, 'protocol'> = { perMessageDeflate: { threshold: 100 } };

    it('is off unless asked for', async () => {
      app = await serveWebSockets();
      const client = await connect({ perMessageDeflate: true });
      expect(client.socket.extensions).to.equal('');
    });

    for (const noContextTakeover of [true, false])
      it(`echoes messages of all sizes in order (${noContextTakeover ? 'each for itself' : 'with what came before'})`, async () => {
        app = await serveWebSockets(undefined, { perMessageDeflate: { threshold: 100, noContextTakeover } });
        const client = await connect({ perMessageDeflate: { threshold: 0 } });
        expect(client.socket.extensions).to.equal('permessage-deflate');
        const sent = Array.from({ length: howMany(40, 200) }, (_, n) =>
          n % 2 ? `${n} `.repeat(n * 20) : Buffer.alloc(n * 50, n),
        );
        for (const each of sent) client.socket.send(each);
        await client.came(sent.length);
        expect(client.messages).to.eql(sent);
        const { traffic } = app.connections[0];
        expect(traffic.sentBytes).to.be.below(sent.reduce((sum, { length }) => sum + length, 0) / 2);
      });

    it('sends all that was given before a close, and only then the close', async () => {
      app = await serveWebSockets(() => new Deaf(), OPTIONS);
      const client = await connect();
      app.connections[0].ttsc__do((own: Deaf) => {
        for (let n = 0; n < 20; n++) own.say(`${n} `.repeat(10_000));
        own.ttsc__close(4000);
      });
      expect(await client.closed).to.include({ code: 4000 });
      expect(client.messages.map((message) => Number.parseInt(message as string))).to.eql(
        Array.from({ length: 20 }, (_, n) => n),
      );
    });

    it('answers all that came before a close of the client', async () => {
      app = await serveWebSockets(undefined, OPTIONS);
      const client = await connect({ perMessageDeflate: { threshold: 0 } });
      for (let n = 0; n < 20; n++) client.socket.send(`${n} `.repeat(5_000));
      client.socket.close(1000);
      await client.closed;
      expect(app.connections[0].told.messages).to.have.length(20);
      expect(client.messages).to.have.length(20);
    });

    it('does not inflate more than maxPayload: a bomb closes with 1009', async () => {
      app = await serveWebSockets(undefined, { ...OPTIONS, maxPayload: 100_000 });
      const client = await connect({ perMessageDeflate: { threshold: 0 } });
      const good = await connect({ perMessageDeflate: { threshold: 0 } });
      client.socket.send(Buffer.alloc(50_000_000));
      expect(await client.closed).to.include({ code: 1009 });
      good.socket.send('here');
      await good.came(1);
      expect(app.connections[0].told.errors[0]).to.have.property('code', 'TT_MESSAGE_TOO_LONG');
    });

    it('closes with an error where what comes cannot be inflated', async () => {
      app = await serveWebSockets(undefined, OPTIONS);
      const peer = await app.raw();
      peer.send(opening('/', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
      await peer.answered();
      expect(peer.head).to.contain('Sec-WebSocket-Extensions: permessage-deflate');
      peer.send(frame({ opcode: TEXT, rsv: 4, payload: Buffer.from('ffffffff', 'hex') }));
      await peer.closed();
      expect(peer.closeCode).to.be.oneOf([1002, 1007]);
      await app.end();
    });
  });
});
