import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import * as v from 'valibot';
import type { AnyTonic } from '../../core/any-tonic.js';
import { toError } from '../../core/errors.js';
import { failureInfo } from '../../core/life.js';
import { optionsIn, parseOptions } from '../../core/options/option-schema.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import { running } from '../../core/running.js';
import { TcpServer, type TcpServerOptions } from '../../tonics/tcp/server/tcp-server.js';
import type { HttpExchange } from './exchange.js';
import { HttpError } from './failure.js';
import type { Hearer } from './hearer.js';
import { HttpConnection } from './http-connection.js';
import { nodeServer } from './node-server.js';
import type { ClassRoutes, RouteTable } from './routes/routes.js';
import type { Router } from './routes/router.js';
import { classRouter, givenRouter, routed } from './routes/routing.js';
import type { ServerStream } from './server-stream.js';

/** What `node:http`, Express, Fastify and others call for each request. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

export const httpServerOptions = {
  /** What answers all requests, in the place of sparkles: any function of `(request, response)`, such as an app of Express. */
  handler: v.optional(v.custom<HttpHandler>((value) => typeof value === 'function', 'must be a function')),
  /** Which sparkle hears which requests: `{ 'GET /users/:id': this.ttse__onUser }`. Needs the package find-my-way. */
  routes: v.optional(v.custom<RouteTable>((value) => typeof value === 'object' && value !== null, 'must be an object')),
};
const httpServerSchema = v.strictObject(httpServerOptions);

/** Options of an {@link HttpServer}. */
export type HttpServerOptions = TcpServerOptions & Readonly<v.InferInput<typeof httpServerSchema>>;

/** How an HttpServer serves. */
interface Serving {
  readonly handler: HttpHandler | undefined;
  readonly routes: Router<Hearer> | undefined;
}

/** Listens for HTTP: `node:http` reads the requests and writes the responses, on connections that are Tonics. */
export class HttpServer<State extends string = never> extends TcpServer<State> {
  /** Which of its sparkles hears which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };
  /** A request has come that its connection does not hear of itself. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  readonly #server: Server = nodeServer();
  /** @internal */
  readonly _ttServing: Serving;

  /** @throws {TaskTonicError} `TT_NEEDS_PACKAGE` where it has routes and find-my-way is missing; `TT_NOT_A_SPARKLE`; and as TcpServer. */
  constructor(options: HttpServerOptions) {
    const { name } = new.target;
    const { handler, routes, ...rest } = optionsIn(options, name) as HttpServerOptions;
    const own = parseOptions(httpServerSchema, { handler, routes }, name);
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const base = (rest.base as AnyTonic | undefined) ?? running.tonic;
    const router = own.routes && givenRouter(own.routes, base, name);
    classRouter(new.target);
    super({ protocol: HttpConnection, ...rest } as TcpServerOptions);
    this._ttServing = { handler: own.handler, routes: router };
  }

  /** @internal A connection is there. */
  _ttServes(stream: ServerStream): void {
    this.#server.emit('connection', stream);
  }

  // ---- Who hears a request ----

  /** @internal */
  _ttRequested(connection: HttpConnection<string>, exchange: HttpExchange): void {
    const ofConnection = classRouter(connection.constructor as typeof HttpConnection);
    const ofServer = classRouter(this.constructor as typeof HttpServer);
    const { routes } = this._ttServing;
    if (routes === undefined && ofConnection === undefined && ofServer === undefined)
      return this.#tell(connection, exchange, []);
    if (routed(exchange, ofConnection, connection) || routed(exchange, ofServer, this as AnyTonic)) return undefined;
    const found = routes?.find(exchange.method, exchange.url);
    if (found === undefined) return this.#tell(connection, exchange, [ofConnection, ofServer, routes]);
    exchange._ttRouted(found.params);
    return found.target.tell(exchange);
  }

  /** Without a route it is heard as an event, unless its path has routes for other methods. */
  #tell(connection: HttpConnection<string>, exchange: HttpExchange, routers: readonly (Router<unknown> | undefined)[]) {
    const methods = new Set(routers.flatMap((router) => router?.methodsOf(exchange.url) ?? []));
    const allow = [...methods].sort().join(', ');
    if (allow !== '' && exchange.method !== 'OPTIONS') return exchange.fail(notAllowed(allow));
    const hears = connection._ttPlan.has('ttse__onRequest') ? connection : this;
    if (hears._ttEmit('ttse__onRequest', exchange)) return undefined;
    return exchange.fail(allow === '' ? new HttpError(404) : notAllowed(allow));
  }

  // ---- A handler ----

  /** @internal */
  _ttHandle(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): void {
    try {
      const handled = handler(request, response) as PromiseLike<unknown> | undefined;
      if (typeof handled?.then === 'function')
        handled.then(undefined, (reason: unknown) => this.#handlerFailed(reason, response));
    } catch (thrown) {
      this.#handlerFailed(thrown, response);
    }
  }

  #handlerFailed(thrown: unknown, response: ServerResponse): void {
    this._ttScheduler.logs.failure(this as AnyTonic, toError(thrown), failureInfo('handler', this as AnyTonic));
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'Content-Length': 0 }).end();
  }
}
ofFramework(HttpServer);

function notAllowed(allow: string): HttpError {
  return new HttpError(405, undefined, { headers: { Allow: allow } });
}
