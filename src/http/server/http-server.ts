import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type * as v from 'valibot';
import { fail, toError } from '../../core/errors.js';
import { settleOwed } from '../../core/asking/owed.js';
import { failureInfo } from '../../core/life.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import { running } from '../../core/running.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { badOption } from '../../core/options/option-problem.js';
import { settingsIn } from '../../core/options/option-schema.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import type { Protocol } from '../../tonics/tcp/connection/protocol.js';
import { PART, PART_OF, type PartGiven, type PartOf } from '../../tonics/tcp/server/server-catalyst.js';
import { TcpServer, type TcpServerOptions } from '../../tonics/tcp/server/tcp-server.js';
import type { HttpExchange } from './exchange.js';
import type { Hearer } from './hearer.js';
import { HttpConnection } from './http-connection.js';
import {
  type HttpHandler,
  type HttpServerOptions,
  type HttpSettings,
  httpSchema,
  NOT_OF_HTTP,
  httpServerSchema,
  placedHttpServerSchema,
} from './http-server-options.js';
import { nodeServer } from './node-server.js';
import { Status } from './refusals.js';
import { type RequestCounts, RequestTally } from './request-tally.js';
import type { ClassRoutes } from './routes/routes.js';
import type { Router } from './routes/router.js';
import { classRouter, givenRouter, hearRequest } from './routes/routing.js';
import type { ServerStream } from './server-stream.js';
import { SWITCHED, type UpgradeRequest, withoutUpgrade } from './upgrade.js';
import { answerUpgrade } from '../websocket/take-over.js';
import { WebSocketPathTable } from '../websocket/websocket-paths.js';

/**
 * Listens for HTTP: `node:http` reads the requests and writes the responses, on connections that are Tonics. A handler or a sparkle that throws
 * hurts only the request that it was called for: that is answered with 500.
 */
export class HttpServer<State extends string = never> extends TcpServer<State> {
  /** Which of its sparkles hears which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };
  /** What its options must look like. */
  static override readonly optionsSchema: v.GenericSchema = placedHttpServerSchema;
  /** A request has come that its connection does not hear of itself. What it throws is logged, and answered with 500. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  /** @internal */ readonly _ttHttp: HttpSettings;
  /** @internal */ readonly _ttRequests: RequestTally;
  readonly #server: Server;
  readonly #handler: HttpHandler | undefined;
  readonly #webSockets: WebSocketPathTable | undefined;
  readonly #routes: Router<Hearer> | undefined;
  #isWarned = false;

  /** @throws {TaskTonicError} `TT_NEEDS_PACKAGE` where it has routes and find-my-way is missing, or WebSockets and ws; `TT_NOT_A_SPARKLE`; and as a TcpServer. */
  constructor(options: HttpServerOptions) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const http = settingsIn(httpSchema, options, name);
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const router = givenRouter(http.routes, (options.base as AnyTonic | undefined) ?? running.tonic, name);
    classRouter(new.target);
    const paths = WebSocketPathTable.of(http.webSockets, name);
    const protocol = httpProtocol(options.protocol, name);
    const { [PART]: part } = options as { readonly [PART]?: PartGiven };
    const threads = options.catalysts ?? 1;
    const tally = part?.shared === undefined ? RequestTally.of(threads) : new RequestTally(part.shared, part.index);
    const inParts = threads > 1 ? forThreads(http, name) : {};
    const of: PartOf = { tonic: 'HttpServer', shared: tally.buffer, options: inParts, without: NOT_OF_HTTP };
    const given = { ...withAlpn(options), protocol, unsentLimit: roomFor(options), [PART_OF]: of };
    super(given as unknown as TcpServerOptions);
    this._ttHttp = http;
    this._ttRequests = tally;
    this.#handler = http.handler ?? (protocol as { readonly handler?: HttpHandler }).handler;
    this.#server = nodeServer(http);
    this.#webSockets = paths;
    this.#routes = router;
  }

  /** Its requests, over all its threads: received, answered, refused. */
  get requests(): RequestCounts {
    return this._ttRequests.counts;
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
    if (!hearRequest(exchange, connection, this, this.#routes)) this.#unheard(response);
    return undefined;
  }

  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: HttpConnection<string>, asked: UpgradeRequest): void {
    this.#answerUpgrade(connection, asked);
    settleOwed(connection);
  }

  #answerUpgrade(connection: HttpConnection<string>, asked: UpgradeRequest): void {
    const { upgrade, connect } = this._ttHttp;
    const takeover = asked.request.method === 'CONNECT' ? connect : upgrade;
    if (this.#webSockets !== undefined && (takeover === undefined || this.#webSockets.takes(asked.request)))
      return answerUpgrade(this as unknown as HttpServer<string>, connection, asked, this.#webSockets);
    // Whatever it asks for may be left out: RFC 9110, 7.8.
    if (takeover === undefined)
      return connection._ttServesAgain(
        Buffer.concat([withoutUpgrade(asked.request), connection._ttTakeRest(asked.behind)]),
      );
    this._ttRequests.answeredBeside(SWITCHED);
    try {
      connection._ttGivenTo(takeover, asked);
    } catch (thrown) {
      this.#log(thrown);
      connection.ttsc__abort();
    }
    return undefined;
  }

  #handle(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): void {
    try {
      const given = handler(request, response) as { readonly then?: unknown } | null | undefined;
      if (typeof given?.then !== 'function') return;
      (given as PromiseLike<unknown>).then(undefined, (reason: unknown) => this.#failed(response, reason));
    } catch (thrown) {
      this.#failed(response, thrown);
    }
  }

  #failed(response: ServerResponse, thrown: unknown): void {
    this.#log(thrown);
    const { connection } = response.req.socket as unknown as ServerStream;
    connection._ttFailed(response);
  }

  #log(thrown: unknown): void {
    this._ttRequests.add('failed');
    this._ttScheduler.logs.failure(this, toError(thrown), failureInfo('handler', this));
  }

  #unheard(response: ServerResponse): void {
    this._ttRequests.add('unheard');
    if (!this.#isWarned) this._ttScheduler.logs.warn(this, fail('TT_NO_REQUEST_HANDLER', { tonic: this.name }));
    this.#isWarned = true;
    response.writeHead(Status.unheard, { 'Content-Length': 0 });
    response.end();
  }
}
ofFramework(HttpServer);
takesOptions(HttpServer, httpServerSchema);

/**
 * The protocol of its connections.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where that is not one for HTTP.
 */
function httpProtocol(protocol: Protocol | undefined, className: string): Protocol {
  if (protocol === undefined) return HttpConnection;
  if (protocol === (HttpConnection as unknown) || protocol.prototype instanceof HttpConnection) return protocol;
  const isClass = Object.getOwnPropertyDescriptor(protocol, 'prototype')?.writable === false;
  const problem = 'must be a class that extends HttpConnection, or a function that makes one';
  if (isClass) throw badOption(className, 'protocol', problem);
  return () => {
    const made = (protocol as () => unknown)();
    if (made instanceof HttpConnection) return made as HttpConnection<string>;
    throw badOption(className, 'protocol', problem);
  };
}

/**
 * The options that its threads are given.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where one is a function, or has one: they cannot be given that.
 */
function forThreads(
  { handler, upgrade, connect, webSockets, routes, ...others }: HttpSettings,
  className: string,
): PartOf['options'] {
  for (const [option, value] of Object.entries({ handler, routes, upgrade, connect, webSockets })) {
    if (value === undefined) continue;
    const instead = option === 'handler' ? ': say it as "static handler" of the protocol' : '';
    throw badOption(className, option, `with "catalysts" it cannot be given to threads${instead}`);
  }
  return others;
}

/** Under TLS it says which protocol it speaks, unless that was said. */
function withAlpn<O extends HttpServerOptions>(options: O): O {
  const { tls } = options;
  return tls === undefined ? options : { ...options, tls: { alpn: ['http/1.1'], ...tls } };
}

/** What one write brings beyond the high-water mark is no overflow: the stream waits then. */
function roomFor({ unsentLimit = 16_777_216, highWaterMark = 262_144 }: HttpServerOptions): number {
  return Math.max(unsentLimit, highWaterMark + 65_536);
}
