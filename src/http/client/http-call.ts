import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { QuestionWork } from '../../core/asking/served-question.js';
import { fail, toError } from '../../core/errors.js';
import type { Sparkle } from '../../core/plan/plan.js';
import type { Random } from '../../core/time/random.js';
import type { Framing } from '../../framing/framing.js';
import { backoff } from '../../tonics/tcp/client/backoff.js';
import { Alarm } from '../../tonics/alarm.js';
import { type HttpClientConnection } from './client-connection.js';
import type { ConnectionPool, Pooled, WaitingRequest } from './connection-pool.js';
import { Exchange, type ExchangeTimes } from './exchange.js';
import { FramedBody } from './framed-body.js';
import type { HttpQuestion } from './http-question.js';
import { type AnswerOrigin, HttpResponse, HttpStreamedResponse } from './http-response.js';
import { type PreparedRequest, waitingBytesOf } from './prepared-request.js';
import type { Proxies } from './proxies.js';
import { leadsElsewhere, redirected } from './redirect.js';
import { isPassing, mayConnectLater, mayRepeat, retryAfter } from './repeat.js';
import { type Route, routeOf } from './route.js';
import { StreamedBody } from './streamed-body.js';
import { readWhole } from './whole-body.js';

/** The settings of a call. */
export interface CallSettings extends ExchangeTimes {
  readonly bodyLimit: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly retryCap: number;
  readonly redirects: number;
  readonly repeatable: boolean | undefined;
  /** How the body is delivered. */
  readonly hears: 'whole' | 'stream' | { readonly framing: Framing<unknown, never>; readonly sparkle: Sparkle };
}

/** What a call needs of its client. */
export interface CallDependencies {
  readonly client: AnyTonic;
  readonly pool: ConnectionPool;
  readonly proxies: Proxies;
  readonly random: Random;
  /** The call is finished: nothing of it is in progress. */
  over(call: HttpCall): void;
}

/** `resting`: it waits before the next try. */
type Phase = 'waiting' | 'asked' | 'resting' | 'answered' | 'over';

/**
 * What is done for one question, over its tries and redirects:
 *
 * ```text
 *             given           a whole answer, or the end
 * waiting -----------> asked -----------> answered -> over
 *    ^ \______________/  |  a stream: until it has ended
 *    |        |  failed, or an answer that passes
 *    \---- resting
 * ```
 */
export class HttpCall implements WaitingRequest, QuestionWork {
  readonly question: HttpQuestion;
  readonly asker: AnyTonic;
  readonly #dependencies: CallDependencies;
  readonly #settings: CallSettings;
  readonly #alarm: Alarm;
  #prepared: PreparedRequest;
  #route: Route;
  #phase: Phase = 'waiting';
  #exchange: Exchange | undefined;
  #stream: StreamedBody | undefined;
  #tries = 0;
  #retries = 0;
  #redirects = 0;
  /** It was repeated at once, because the server had closed the idle connection. */
  #wasStale = false;
  /** A part of the stream was read. */
  #bodyBegun = false;

  constructor(
    dependencies: CallDependencies,
    prepared: PreparedRequest,
    settings: CallSettings,
    asker: AnyTonic,
    question: HttpQuestion,
  ) {
    this.#dependencies = dependencies;
    this.#prepared = prepared;
    this.#settings = settings;
    this.asker = asker;
    this.question = question;
    this.#alarm = new Alarm(dependencies.client);
    this.#route = this.#routed();
  }

  get route(): Route {
    return this.#route;
  }

  get bytes(): number {
    return waitingBytesOf(this.#prepared);
  }

  /** The request, for errors. */
  get name(): string {
    const { method, target } = this.#prepared;
    return `${method} ${target.shown}`;
  }

  start(): void {
    const { body } = this.#prepared;
    if (body instanceof Readable) {
      const failed = (error?: Error): void => this.#fail(fail('TT_HTTP_BODY_FAILED', { request: this.name }, error));
      body.on('error', failed);
      body.on('close', () => body.readableEnded || failed());
    }
    this.#want();
  }

  #want(fresh = false): void {
    this.#phase = 'waiting';
    this.#dependencies.pool.want(this, fresh);
  }

  #routed(): Route {
    const { target } = this.#prepared;
    return routeOf(target, this.#dependencies.proxies.for(target));
  }

  // ---- Events of the pool ----

  given(connection: Pooled): void {
    this.#phase = 'asked';
    this.#tries++;
    this.#bodyBegun = true;
    try {
      const exchange: Exchange = new Exchange(
        connection as HttpClientConnection,
        this.#prepared,
        this.name,
        this.#settings,
        {
          answered: (message) => this.#answered(exchange, message),
          failed: (error) => this.#broke(exchange, error),
        },
      );
      this.#exchange = exchange;
    } catch (thrown) {
      (connection as HttpClientConnection).ttsc__abort();
      this.#fail(toError(thrown));
    }
  }

  notConnected(error: Error): void {
    this.#tries++;
    const told = fail('TT_HTTP_NOT_CONNECTED', { request: this.name, why: error.message.replace(/\.$/, '') }, error);
    // Nothing was sent, so any request may be repeated.
    const body = this.#prepared.body;
    const isWhole = !(body instanceof Readable) || !this.#bodyBegun;
    if (!isWhole || !mayConnectLater(error as { code?: unknown }) || !this.#retryAfter(0, told)) this.#fail(told);
  }

  displaced(waiting: number, bytes: number): void {
    this.#fail(fail('TT_HTTP_BUSY', { request: this.name, client: this.#dependencies.client.name, waiting, bytes }));
  }

  // ---- Events of the exchange ----

  #answered(exchange: Exchange, message: IncomingMessage): void {
    const { statusCode: status = 0, headers } = message;
    if (isPassing(status) && this.#mayRepeat) {
      const wall = this.#dependencies.client._ttScheduler.clock.wallTime();
      if (this.#retryAfter(retryAfter(headers, wall), `it was answered ${status}`)) return exchange.discard(message);
    }
    const { location } = headers;
    if (this.#settings.redirects > 0 && leadsElsewhere(status, location))
      return this.#redirect(exchange, message, location);
    return this.#hear(exchange, message);
  }

  #redirect(exchange: Exchange, message: IncomingMessage, location: string): void {
    const { redirects } = this.#settings;
    const refuse = (why: string): void =>
      exchange.failWith(fail('TT_HTTP_REDIRECT', { request: this.name, why, status: message.statusCode }));
    if (++this.#redirects > redirects)
      return refuse(`${redirects} were followed already, as many as "redirects" allows`);
    const next = redirected(this.#prepared, message.statusCode!, location);
    if (typeof next === 'string') return refuse(next);
    exchange.discard(message);
    this.#prepared = next;
    this.#route = this.#routed();
    this.#retries = 0;
    this.#wasStale = false;
    return this.#want();
  }

  #hear(exchange: Exchange, message: IncomingMessage): void {
    const { hears, bodyLimit } = this.#settings;
    if (hears === 'stream') return this.#hearStream(exchange, message);
    const whole = (body: Buffer): void => this.#end(undefined, new HttpResponse(message, this.#origin, body));
    if (hears === 'whole') return readWhole(exchange, message, bodyLimit, this.name, this.#prepared.method, whole);
    const { asker, question } = this;
    const { framing, sparkle } = hears;
    const ended = (error?: Error): void => (error === undefined ? whole(EMPTY) : this.#fail(error));
    this.#phase = 'answered';
    void new FramedBody(exchange, message, framing, { asker, sparkle, question }, ended);
    return undefined;
  }

  #hearStream(exchange: Exchange, message: IncomingMessage): void {
    const stream = new StreamedBody(exchange, message, this.asker);
    this.#phase = 'answered';
    this.#stream = stream;
    stream.on('close', () => this.#over());
    this.question.settle(undefined, new HttpStreamedResponse(message, this.#origin, stream));
  }

  get #origin(): AnswerOrigin {
    const { target } = this.#prepared;
    return { request: this.name, url: target.url, tries: this.#tries, redirects: this.#redirects };
  }

  #broke(exchange: Exchange, error: Error): void {
    if (this.#phase === 'answered') {
      if (this.#stream === undefined) return this.#fail(error);
      return void this.#stream.destroy(error);
    }
    const isCut = (error as { code?: unknown }).code === 'TT_HTTP_CUT';
    if (!isCut || !this.#mayRepeatAfter(exchange)) return this.#fail(error);
    if (exchange.isReused && !exchange.isAnswered && !this.#wasStale) {
      this.#wasStale = true;
      this.#log('its connection had ended meanwhile: it is sent again');
      return this.#want(true);
    }
    if (!this.#retryAfter(0, error.message)) this.#fail(error);
    return undefined;
  }

  // ---- Retries ----

  /** A stream that was partly read cannot be sent again. */
  get #mayRepeat(): boolean {
    return !(this.#prepared.body instanceof Readable) && mayRepeat(this.#prepared, this.#settings.repeatable);
  }

  #mayRepeatAfter(exchange: Exchange): boolean {
    if (this.#prepared.body instanceof Readable) return false;
    return this.#mayRepeat || !exchange.isSent;
  }

  /**
   * Tries again after a delay.
   * @param least the shortest delay, in ms.
   * @returns false if no tries or no time are left.
   */
  #retryAfter(least: number, why: string | Error): boolean {
    const { retries, retryDelay: delay, retryCap: cap } = this.#settings;
    if (this.#retries >= retries || this.#phase === 'over') return false;
    const { client, random } = this.#dependencies;
    const { clock } = client._ttScheduler;
    const wait = Math.max(backoff({ delay, cap }, this.#retries + 1, random), least);
    if (clock.now() + wait >= this.question.at) return false;
    this.#retries++;
    this.#phase = 'resting';
    this.#exchange = undefined;
    this.#log(`${typeof why === 'string' ? why : why.message}: it is sent again in ${Math.ceil(wait)} ms`);
    this.#alarm.set(wait, () => this.#want());
    return true;
  }

  #log(what: string): void {
    const { client } = this.#dependencies;
    client._ttScheduler.logs.debug(client, `${this.name}: ${what}`);
  }

  // ---- Its end ----

  /** Nobody waits for the answer. An answer that is delivered as a stream continues. */
  abandon(): void {
    if (this.#phase !== 'over' && this.#stream === undefined) this.#over();
  }

  #fail(error: Error): void {
    if (this.#phase !== 'over') this.#end(error, undefined);
  }

  #end(error: Error | undefined, response: HttpResponse | undefined): void {
    this.#over();
    this.question.settle(error, response);
  }

  #over(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#alarm.clear();
    this.#dependencies.pool.leave(this);
    this.#exchange?.giveUp();
    const { body } = this.#prepared;
    if (body instanceof Readable) body.destroy();
    this.#dependencies.over(this);
  }
}

const EMPTY = Buffer.alloc(0);
