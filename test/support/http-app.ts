import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpServer, type HttpServerOptions } from '../../src/http/index.js';
import { type NetApp, type NetSetup, startNet } from './net-app.js';
import { type Peer, connectTo } from './peers.js';

/** The options of an HttpServer that listens on a port. */
export type HttpOnPort = Extract<HttpServerOptions, { readonly port: number }>;
export type MoreOfHttp = Partial<HttpOnPort>;
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An app with an HttpServer on a free port of the loopback address. */
export class HttpApp {
  constructor(
    readonly app: NetApp,
    readonly server: HttpServer,
    readonly port: number,
  ) {}

  async connect(options: { readonly allowHalfOpen?: boolean } = {}): Promise<Peer> {
    return connectTo({ port: this.port, host: '127.0.0.1', ...options });
  }

  /** What comes back on a connection that sends so much and waits for its end. */
  async lastWords(sent: string | Uint8Array): Promise<string> {
    const peer = await this.connect();
    peer.send(typeof sent === 'string' ? Buffer.from(sent, 'latin1') : sent);
    await peer.closed();
    return peer.text;
  }

  /** The warnings and errors of its log. */
  get warnings(): string[] {
    return this.app.messages(40);
  }

  /** The app begins to end: what is open is drained. */
  ends(): void {
    this.app.main.ttsc__finish();
  }

  async over(): Promise<void> {
    await this.app.over();
  }
}

export async function serveHttp(options: MoreOfHttp, setup: NetSetup = {}): Promise<HttpApp> {
  return serveHttpWith((more) => new HttpServer({ ...more, ...options }), setup);
}

/** The same with a class that extends HttpServer. */
export async function serveHttpWith(
  make: (place: { readonly port: number; readonly host: string }) => HttpServer,
  setup: NetSetup = {},
): Promise<HttpApp> {
  let server!: HttpServer;
  const app = await startNet(() => (server = make({ port: 0, host: '127.0.0.1' })), setup);
  const [info] = await app.heard.on('onListening');
  return new HttpApp(app, server, info.port);
}

/** A request without a body. */
export const get = (path = '/', ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: here', ...headers, '', ''].join('\r\n');

/** The statuses of the answers, in their order. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Answers with the path that was asked for. */
export const saysPath: Handler = (request, response) => response.end(request.url);
