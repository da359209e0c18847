import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { Interest } from '../../selector/interest.js';
import type { EventStream } from '../events/event-stream.js';
import { type ExchangeOwner, HttpExchange } from './exchange.js';
import { ExchangeWatch, type WatchedExchanges } from './exchange-watch.js';
import type { RequestTally } from './request-tally.js';

/** The open exchanges of a connection, the oldest first. It is made with the first exchange. */
export class Exchanges implements ExchangeOwner, WatchedExchanges {
  readonly connection: TcpConnection<string>;
  readonly #all = new Map<ServerResponse, HttpExchange>();
  readonly #tally: RequestTally;
  readonly #watch: ExchangeWatch | undefined;
  #events: Map<HttpExchange, EventStream> | undefined = undefined;
  /** The connection is about to end: event streams end. */
  #drains = false;

  constructor(connection: TcpConnection<string>, tally: RequestTally) {
    this.connection = connection;
    this.#tally = tally;
    const { replyTimeout } = connection._ttSettings;
    if (replyTimeout !== false) this.#watch = new ExchangeWatch(this, replyTimeout);
  }

  /** A request has arrived and must be answered. */
  begin(request: IncomingMessage, response: ServerResponse): HttpExchange {
    const exchange = new HttpExchange(request, response, this);
    this.#all.set(response, exchange);
    this.#watch?.begins(exchange);
    return exchange;
  }

  /** A response has ended: it was sent, or its peer is gone. */
  closed(response: ServerResponse): void {
    const exchange = this.#all.get(response);
    if (exchange === undefined) return;
    this.#all.delete(response);
    this.#events?.get(exchange)?._ttGone();
    this.#events?.delete(exchange);
    exchange._ttClosed();
  }

  /** @internal */
  threw(): void {
    this.#tally.add('failed');
  }

  /** @internal */
  streams(exchange: HttpExchange, stream: EventStream): void {
    (this.#events ??= new Map()).set(exchange, stream);
    if (this.#drains) stream.end();
  }

  /** The peer sends no more. A browser with an event stream has left the page, so the stream ends. */
  peerEnded(): void {
    for (const [{ response }, stream] of this.#events ?? []) {
      stream._ttGone();
      response.end();
    }
  }

  /** The connection is about to end. Open requests are answered; event streams end at once. */
  drain(): void {
    this.#drains = true;
    for (const stream of this.#events?.values() ?? []) stream.end();
  }

  /** The connection is closed. */
  disconnected(): void {
    this.#watch?.stop();
    // Node emits this for the oldest response only.
    for (const response of this.#all.keys()) this.closed(response);
  }

  // ---- For the watch ----

  /** @internal */
  get _ttScheduler(): WatchedExchanges['_ttScheduler'] {
    return this.connection._ttScheduler;
  }

  /** @internal */
  get _ttExchanges(): Iterable<HttpExchange> {
    return this.#all.values();
  }

  /** @internal */
  get _ttReceived(): number {
    return this.connection._ttProgress(Interest.READ);
  }
}
