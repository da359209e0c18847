import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { type ErrorCode, type ErrorDetails, fail } from '../../core/errors.js';
import { Alarm } from '../../tonics/alarm.js';
import type { HttpClientConnection } from './client-connection.js';
import type { PreparedRequest } from './prepared-request.js';
import { lineOf, proxyHeaders } from './route.js';

/** The time limits of an exchange, in ms. */
export interface ExchangeTimes {
  readonly headTimeout: number;
  readonly bodyTimeout: number;
}

/** Gets the events of an exchange. Nothing follows after `failed`. */
export interface ExchangeEvents {
  /** The headers of the answer have arrived. The reader of the body must be attached within the call. */
  answered(message: IncomingMessage): void;
  /** There is no answer, or an incomplete one. */
  failed(error: Error): void;
}

/** The most interim answers (RFC 9110, 15.2) before the final one. */
const MOST_INTERIM = 32;
/** The most bytes of an unwanted body that are read to keep the connection. */
const WORTH_READING = 65_536;

/**
 * One request on one connection, and its answer. `node:http` writes the request and reads the answer.
 *
 * ```text
 * asked -> answered -> over
 *   \---------\------> over (failed, or given up)
 * ```
 */
export class Exchange {
  readonly #connection: HttpClientConnection;
  readonly #prepared: PreparedRequest;
  readonly #name: string;
  readonly #times: ExchangeTimes;
  readonly #events: ExchangeEvents;
  readonly #alarm: Alarm;
  readonly #request: ClientRequest;
  readonly #sentBefore: number;
  readonly #receivedBefore: number;
  #message: IncomingMessage | undefined;
  #interim = 0;
  #isOver = false;
  /** When a part of the body arrived last. */
  #heardAt = 0;

  /**
   * @param name the request, for errors.
   * @throws what `node:http` throws if the request cannot be sent.
   */
  constructor(
    connection: HttpClientConnection,
    prepared: PreparedRequest,
    name: string,
    times: ExchangeTimes,
    events: ExchangeEvents,
  ) {
    this.#connection = connection;
    this.#prepared = prepared;
    this.#name = name;
    this.#times = times;
    this.#events = events;
    this.#alarm = new Alarm(connection);
    const { sentBytes, receivedBytes } = connection.traffic;
    this.#sentBefore = sentBytes;
    this.#receivedBefore = receivedBytes;
    this.#request = this.#ask();
  }

  /** Whether the server may have received a part of the request. */
  get isSent(): boolean {
    return this.#connection.traffic.sentBytes > this.#sentBefore;
  }

  /** Whether a part of an answer has arrived. */
  get isAnswered(): boolean {
    return this.#connection.traffic.receivedBytes > this.#receivedBefore;
  }

  /** The received bytes of the answer, including its headers. */
  get received(): number {
    return this.#connection.traffic.receivedBytes - this.#receivedBefore;
  }

  get isReused(): boolean {
    return this.#connection.isReused;
  }

  #ask(): ClientRequest {
    const { method, headers, body } = this.#prepared;
    const { route, agent } = this.#connection;
    const asked = request({
      agent,
      method,
      // The key under which the agent keeps its socket.
      host: route.host,
      port: route.port,
      path: lineOf(this.#prepared, route),
      headers: { ...headers, ...proxyHeaders(route.forwards) },
      insecureHTTPParser: false,
    });
    this.#connection.begins();
    asked.on('error', (error) => this.#broke(error));
    asked.on('close', () => this.#broke(undefined));
    asked.on('response', (message) => this.#answered(message));
    asked.on('information', () => this.#informed());
    asked.on('finish', () => this.#sent());
    if (body instanceof Readable) body.pipe(asked);
    else asked.end(body);
    return asked;
  }

  #sent(): void {
    const { headTimeout: ms } = this.#times;
    if (this.#isOver || this.#message !== undefined) return;
    this.#alarm.set(ms, () => this.#fail('TT_HTTP_TIMEOUT', { ms, what: 'head of an answer', option: 'headTimeout' }));
  }

  #informed(): void {
    if (++this.#interim > MOST_INTERIM)
      this.#fail('TT_HTTP_BAD_ANSWER', { problem: `${this.#interim} interim answers came before the one that counts` });
  }

  // ---- The answer ----

  #answered(message: IncomingMessage): void {
    if (this.#isOver) return;
    this.#message = message;
    this.#noteKeepAlive(message);
    message.on('error', () => {});
    this.#heardAt = this.#now;
    this.#watchBody(this.#times.bodyTimeout);
    this.#events.answered(message);
  }

  #noteKeepAlive({ headers }: IncomingMessage): void {
    const seconds = /(?:^|[\s,])timeout=(\d+)/i.exec(String(headers['keep-alive'] ?? ''))?.[1];
    if (seconds !== undefined) this.#connection.keptFor(Number(seconds) * 1_000);
  }

  /** A part of the body has arrived, or the reader is still busy with earlier parts. */
  heard(): void {
    this.#heardAt = this.#now;
  }

  #watchBody(wait: number): void {
    this.#alarm.set(wait, () => {
      const { bodyTimeout: ms } = this.#times;
      // While the reader pauses, the server is not late.
      if (this.#message!.isPaused()) this.heard();
      const left = this.#heardAt + ms - this.#now;
      if (left > 0) this.#watchBody(left);
      else this.#fail('TT_HTTP_TIMEOUT', { ms, what: 'next part of the body', option: 'bodyTimeout' });
    });
  }

  get #now(): number {
    return this.#connection._ttScheduler.clock.now();
  }

  /** The body was read to its end. */
  done(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#alarm.clear();
    // The server has answered before the whole request was sent. The rest is not needed, and the connection cannot be
    // used again.
    if (!this.#request.writableFinished) this.#end();
  }

  /** Nobody wants the body: it is read to its end if that costs less than a new connection. */
  discard(message: IncomingMessage): void {
    if (Number(message.headers['content-length'] ?? 0) > WORTH_READING) return this.giveUp();
    let size = 0;
    message.on('data', ({ length }: Buffer) => {
      size += length;
      this.heard();
      if (size > WORTH_READING) this.giveUp();
    });
    message.on('end', () => this.done());
    return undefined;
  }

  // ---- Its end ----

  /** Fails with an error of the reader of the body. */
  failWith(error: Error): void {
    if (this.#isOver) return;
    this.giveUp();
    this.#events.failed(error);
  }

  /** Nobody waits for the answer any more: the connection is closed. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#alarm.clear();
    this.#end();
  }

  #end(): void {
    const { body } = this.#prepared;
    if (body instanceof Readable) body.destroy();
    this.#request.destroy();
  }

  #fail(code: ErrorCode, details: ErrorDetails, cause?: unknown): void {
    if (this.#isOver) return;
    this.failWith(fail(code, { request: this.#name, ...details }, cause));
  }

  /** The connection has ended, or sent invalid HTTP. An answer that is complete anyway is read to its end. */
  #broke(error: NodeJS.ErrnoException | undefined): void {
    if (this.#isOver || this.#message?.complete === true) return;
    if (error?.code?.startsWith('HPE_') === true)
      return this.#fail(
        'TT_HTTP_BAD_ANSWER',
        { problem: `the answer is not HTTP (${error.code}: ${error.message})` },
        error,
      );
    return this.#fail('TT_HTTP_CUT', { bytes: this.received }, error);
  }
}
