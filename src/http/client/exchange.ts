import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { type ErrorCode, type ErrorDetails, fail } from '../../core/errors.js';
import { Alarm } from '../../tonics/alarm.js';
import type { HttpClientConnection } from './client-connection.js';
import type { PreparedRequest } from './prepared-request.js';
import { lineOf, proxyHeaders } from './route.js';

/** How long one exchange may take, in ms. */
export interface ExchangeTimes {
  readonly headTimeout: number;
  readonly bodyTimeout: number;
}

/** What an exchange tells. After `failed` nothing follows. */
export interface ExchangeEvents {
  /** The head of the answer is there: who reads the body says so within the call. */
  answered(message: IncomingMessage): void;
  /** There is no answer, or no whole one. */
  failed(error: Error): void;
}

/** So many interim answers (RFC 9110, 15.2) may come before the one that counts. */
const MOST_INTERIM = 32;
/** So many bytes of a body that nobody wants are read, so that the connection can be kept. */
const WORTH_READING = 65_536;

/**
 * One request on one connection, and its answer. `node:http` writes the one and reads the other.
 *
 * ```text
 * asked -> answered -> over
 *    \---------\------> over (failed, or given up)
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
  /** When something of the body has come last. */
  #heardAt = 0;

  /**
   * @param name the request in errors.
   * @throws what `node:http` throws where the request cannot be sent.
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

  /** Whether the server may have got something of the request. */
  get isSent(): boolean {
    return this.#connection.traffic.sentBytes > this.#sentBefore;
  }

  /** Whether something of an answer has come. */
  get isAnswered(): boolean {
    return this.#connection.traffic.receivedBytes > this.#receivedBefore;
  }

  /** How many bytes of the answer have come, with its head. */
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
      // Where the agent keeps its socket.
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

  /** Something of the body has come, or the reader was busy with what had. */
  heard(): void {
    this.#heardAt = this.#now;
  }

  #watchBody(wait: number): void {
    this.#alarm.set(wait, () => {
      const { bodyTimeout: ms } = this.#times;
      // What is not read is not the server's fault.
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
    // The server has answered without the rest of the request: that is not needed, and the connection is in the middle of it.
    if (!this.#request.writableFinished) this.#end();
  }

  /** Nobody wants the body: it is read where that is cheaper than another connection. */
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

  /** Fails with an error that the reader of the body has found. */
  failWith(error: Error): void {
    if (this.#isOver) return;
    this.giveUp();
    this.#events.failed(error);
  }

  /** Nobody waits for it any more: its connection is closed. */
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

  /** The connection has ended, or what comes is no HTTP. An answer that is whole all the same is read to its end. */
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
