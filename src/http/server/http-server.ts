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
import { Plan, ofFramework } from '../../core/plan/plan.js';
import { PART, PART_OF, type PartGiven, type PartOf } from '../../tonics/tcp/server/server-catalyst.js';
import { threadsOf } from '../../tonics/tcp/server/server-options.js';
import { TcpServer, type TcpServerOptions } from '../../tonics/tcp/server/tcp-server.js';
import type { HttpExchange } from './exchange.js';
import type { ExchangeSparkle } from './exchange-sparkle.js';
import { HttpConnection } from './http-connection.js';
import {
  type HttpHandler,
  type HttpSettings,
  httpSchema,
  NOT_OF_HTTP,
  httpServerSchema,
  placedHttpServerSchema,
} from './http-server-options.js';
import { type HttpServerOptions, httpProtocol } from './http-protocol.js';
import { nodeServer } from './node-server.js';
import { Status } from './refusals.js';
import { type RequestCounts, RequestTally } from './request-tally.js';
import type { ClassRoutes } from './routes/routes.js';
import type { Router } from './routes/router.js';
import { classRouter, givenRouter, hearRequest } from './routes/routing.js';
import type { ServerStream } from './server-stream.js';
import type { ServedConnection } from './serving-tonic.js';
import { SWITCHED, type Upgradeable, type UpgradeRequest, withoutUpgrade } from './upgrade.js';
import { answerUpgrade } from '../websocket/take-over.js';
import { WebSocketPathTable } from '../websocket/websocket-paths.js';

/**
 * Listens for HTTP: `node:http` reads the requests and writes the responses, on connections that are Tonics. A handler or a sparkle that throws
 * hurts only the request that it was called for: that is answered with 500.
 */
export class HttpServer<State extends string = never> extends TcpServer<State> {
  /** Which of its sparkles handles which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };
  /** What its options must look like. */
  static override readonly optionsSchema: v.GenericSchema = placedHttpServerSchema;
  /**
   * A request that its connection does not handle itself. If this sparkle throws, the error is logged, and the answer
   * is 500.
   */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  /** @internal */ readonly _ttHttp: HttpSettings;
  /** @internal */ readonly _ttRequests: RequestTally;
  readonly #server: Server;
  readonly #handler: HttpHandler | undefined;
  readonly #webSockets: WebSocketPathTable | undefined;
  readonly #routes: Router<ExchangeSparkle> | undefined;
  #isWarned = false;

  /** @throws {TaskTonicError} `TT_NEEDS_PACKAGE` where it has routes and find-my-way is missing, or WebSockets and ws; `TT_NOT_A_SPARKLE`; and as a TcpServer. */
  constructor(options: HttpServerOptions) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const http = settingsIn(httpSchema, options, name);
    // Checked before the server enters the app, so that a refused one leaves nothing behind.
    const router = givenRouter(http.routes, (options.base as AnyTonic | undefined) ?? running.tonic, name);
    const ownRouter = classRouter(new.target);
    const protocol = httpProtocol(options.protocol, name);
    const { handler, webSockets } = protocol as SaidOfProtocol;
    const paths = WebSocketPathTable.of(http.webSockets ?? webSockets, name);
    const { [PART]: part } = options as { readonly [PART]?: PartGiven };
    const threads = threadsOf(options.catalysts);
    const isSpread = (options.catalysts ?? 1) !== 1;
    const tally = part?.shared === undefined ? RequestTally.of(threads) : new RequestTally(part.shared, part.index);
    if (isSpread && (ownRouter !== undefined || Plan.of(new.target).has('ttse__onRequest')))
      throw badOption(name, 'catalysts', NOT_IN_THREADS);
    const inParts = isSpread ? forThreads(http, name) : {};
    const of: PartOf = { tonic: 'HttpServer', shared: tally.buffer, options: inParts, without: NOT_OF_HTTP };
    const given = { ...withAlpn(options), protocol, unsentLimit: roomFor(options), [PART_OF]: of };
    super(given as unknown as TcpServerOptions);
    this._ttHttp = http;
    this._ttRequests = tally;
    this.#handler = http.handler ?? handler;
    this.#server = nodeServer(http);
    this.#webSockets = paths;
    this.#routes = router;
  }

  /** Its requests, over all its threads: received, answered, refused. */
  get requests(): RequestCounts {
    return this._ttRequests.counts;
  }

  /** @internal A connection is open. */
  _ttServes(stream: ServerStream): void {
    this.#server.emit('connection', stream);
    // Without this Node would begin to read in a later tick. A peer that sends a request and ends its side at once
    // would get no answer.
    stream.read(0);
  }

  /** @internal */
  _ttRequested(connection: ServedConnection, request: IncomingMessage, response: ServerResponse): void {
    const handler = this.#handler;
    if (handler !== undefined) return this.#handle(handler, request, response);
    const exchange = connection._ttExchange(request, response);
    if (!hearRequest(exchange, connection, this, this.#routes)) this.#unheard(response);
    return undefined;
  }

  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: Upgradeable, asked: UpgradeRequest): void {
    this.#answerUpgrade(connection, asked);
    settleOwed(connection);
  }

  #answerUpgrade(connection: Upgradeable, asked: UpgradeRequest): void {
    const { upgrade, connect } = this._ttHttp;
    const takeover = asked.request.method === 'CONNECT' ? connect : upgrade;
    if (this.#webSockets !== undefined && (takeover === undefined || this.#webSockets.takes(asked.request)))
      return answerUpgrade(this as unknown as HttpServer<string>, connection, asked, this.#webSockets);
    // A server may ignore such a wish: RFC 9110, 7.8.
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

  // ---- Its end ----

  /** @internal Drains first, so that no new requests arrive while the base waits for open ones. */
  override _ttBaseWaits(): void {
    this.ttsc__finish();
  }

  /** @internal Requests that this server must answer: a connection ends when its requests are answered. */
  override _ttDrain(): boolean {
    for (const infusion of [...this.infusions]) if (infusion instanceof HttpConnection) infusion.ttsc__finish();
    return super._ttDrain();
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

/** What the class of the connections may define if the options do not. A thread that loads the class has it, too. */
type SaidOfProtocol = Pick<typeof HttpConnection, 'handler' | 'webSockets'>;

const OF_PROTOCOL: readonly string[] = ['handler', 'routes', 'webSockets'] satisfies (keyof typeof HttpConnection)[];
const NOT_IN_THREADS =
  'its threads make a plain HttpServer each, without the sparkles of this class: say ttse__onRequest and "static routes" of the protocol';

/**
 * The options for the threads of a server.
 * @throws {TaskTonicError} `TT_BAD_OPTION` if one of them is, or contains, a function: functions cannot be sent to a
 *   thread.
 */
function forThreads(
  { handler, upgrade, connect, webSockets, routes, ...others }: HttpSettings,
  className: string,
): PartOf['options'] {
  for (const [option, value] of Object.entries({ handler, routes, upgrade, connect, webSockets })) {
    if (value === undefined) continue;
    const instead = OF_PROTOCOL.includes(option) ? `: say it as "static ${option}" of the protocol` : '';
    throw badOption(className, option, `with "catalysts" it cannot be given to threads${instead}`);
  }
  return others;
}

/** Sets the ALPN protocol under TLS, unless the options name one. */
function withAlpn<O extends HttpServerOptions>(options: O): O {
  const { tls } = options;
  return tls === undefined ? options : { ...options, tls: { alpn: ['http/1.1'], ...tls } };
}

/** A single write above the high-water mark is no overflow, because the stream waits after it. */
function roomFor({ unsentLimit = 16_777_216, highWaterMark = 262_144 }: HttpServerOptions): number {
  return Math.max(unsentLimit, highWaterMark + 65_536);
}
