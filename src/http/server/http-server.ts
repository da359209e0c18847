import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { toError } from '../../core/errors.js';
import { failureInfo } from '../../core/life.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TcpServer, type TcpServerOptions } from '../../tonics/tcp/server/tcp-server.js';
import { HttpExchange } from './exchange.js';
import { HttpConnection } from './http-connection.js';
import { nodeServer, tellUpgrade } from './node-server.js';
import type { UpgradeRequest } from './upgrade.js';
import { answerUpgrade } from '../websocket/take-over.js';
import { type WebSocketPaths, WebSocketPathTable } from '../websocket/websocket-paths.js';
import type { ServerStream } from './server-stream.js';

/** What `node:http`, Express, Fastify and others call for each request. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Options of an {@link HttpServer}. */
export type HttpServerOptions = Omit<TcpServerOptions, 'protocol' | 'framing'> &
  TcpServerOptions & {
    readonly handler?: HttpHandler;
    /** Where WebSockets are opened: by path, the Tonic of each, or `{ protocol, ... }`. See docs/websocket.md. */
    readonly webSockets?: WebSocketPaths;
  };

/** Listens for HTTP: `node:http` reads the requests and writes the responses, on connections that are Tonics. */
export class HttpServer<State extends string = never> extends TcpServer<State> {
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };
  /** A request has come that its connection does not hear of itself. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  readonly #server: Server = nodeServer();
  readonly #handler: HttpHandler | undefined;

  readonly #webSockets: WebSocketPathTable | undefined;

  constructor({ handler, webSockets, ...options }: HttpServerOptions) {
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const paths = WebSocketPathTable.of(webSockets, new.target.name);
    super({ protocol: HttpConnection, ...options } as TcpServerOptions);
    this.#handler = handler;
    this.#webSockets = paths;
    if (paths !== undefined) this.#server.on('upgrade', tellUpgrade);
  }

  /** @internal A connection is there. */
  _ttServes(stream: ServerStream): void {
    this.#server.emit('connection', stream);
  }

  /** @internal */
  _ttRequested(connection: HttpConnection<string>, request: IncomingMessage, response: ServerResponse): void {
    const handler = this.#handler;
    if (handler !== undefined) return this.#handle(handler, request, response);
    const hears = connection._ttPlan.has('ttse__onRequest') ? connection : this;
    hears._ttEmit('ttse__onRequest', new HttpExchange(request, response));
  }

  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: HttpConnection<string>, asked: UpgradeRequest): void {
    answerUpgrade(this as unknown as HttpServer<string>, connection, asked, this.#webSockets!);
  }

  #handle(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): void {
    try {
      handler(request, response);
    } catch (thrown) {
      this._ttScheduler.logs.failure(this, toError(thrown), failureInfo('handler', this));
      response.destroy();
    }
  }
}
ofFramework(HttpServer);
