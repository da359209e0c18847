import type { IncomingMessage, ServerResponse } from 'node:http';
import { incurOwed, settleOwed } from '../../core/asking/owed.js';
import { ofFramework } from '../../core/plan/plan.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { NO_OPTIONS, type TonicOptions } from '../../core/options/tonic-options.js';
import type { DisconnectInfo } from '../../tonics/tcp/connection/disconnect.js';
import { Interest } from '../../selector/interest.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { EventStream } from '../events/event-stream.js';
import { HttpExchange } from './exchange.js';
import { ExchangeWatch, type WatchedExchanges } from './exchange-watch.js';
import type { HttpServer } from './http-server.js';
import { classRouter } from './routes/routing.js';
import type { ClassRoutes } from './routes/routes.js';
import { ServerStream } from './server-stream.js';

/**
 * One connection of an HttpServer, with the requests that come on it. A protocol may extend it:
 *
 * ```ts
 * class Hello extends HttpConnection {
 *   ttse__onRequest(exchange: HttpExchange): void { exchange.reply('hello'); }
 * }
 * ```
 */
export class HttpConnection<State extends string = never> extends TcpConnection<State> implements WatchedExchanges {
  /** Which of its sparkles hears which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** A request has come: its head was read. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };

  readonly #stream = new ServerStream(this as unknown as HttpConnection<string>);
  /** Responses that are still to be given, the first of them first, each with its exchange where it has one. */
  readonly #underWay = new Map<ServerResponse, HttpExchange | undefined>();
  #watch: ExchangeWatch | undefined = undefined;
  /** Those of its responses that are streams of events. */
  #events: Map<ServerResponse, EventStream> | undefined = undefined;
  /** It ends when these are given. */
  #isLast = false;

  constructor(options: TonicOptions = NO_OPTIONS) {
    super(options);
    // What is wrong with them is told before a request comes.
    classRouter(new.target);
  }

  // ---- What comes and goes ----

  ttse__onConnected(): void {
    (this._ttBase as HttpServer)._ttServes(this.#stream);
  }

  ttse__onData(data: Buffer): void {
    this.#stream.received(data);
  }

  ttse__onDrain(): void {
    this.#stream.drained();
  }

  /** Node would end a connection whose peer has ended, whatever is still to be answered. */
  ttse__onEnd(): void {
    // A browser that has left: nobody hears what else would be sent.
    if (this.#events !== undefined) for (const [response, events] of this.#events) this.#leave(response, events);
    if (this.#underWay.size === 0) this.#stream.peerEnded();
  }

  ttse__onDisconnected(info: DisconnectInfo): void {
    this.#stream.disconnected(info);
    this.#watch?.stop();
    // Node tells only the first of them.
    for (const response of this.#underWay.keys()) this.#closed(response);
  }

  #leave(response: ServerResponse, events: EventStream): void {
    events._ttGone();
    response.end();
  }

  // ---- Its requests ----

  /** @internal A request has come. */
  _ttRequested(request: IncomingMessage, response: ServerResponse): void {
    incurOwed(this);
    response.on('close', HttpConnection.#onClose);
    if (this.#isLast) response.setHeader('Connection', 'close');
    const server = this._ttBase as HttpServer;
    const { handler } = server._ttServing;
    const exchange = handler === undefined ? new HttpExchange(request, response) : undefined;
    this.#underWay.set(response, exchange);
    if (exchange === undefined) return server._ttHandle(handler!, request, response);
    this.#awaitAnswer(exchange);
    return server._ttRequested(this as unknown as HttpConnection<string>, exchange);
  }

  #awaitAnswer(exchange: HttpExchange): void {
    const { replyTimeout } = this._ttSettings;
    if (replyTimeout !== false) (this.#watch ??= new ExchangeWatch(this, replyTimeout)).begins(exchange);
  }

  /** @internal */
  get _ttExchanges(): Iterable<HttpExchange> {
    return [...this.#underWay.values()].filter((exchange) => exchange !== undefined);
  }

  /** @internal */
  get _ttReceived(): number {
    return this._ttProgress(Interest.READ);
  }

  /** @internal A response is a stream of events now. */
  _ttStreams(response: ServerResponse, events: EventStream): void {
    (this.#events ??= new Map()).set(response, events);
    // Nobody hears more than what was under way.
    if (this.#isLast) events.end();
  }

  static readonly #onClose = function (this: ServerResponse): void {
    ((this.req.socket as unknown as ServerStream).connection as HttpConnection<string>).#closed(this);
  };

  /** A response is over: it was sent, or its peer has gone. */
  #closed(response: ServerResponse): void {
    const exchange = this.#underWay.get(response);
    if (!this.#underWay.delete(response)) return;
    this.#events?.get(response)?._ttGone();
    this.#events?.delete(response);
    exchange?._ttClosed();
    settleOwed(this);
  }

  // ---- Its end ----

  /** @internal What was asked is answered, and it is said that no more will be. */
  override _ttDrain(): boolean {
    this.#isLast = true;
    for (const response of this.#underWay.keys()) if (!response.headersSent) response.setHeader('Connection', 'close');
    if (this.#events !== undefined) for (const events of this.#events.values()) events.end();
    return super._ttDrain();
  }
}
ofFramework(HttpConnection);
