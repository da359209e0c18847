import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Awaited } from '../../core/asking/answer.js';
import type { Responder } from '../../core/asking/reply.js';
import { type TaskTonicError, fail, toError } from '../../core/errors.js';
import type { Framing } from '../../framing/framing.js';
import type { Address } from '../../selector/network.js';
import type * as v from 'valibot';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { type EventOwner, type EventStreamOptions, EventStream } from '../events/event-stream.js';
import { originFormOf, pathOf, queryOf } from '../request-target.js';
import {
  type ReplyOptions,
  type StreamBody,
  BYTES,
  answerWhole,
  bytesFrom,
  checkStatus,
  headersOf,
  isStream,
} from './answer.js';
import type { BodyOwner } from './body/body-owner.js';
import { type bodySchema, type framesSchema, readBody, readFrames, readJson, readText } from './body/read-body.js';
import type { BodyFrames } from './body/body-frames.js';
import { failureOf } from './failure.js';
import { ExchangeSparkle } from './exchange-sparkle.js';
import { StreamAnswer, type StreamOutcome } from './stream-answer.js';

/** Gets the error of a body that cannot be read. */
export type ExchangeOnError = { heard(error: TaskTonicError, exchange: HttpExchange): void }['heard'];

/** Options of `exchange.readBody()`, and of its like. */
export interface BodyOptions extends Readonly<Omit<v.InferInput<typeof bodySchema>, 'onError'>> {
  /**
   * A sparkle that gets the error if the body cannot be read, and answers. Without it the peer gets 413, 415 or 400.
   */
  readonly onError?: ExchangeOnError;
}

/** Options of `exchange.readFrames()`. */
export interface FramesOptions extends Readonly<Omit<v.InferInput<typeof framesSchema>, 'onError' | 'onEnd'>> {
  /**
   * A sparkle that gets the error, and answers. After a bad frame it continues if the start of the next one is known.
   * Without it the peer gets 413 or 400.
   */
  readonly onError?: ExchangeOnError;
  /** A sparkle that is called after the last frame. */
  readonly onEnd?: { heard(exchange: HttpExchange): void }['heard'];
}

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly connection: TcpConnection<string>;
  /** A sparkle that was called with an exchange has thrown. */
  threw(): void;
  /** An exchange is answered by a stream of events. */
  streams(exchange: HttpExchange, stream: EventStream): void;
}

/** The most characters of a URL in logs and errors. */
const SHOWN = 100;
const NO_PARAMS = {};

/**
 * A request, and the one answer to it, which may be given now or later, by any Tonic of this thread. The end of its connection waits for it.
 *
 * The first answer counts. A second one does nothing, which the log says as a warning; one that comes when the peer has gone does nothing, which it says at level `debug`.
 *
 * @typeParam Param the names in the path of its route: `HttpExchange<'id'>` for `/users/:id`.
 */
export class HttpExchange<Param extends string = string>
  extends Awaited
  implements StreamOutcome, BodyOwner, EventOwner
{
  /** As `node:http` has it: a stream of the body. */
  readonly request: IncomingMessage;
  /** As `node:http` has it. */
  readonly response: ServerResponse;
  /** @internal When the wait for an answer began, in ms of the clock, and the bytes that were received by then. */
  _ttSince = 0;
  /** @internal */
  _ttSeen = 0;
  readonly #owner: ExchangeOwner;
  #params: Readonly<Record<string, string>> = NO_PARAMS;
  #query: URLSearchParams | undefined = undefined;
  #isAnswered = false;
  /** The exchange was given up: a later answer is logged at level `debug` only. */
  #isGivenUp = false;
  #frames: BodyFrames | undefined = undefined;
  #isBodyTaken = false;
  #onGone: ExchangeSparkle | undefined = undefined;

  /** @internal */
  constructor(request: IncomingMessage, response: ServerResponse, owner: ExchangeOwner) {
    super();
    this.#owner = owner;
    this.request = request;
    this.response = response;
  }

  // ---- The request ----

  /** `GET`, `POST` and so on. */
  get method(): string {
    return this.request.method!;
  }

  /** The URL as it was sent: `/users/7?full`. */
  get url(): string {
    return this.request.url!;
  }

  /** The path of it, as it was sent: `/users/7`. */
  get path(): string {
    return pathOf(originFormOf(this.url));
  }

  /** What follows the path: `query.get('full')`. */
  get query(): URLSearchParams {
    return (this.#query ??= queryOf(this.url));
  }

  /** The headers, by their names in lower case. */
  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** The parts of the path that its route names, decoded. */
  get params(): Readonly<Record<Param, string>> {
    return this.#params;
  }

  /** The HttpConnection that it came on. */
  get connection(): TcpConnection<string> {
    return this.#owner.connection;
  }

  /** The address of the peer; `undefined` when the connection is closed. */
  get remote(): Address | undefined {
    return this.connection.remote;
  }

  /** Whether it can still be answered: it has no answer yet, and the peer is connected. */
  get open(): boolean {
    return !this.#isAnswered && !this.response.headersSent && !this.request.socket.destroyed;
  }

  /** It in a few words, for the log: `GET /users/7`. */
  override toString(): string {
    const { path } = this;
    return `${this.method} ${path.length > SHOWN ? `${path.slice(0, SHOWN)}...` : path}`;
  }

  /** @internal */
  _ttRouted(params: Readonly<Record<string, string>>): void {
    this.#params = params;
  }

  // ---- The answer ----

  /**
   * Answers with a whole body, or with a stream, which is read only as fast as the peer reads. If a stream fails before
   * its first byte, the answer is that of {@link fail}; later the peer gets an incomplete answer.
   *
   * @throws {TaskTonicError} `TT_BAD_ANSWER` for what cannot be sent; then it is not answered.
   */
  reply(body: string | Uint8Array | StreamBody = '', options?: ReplyOptions): void {
    if (!this.#mayAnswer()) return void (isStream(body) && bytesFrom(body).destroy());
    this.#isAnswered = true;
    try {
      if (isStream(body)) this.#replyStream(body, options);
      else answerWhole(this.response, body, options);
    } catch (thrown) {
      throw this.#notAnswered(thrown);
    }
  }

  /**
   * Answers with a value as JSON.
   * @throws {TaskTonicError} `TT_BAD_ANSWER` if JSON cannot express it; then it is not answered.
   */
  json(value: unknown, options: ReplyOptions = {}): void {
    if (!this.#mayAnswer()) return;
    this.#isAnswered = true;
    try {
      answerWhole(this.response, jsonOf(value), { type: 'application/json', ...options });
    } catch (thrown) {
      throw this.#notAnswered(thrown);
    }
  }

  /**
   * Sends the peer elsewhere.
   * @param status 301, 302, 303, 307 or 308.
   * @throws {TaskTonicError} `TT_BAD_ANSWER`
   */
  redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 302): void {
    this.reply('', { status, headers: { Location: encodeURI(location).replaceAll('%25', '%') } });
  }

  /**
   * Answers with an error: with the `status` of the error (of an {@link HttpError}, or an error of a body), else with 500.
   * The peer gets the text of the error if its status is below 500, and that of each HttpError; all others are logged.
   */
  fail(error: unknown): void {
    if (this.#mayAnswer()) this.#fail(toError(error), true);
  }

  /**
   * Takes a result and answers with it: for `this.pipe()`, and for the `.then()` of `this.ask()`. An error goes to
   * {@link fail}.
   *
   * @param toBody makes the body. Default: the result as JSON.
   */
  as<V>(toBody?: (value: V) => string | Uint8Array | StreamBody, options?: ReplyOptions): Responder<V> {
    const end = (value: V): void => {
      try {
        if (toBody === undefined) this.json(value, options);
        else this.reply(toBody(value), options);
      } catch (thrown) {
        this.fail(thrown);
      }
    };
    return { end, fail: (error) => this.fail(error) };
  }

  /**
   * Answers with a stream of server-sent events.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_A_SPARKLE`
   */
  events(options: EventStreamOptions = {}): EventStream {
    const stream = new EventStream(this, options);
    if (this.#mayAnswer()) {
      this.#isAnswered = true;
      stream._ttBegin();
    }
    return stream;
  }

  /**
   * Calls a sparkle if the peer goes before its answer is complete.
   * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`, `TT_NOT_RUNNING`
   */
  whenGone(onGone: { heard(exchange: HttpExchange): void }['heard']): void {
    this.#onGone = ExchangeSparkle.of(onGone, 'whenGone()');
  }

  /** Whether it can be answered. If not, that is logged. */
  #mayAnswer(): boolean {
    if (this.open) return true;
    const { connection } = this;
    const { logs } = connection._ttScheduler;
    const isGone = this.request.socket.destroyed || this.#isGivenUp;
    if (isGone) logs.debug(connection, `${this.toString()} was answered too late`);
    else logs.warn(connection, fail('TT_EXCHANGE_ANSWERED', { what: this.toString() }));
    return false;
  }

  #notAnswered(thrown: unknown): TaskTonicError {
    const error = toError(thrown);
    this.#isAnswered = this.response.headersSent;
    return fail('TT_BAD_ANSWER', { what: this.toString(), problem: error.message }, error);
  }

  #replyStream(body: StreamBody, { status = 200, headers, type = BYTES }: ReplyOptions = {}): void {
    const { response } = this;
    checkStatus(status, true);
    const head = headersOf(headers, type);
    for (let at = 0; at < head.length; at += 2) response.setHeader(head[at] as string, head[at + 1]!);
    response.statusCode = status;
    const source = bytesFrom(body);
    if (this.method !== 'HEAD') return void new StreamAnswer(source, response, this);
    source.destroy();
    return void response.end();
  }

  /** @internal */
  streamFailed(error: Error, bytes: number): void {
    const { response, connection } = this;
    if (response.headersSent) {
      const { logs } = connection._ttScheduler;
      logs.warn(connection, fail('TT_ANSWER_BROKE', { what: this.toString(), bytes }, error));
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) if (name !== 'connection') response.removeHeader(name);
    this.#fail(error, true);
  }

  #fail(error: Error, isLogged: boolean): void {
    const { connection, response } = this;
    const { status, text, headers } = failureOf(error);
    if (isLogged && status >= 500) connection._ttScheduler.logs.warn(connection, error);
    this.#frames?.stop();
    // The rest of its body is not read.
    if (!this.request.complete && hasBody(this.request)) response.setHeader('Connection', 'close');
    this.#isAnswered = true;
    answerWhole(response, text, { status, ...(headers !== undefined && { headers }) });
  }

  /** @internal */
  _ttStreams(stream: EventStream): void {
    this.#owner.streams(this, stream);
  }

  // ---- Its end ----

  /** @internal */
  override get _ttTakesThrow(): boolean {
    return true;
  }

  /** @internal Its order was dropped, or the sparkle threw. */
  override _ttFail(error: Error): void {
    const isThrow = (error as Partial<TaskTonicError>).code === 'TT_ASK_FAILED';
    const why = isThrow ? toError(error.cause) : error;
    if (isThrow) this.#owner.threw();
    if (this.open) this.#fail(why, !isThrow);
    // An answer that was begun without reply() would never end.
    else if (isThrow && !this.#isAnswered) this.response.destroy();
  }

  /** @internal It was not answered in time. */
  _ttTimedOut(ms: number): void {
    this.#fail(fail('TT_EXCHANGE_TIMEOUT', { what: this.toString(), ms }), true);
    this.#isGivenUp = true;
  }

  /** @internal The response has ended: it was sent, or the peer is gone. */
  _ttClosed(): void {
    if (!this.response.writableFinished) this.#onGone?.call(this);
  }

  // ---- The body ----

  /**
   * Reads the body, and calls a sparkle with it.
   *
   * @param onBody such as `this.ttse__onBody`: it gets the bytes, and this exchange.
   * @throws {TaskTonicError} `TT_BODY_TAKEN` if it has already been read; `TT_NOT_A_SPARKLE`, `TT_NOT_RUNNING`,
   * `TT_BAD_OPTION`.
   */
  readBody(onBody: { heard(body: Buffer, exchange: HttpExchange): void }['heard'], options: BodyOptions = {}): void {
    readBody(this, ExchangeSparkle.of(onBody, 'readBody()'), options);
  }

  /**
   * The same as text, in the charset that its `Content-Type` names: UTF-8, ASCII or Latin-1.
   * @throws {TaskTonicError} as {@link readBody}.
   */
  readText(onText: { heard(text: string, exchange: HttpExchange): void }['heard'], options: BodyOptions = {}): void {
    readText(this, ExchangeSparkle.of(onText, 'readText()'), options);
  }

  /**
   * The same as a value, of JSON.
   * @typeParam T what you expect; it is not checked.
   * @throws {TaskTonicError} as {@link readBody}.
   */
  readJson<T = unknown>(
    onJson: { heard(value: T, exchange: HttpExchange): void }['heard'],
    options: BodyOptions = {},
  ): void {
    readJson(this, ExchangeSparkle.of(onJson, 'readJson()'), options);
  }

  /**
   * Reads frames from the body, and calls a sparkle with each: one at a time, and no more is read meanwhile.
   * @throws {TaskTonicError} as {@link readBody}.
   */
  readFrames<Frame>(
    framing: Framing<Frame, never>,
    onFrame: { heard(frame: Frame, exchange: HttpExchange): void }['heard'],
    options: FramesOptions = {},
  ): void {
    this.#frames = readFrames(this, framing, ExchangeSparkle.of(onFrame, 'readFrames()'), options);
  }

  /** Pauses the frames of its body until {@link resume}; further data waits at the peer. */
  pause(): void {
    this.#frames?.pause();
  }

  /** Continues with its frames. */
  resume(): void {
    this.#frames?.resume();
  }

  /** @internal @throws {TaskTonicError} `TT_BODY_TAKEN` */
  _ttTakeBody(): IncomingMessage {
    if (this.#isBodyTaken) throw fail('TT_BODY_TAKEN', { what: this.toString() });
    this.#isBodyTaken = true;
    return this.request;
  }
}

/** @throws {Error} */
function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error('JSON cannot express it');
  return text;
}

/** Whether a body comes with a request (RFC 9112, 6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
