import {
  HttpServer,
  type HttpServerOptions,
  WebSocketConnection,
  type WebSocketPathOptions,
} from '../../../doors/http.js';
import type { Message, WebSocketDisconnectInfo } from '../../../doors/http.js';
import { bench } from '../../../support/bench.js';
import { type NetApp, type NetSetup, startNet } from '../../../support/net-app.js';
import { type Peer, connectTo } from '../../../support/peers.js';
import { type Came, framesIn } from './frames.js';

/** What a WebSocket of a test has heard. */
export interface Told {
  readonly messages: Message[];
  readonly ends: WebSocketDisconnectInfo[];
  readonly errors: Error[];
}

/** Sends back what it hears, and writes all down. */
export class Echo extends WebSocketConnection {
  readonly told: Told = { messages: [], ends: [], errors: [] };

  ttsc__do(body: (connection: this) => void): void {
    body(this);
  }
  say(message: string | Uint8Array): string {
    return this.send(message);
  }
  override reply() {
    return super.reply();
  }
  ttse__onMessage(message: Message): void {
    this.told.messages.push(message);
    this.answer(message);
  }
  answer(message: Message): void {
    this.send(message);
  }
  override ttse__onDisconnected(info: WebSocketDisconnectInfo): void {
    this.told.ends.push(info);
  }
  override ttse__onError(error: Error): void {
    this.told.errors.push(error);
  }
}

/** The same, without an answer. */
export class Deaf extends Echo {
  override answer(): void {}
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The head of a request that opens a WebSocket. */
export function opening(path = '/', headers: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A peer that speaks frames, and checks nothing by itself. */
export class FramePeer {
  readonly #frames: Came[] = [];
  /** How much of the body is in these. */
  #read = 0;

  constructor(readonly peer: Peer) {}

  /** The head of the answer, as far as it has come. */
  get head(): string {
    const all = this.peer.bytes;
    const end = all.indexOf('\r\n\r\n');
    return all.toString('latin1', 0, end < 0 ? all.length : end);
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  /** What stands behind the head. */
  get body(): Buffer {
    const all = this.peer.bytes;
    const end = all.indexOf('\r\n\r\n');
    return end < 0 ? Buffer.alloc(0) : all.subarray(end + 4);
  }

  /** Read once each: whoever waits for hundreds of them looks with every chunk. */
  get frames(): Came[] {
    const { body } = this;
    const { frames, rest } = framesIn(body.subarray(this.#read));
    this.#frames.push(...frames);
    this.#read = body.length - rest;
    return this.#frames.slice();
  }

  /** What messages have come, as texts. */
  get texts(): string[] {
    return this.frames.filter(({ opcode }) => opcode < 8).map(({ payload }) => payload.toString());
  }

  /** The code of the close that has come. */
  get closeCode(): number | undefined {
    const close = this.frames.find(({ opcode }) => opcode === 8);
    return close === undefined ? undefined : close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0);
  }

  send(...parts: (string | Uint8Array)[]): this {
    for (const part of parts) this.peer.send(part);
    return this;
  }

  /** Waits until so many frames have come. */
  async came(count: number): Promise<Came[]> {
    await this.peer.heard.until(() => this.frames.length >= count, `${count} frames (${this.frames.length} came)`);
    return this.frames;
  }

  async answered(): Promise<this> {
    await this.peer.heard.until(() => this.peer.bytes.includes('\r\n\r\n'), 'an answer');
    return this;
  }

  async closed(): Promise<void> {
    await this.peer.closed();
  }
}

/** An app with an HttpServer, one WebSocket path and the Tonics that it has made. */
export class WebSocketApp<P extends WebSocketConnection<any> = Echo> {
  constructor(
    readonly app: NetApp,
    readonly server: HttpServer,
    readonly port: number,
    readonly connections: P[],
  ) {}

  async raw(first?: string | Uint8Array): Promise<FramePeer> {
    const peer = new FramePeer(await connectTo(this.port));
    if (first !== undefined) peer.send(first);
    return peer;
  }

  /** A peer whose WebSocket is open, and the Tonic of that. */
  async open(
    headers: Readonly<Record<string, string | undefined>> = {},
    path = '/',
  ): Promise<{ peer: FramePeer; connection: P }> {
    const n = this.connections.length;
    const peer = await this.raw(opening(path, headers));
    await peer.answered();
    if (peer.status !== 101) throw new Error(`refused: ${peer.head}`);
    await bench().till(() => this.connections.length > n);
    return { peer, connection: this.connections[n]! };
  }

  /** Waits until the n-th WebSocket is over, and tells how. */
  async end(n = 1): Promise<WebSocketDisconnectInfo> {
    const told = (): WebSocketDisconnectInfo[] => (this.connections[n - 1] as unknown as Echo).told.ends;
    await bench().till(() => told().length > 0);
    return told()[0]!;
  }
}

/** Starts a server with a WebSocket at `/`. */
export async function serveWebSockets<P extends WebSocketConnection<any> = Echo>(
  make: (() => P) | undefined = undefined,
  options: Omit<WebSocketPathOptions, 'protocol'> = {},
  others: Partial<HttpServerOptions> = {},
  setup: NetSetup = {},
): Promise<WebSocketApp<P>> {
  const connections: P[] = [];
  const protocol = (): P => {
    const made = make === undefined ? (new Echo() as unknown as P) : make();
    connections.push(made);
    return made;
  };
  let server!: HttpServer;
  const app = await startNet(() => {
    server = new HttpServer({
      port: 0,
      host: '127.0.0.1',
      webSockets: { '/': { protocol, ...options } },
      ...others,
    } as HttpServerOptions);
  }, setup);
  const [info] = await app.heard.on('onListening');
  return new WebSocketApp(app, server, info.port, connections);
}
