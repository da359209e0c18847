import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type * as v from 'valibot';
import type { SendResult } from '../../core/asking/reply.js';
import { fail } from '../../core/errors.js';
import type { Due } from '../../core/time/timer-queue.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { headersOf } from '../server/answer.js';
import { ExchangeSparkle } from '../server/exchange-sparkle.js';
import { type ServerEvent, commentBytes, eventBytes } from './event-bytes.js';
import { eventStreamCheck, eventStreamSchema } from './event-options.js';

const PING = commentBytes('');

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of `exchange.events()`. */
export interface EventStreamOptions extends Readonly<Omit<v.InferInput<typeof eventStreamSchema>, 'onGone'>> {
  /** A sparkle that is called when the stream ends without `end()`: the peer has gone, or was too slow. */
  readonly onGone?: { heard(events: EventStream): void }['heard'];
}

/** What an event stream needs of its exchange. */
export interface EventOwner {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly connection: TcpConnection<string>;
  /** The exchange is answered by this stream. @internal */
  _ttStreams(stream: EventStream): void;
}

/** A set that a stream can belong to. */
export interface EventSet {
  delete(stream: EventStream): void;
}

/**
 * An answer that goes on: events for a browser's `EventSource`, as `exchange.events()` begins it.
 *
 * It ends by `end()`, when the peer goes, and when the server drains.
 */
export class EventStream implements Due {
  at = Infinity;
  slot = -1;
  readonly #exchange: EventOwner;
  readonly #pingEvery: number;
  readonly #unsentLimit: number;
  readonly #closes: boolean;
  readonly #options: EventStreamOptions;
  readonly #onGone: ExchangeSparkle | undefined;
  readonly #sets = new Set<EventSet>();
  #isOpen = false;
  /** Whether something was sent since the last check. */
  #isBusy = false;

  /** @internal */
  constructor(exchange: EventOwner, options: EventStreamOptions) {
    eventStreamCheck.check(options, 'events()');
    const { pingEvery, unsentLimit, onUnsentLimit } = eventStreamSchema.entries;
    this.#exchange = exchange;
    this.#options = options;
    const every = options.pingEvery ?? pingEvery.default;
    this.#pingEvery = every === false ? Infinity : (every as number);
    this.#unsentLimit = options.unsentLimit ?? unsentLimit.default;
    this.#closes = (options.onUnsentLimit ?? onUnsentLimit.default) === 'close';
    this.#onGone = options.onGone && ExchangeSparkle.of(options.onGone, '"onGone"');
  }

  /** Whether it is still open. */
  get open(): boolean {
    return this.#isOpen;
  }

  /** The id of the last event that the browser had when it lost the connection before this one. */
  get lastEventId(): string | undefined {
    return this.#exchange.headers['last-event-id'] as string | undefined;
  }

  /** Bytes that were given to be sent and have not left this process. */
  get unsentBytes(): number {
    const { response, connection } = this.#exchange;
    return this.#isOpen ? response.writableLength + connection.unsentBytes : 0;
  }

  /** @internal Sends the headers. */
  _ttBegin(): void {
    const exchange = this.#exchange;
    const { headers, retry } = this.#options;
    const { response, connection } = exchange;
    response.writeHead(200, headersOf({ 'Cache-Control': 'no-store', ...headers }, 'text/event-stream'));
    this.#isOpen = true;
    exchange._ttStreams(this);
    if (retry === undefined) response.flushHeaders();
    else this._ttSend(eventBytes({ retry }));
    if (exchange.method === 'HEAD') return this.end();
    this.#wait(connection._ttScheduler.clock.now());
  }

  /**
   * Sends an event.
   * @returns the result: `'refused'` if the stream has ended, or more than `unsentLimit` is unsent.
   * @throws {TaskTonicError} `TT_BAD_EVENT`
   */
  send(event: ServerEvent): SendResult {
    return this._ttSend(eventBytes(event));
  }

  /**
   * Sends a comment, which a browser ignores.
   * @throws {TaskTonicError} `TT_BAD_EVENT`
   */
  comment(text: string): SendResult {
    return this._ttSend(commentBytes(text));
  }

  /** Ends it, after all earlier events. A browser reconnects; to prevent that, answer its request with 204. */
  end(): void {
    if (!this.#isOpen) return;
    this.#over();
    this.#exchange.response.end();
  }

  /** @internal Sends bytes of complete events. */
  _ttSend(bytes: Buffer): SendResult {
    if (!this.#isOpen) return 'refused';
    const unsent = this.unsentBytes + bytes.length;
    if (unsent > this.#unsentLimit) return this.#tooMuch(unsent);
    this.#isBusy = true;
    return this.#exchange.response.write(bytes) ? 'sent' : 'waiting';
  }

  #tooMuch(unsent: number): 'refused' {
    if (!this.#closes) return 'refused';
    const { connection, response } = this.#exchange;
    connection._ttScheduler.logs.warn(connection, fail('TT_UNSENT_LIMIT', { bytes: unsent }));
    this._ttGone();
    response.destroy();
    return 'refused';
  }

  /** @internal The stream has ended, but not by `end()`. */
  _ttGone(): void {
    if (!this.#isOpen) return;
    this.#over();
    this.#onGone?.call(this);
  }

  #over(): void {
    this.#isOpen = false;
    this.#exchange.connection._ttScheduler.timers.remove(this);
    for (const set of this.#sets) set.delete(this);
  }

  /** @internal Adds the stream to a set until it ends. */
  _ttIn(set: EventSet): void {
    this.#sets.add(set);
  }

  /** @internal */
  _ttOut(set: EventSet): void {
    this.#sets.delete(set);
  }

  // ---- Pings ----

  #wait(now: number): void {
    if (this.#pingEvery === Infinity || !this.#isOpen) return;
    this.#isBusy = false;
    this.at = now + this.#pingEvery;
    this.#exchange.connection._ttScheduler.timers.add(this);
  }

  fire(now: number): void {
    // Data that waits to be sent has the same effect as a ping.
    if (!this.#isBusy && this.unsentBytes === 0) this._ttSend(PING);
    this.#wait(now);
  }
}
