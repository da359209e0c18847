import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { toError } from '../../core/errors.js';
import { failureInfo } from '../../core/life.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TcpServer, type TcpServerOptions } from '../../tonics/tcp/server/tcp-server.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import { badOption } from '../../core/options/option-problem.js';
import { running } from '../../core/running.js';
import type { HttpExchange } from './exchange.js';
import { HttpError } from './failure.js';
import type { Hearer } from './hearer.js';
import type { ClassRoutes, RouteTable } from './routes/routes.js';
import type { Router } from './routes/router.js';
import { classRouter, givenRouter, hearRequest } from './routes/routing.js';
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
    /** What answers all requests, in the place of sparkles: any function of `(request, response)`, such as an app of Express. */
    readonly handler?: HttpHandler;
    /** Which sparkle hears which requests: `{ 'GET /users/:id': this.ttse__onUser }`. Needs the package find-my-way. */
    readonly routes?: RouteTable;
    /** Where WebSockets are opened: by path, the Tonic of each, or `{ protocol, ... }`. See docs/websocket.md. */
    readonly webSockets?: WebSocketPaths;
  };

/** Listens for HTTP: `node:http` reads the requests and writes the responses, on connections that are Tonics. */
export class HttpServer<State extends string = never> extends TcpServer<State> {
  /** Which of its sparkles hears which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };
  /** A request has come that its connection does not hear of itself. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  readonly #server: Server = nodeServer();
  readonly #handler: HttpHandler | undefined;

  readonly #webSockets: WebSocketPathTable | undefined;
  readonly #routes: Router<Hearer> | undefined;

  /** @throws {TaskTonicError} `TT_NEEDS_PACKAGE` where it has routes and find-my-way is missing; `TT_NOT_A_SPARKLE`; and as a TcpServer. */
  constructor({ handler, routes, webSockets, ...options }: HttpServerOptions) {
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const router = givenRouter(routes, (options.base as AnyTonic | undefined) ?? running.tonic, new.target.name);
    classRouter(new.target);
    const paths = WebSocketPathTable.of(webSockets, new.target.name);
    if (paths !== undefined && (options.catalysts ?? 1) > 1)
      throw badOption(new.target.name, 'webSockets', 'with "catalysts" it cannot be given to threads');
    super({ protocol: HttpConnection, ...options } as TcpServerOptions);
    this.#handler = handler;
    this.#routes = router;
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
    const exchange = connection._ttExchange(request, response);
    if (!hearRequest(exchange, connection, this, this.#routes)) exchange.fail(new HttpError(404));
    return undefined;
  }

  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: HttpConnection<string>, asked: UpgradeRequest): void {
    answerUpgrade(this as unknown as HttpServer<string>, connection, asked, this.#webSockets!);
  }

  #handle(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): void {
    try {
      const given = handler(request, response) as { readonly then?: unknown } | null | undefined;
      if (typeof given?.then === 'function')
        (given as PromiseLike<unknown>).then(undefined, (reason: unknown) => this.#handlerFailed(reason, response));
    } catch (thrown) {
      this.#handlerFailed(thrown, response);
    }
  }

  #handlerFailed(thrown: unknown, response: ServerResponse): void {
    this._ttScheduler.logs.failure(this, toError(thrown), failureInfo('handler', this));
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'Content-Length': 0 }).end();
  }
}
ofFramework(HttpServer);
