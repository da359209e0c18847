import type { GenericSchema } from 'valibot';
import * as v from 'valibot';
import type { AnyTonic } from '../../core/any-tonic.js';
import { begin } from '../../core/asking/ask.js';
import { askerOf } from '../../core/asking/asker-of.js';
import { addOwed, settleOwed } from '../../core/asking/owed.js';
import { fail, toError } from '../../core/errors.js';
import { extrasOf } from '../../core/features/extras.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { OptionCheck } from '../../core/options/option-check.js';
import { badOption } from '../../core/options/option-problem.js';
import { settingsIn } from '../../core/options/option-schema.js';
import { ofFramework } from '../../core/plan/plan.js';
import { running } from '../../core/running.js';
import { Tonic } from '../../core/tonic.js';
import { SelectorCatalyst } from '../../selector/selector-catalyst.js';
import type { TcpClientOptions } from '../../tonics/tcp/client/tcp-client.js';
import { checkPath } from '../../tonics/tcp/server/server-place.js';
import { type ConnectionUser, HttpClientConnection } from './client-connection.js';
import {
  type HttpClientOptions,
  type HttpClientSettings,
  type HttpRequestOptions,
  type HttpStreamOptions,
  httpClientSchema,
  httpRequestSchema,
  httpStreamSchema,
} from './client-options.js';
import { ClientSecurity } from './client-security.js';
import { ConnectionPool } from './connection-pool.js';
import { type CallDependencies, type CallSettings, HttpCall } from './http-call.js';
import { HttpQuestion } from './http-question.js';
import type { HttpResponse, HttpStreamedResponse } from './http-response.js';
import { type RequestDefaults, type HttpRequest, prepare } from './prepared-request.js';
import { Proxies } from './proxies.js';
import type { Route, Tunnel } from './route.js';
import { targetOf } from './target.js';

const requestCheck = OptionCheck.of(httpRequestSchema);
const streamCheck = OptionCheck.of(httpStreamSchema);

/** A sparkle that gets an answer and its question. */
export type HttpHears<R> = (response: R, question: HttpQuestion) => void;
/** The options that `request()` and `stream()` may get. */
type Given = HttpStreamOptions & {
  readonly bodyLimit?: number | undefined;
  readonly framing?: unknown;
  readonly onFrame?: unknown;
};

/**
 * Sends requests to HTTP servers. A request is a question: a sparkle of the Tonic that asks gets the answer.
 *
 * ```ts
 * class Weather extends Tonic {
 *   ttse__onStart(): void {
 *     const http = new HttpClient({ baseUrl: 'https://api.example.com' });
 *     http.get('/now', this.ttse__onWeather, { onError: this.ttse__onNoWeather });
 *   }
 *   ttse__onWeather(response: HttpResponse): void { this.log.info(response.text()); }
 *   ttse__onNoWeather(error: Error): void { this.log.warn(error); }
 * }
 * ```
 *
 * `node:http` writes requests and reads answers. Each connection is a Tonic, infused by this one.
 */
export class HttpClient<State extends string = never> extends Tonic<State> {
  /** The schema of its options. */
  static readonly optionsSchema: GenericSchema = httpClientSchema;
  readonly #settings: HttpClientSettings;
  readonly #forAll: RequestDefaults;
  readonly #pool: ConnectionPool;
  readonly #security: ClientSecurity;
  readonly #dependencies: CallDependencies;
  readonly #calls = new Set<HttpCall>();
  readonly #user: ConnectionUser;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_CERTIFICATE`, `TT_NEEDS_SELECTOR`; and as every Tonic. */
  constructor(options: HttpClientOptions = {}) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const settings = settingsIn(httpClientSchema, options, name);
    const { baseUrl, headers, socketPath, proxy } = settings;
    if (socketPath !== undefined) checkPath(socketPath, name);
    const base = baseUrl === undefined ? undefined : baseOf(baseUrl, socketPath, name);
    const proxies = Proxies.of(proxy, process.env, name);
    const security = new ClientSecurity(settings.tls ?? v.parse(httpClientSchema.entries.tls.wrapped, {}), name);
    const forAll: RequestDefaults = { base, headers, socketPath };
    // The options for all requests are checked here, so that a mistake is an error at once.
    prepare({ url: baseUrl ?? 'http://localhost', headers }, { base: undefined, headers: undefined, socketPath }, name);
    const within = settings.base ?? running.tonic;
    if (within !== undefined) SelectorCatalyst.of(within, name);
    super(options);
    this.#settings = settings;
    this.#forAll = forAll;
    this.#security = security;
    this.#pool = new ConnectionPool(settings, (route) => this.#open(route));
    this.#user = {
      opened: (connection) => this.#pool.opened(connection),
      failed: (connection, error) => this.#pool.failed(connection.route, error),
      freed: (connection) => this.#pool.freed(connection),
      idleTooLong: (connection) => this.#pool.retire(connection),
      gone: (connection) => this.#pool.gone(connection),
    };
    const { random } = (this._ttScheduler as SelectorCatalyst<string>).runtime;
    this.#dependencies = {
      client: this as AnyTonic,
      pool: this.#pool,
      proxies,
      random,
      over: (call) => this.#over(call),
    };
  }

  /** Its connections, and the requests that wait for one. */
  get connections(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    const { size: open, idle, waiting } = this.#pool;
    return { open, idle, waiting };
  }

  // ---- Asking ----

  /**
   * Sends a request, and reads the whole answer.
   *
   * @param onAnswer a sparkle of the Tonic that asks: it gets the answer, whatever its status, and the question.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_A_SPARKLE`; `TT_ASK_FULL` with too many open questions;
   * `TT_NOT_RUNNING` outside any sparkle, unless `onAnswer` is bound.
   */
  request<Frame = never>(
    request: HttpRequest,
    onAnswer: HttpHears<HttpResponse>,
    options: HttpRequestOptions<Frame> = {},
  ): HttpQuestion {
    return this.#ask('request', request, onAnswer, options, requestCheck);
  }

  /**
   * Sends a request, and gets status and headers of the answer, with the body as a stream.
   * @throws {TaskTonicError} as {@link HttpClient.request}.
   */
  stream(request: HttpRequest, onHead: HttpHears<HttpStreamedResponse>, options: HttpStreamOptions = {}): HttpQuestion {
    return this.#ask('stream', request, onHead, options, streamCheck);
  }

  /** Short for {@link request} with `GET`. */
  get<Frame = never>(
    url: string | URL,
    onAnswer: HttpHears<HttpResponse>,
    options?: HttpRequestOptions<Frame>,
  ): HttpQuestion {
    return this.request({ url }, onAnswer, options);
  }

  /** Short for {@link request} with `POST`, and a value that is sent as JSON. */
  postJson<Frame = never>(
    url: string | URL,
    json: unknown,
    onAnswer: HttpHears<HttpResponse>,
    options?: HttpRequestOptions<Frame>,
  ): HttpQuestion {
    return this.request({ method: 'POST', url, json }, onAnswer, options);
  }

  /** Short for {@link request} with `PUT`, and a value that is sent as JSON. */
  putJson<Frame = never>(
    url: string | URL,
    json: unknown,
    onAnswer: HttpHears<HttpResponse>,
    options?: HttpRequestOptions<Frame>,
  ): HttpQuestion {
    return this.request({ method: 'PUT', url, json }, onAnswer, options);
  }

  /** Short for {@link request} with `DELETE`. */
  delete<Frame = never>(
    url: string | URL,
    onAnswer: HttpHears<HttpResponse>,
    options?: HttpRequestOptions<Frame>,
  ): HttpQuestion {
    return this.request({ method: 'DELETE', url }, onAnswer, options);
  }

  #ask(
    how: 'request' | 'stream',
    request: HttpRequest,
    onAnswer: (...args: never[]) => void,
    given: object,
    check: OptionCheck,
  ): HttpQuestion {
    const of = `${this._ttPlan.className}.${how}()`;
    check.check(given, of);
    const options = given as Given;
    const asker = askerOf(onAnswer, `${how}() of ${this.name}`);
    const answer = asker._ttOwn(onAnswer);
    const error = options.onError === undefined ? undefined : asker._ttOwn(options.onError);
    const settings = this.#callSettings(asker, options, how, of);
    const prepared = prepare(request, this.#forAll, of);
    const { timeout = this.#settings.timeout, hold = true } = options;
    const name = `${prepared.method} ${prepared.target.shown}`;
    const question = new HttpQuestion(asker, this as AnyTonic, name, timeout, answer, error, hold && !asker.finished);
    const call = new HttpCall(this.#dependencies, prepared, settings, asker, question);
    begin(asker, question, () => this.#start(call));
    return question;
  }

  #callSettings(asker: AnyTonic, options: Given, how: 'request' | 'stream', of: string): CallSettings {
    const { framing, onFrame, repeatable } = options;
    if ((framing === undefined) !== (onFrame === undefined))
      throw badOption(
        of,
        framing === undefined ? 'framing' : 'onFrame',
        'it is missing: "framing" and "onFrame" go together',
      );
    const sparkle = onFrame === undefined ? undefined : asker._ttOwn(onFrame as () => void);
    const { headTimeout, bodyTimeout, bodyLimit, retries, retryDelay, retryCap, redirects } = this.#settings;
    return {
      headTimeout: options.headTimeout ?? headTimeout,
      bodyTimeout: options.bodyTimeout ?? bodyTimeout,
      bodyLimit: options.bodyLimit ?? bodyLimit,
      retries: options.retries ?? retries,
      redirects: options.redirects ?? redirects,
      retryDelay,
      retryCap,
      repeatable,
      hears: how === 'stream' ? 'stream' : sparkle === undefined ? 'whole' : { framing: framing as never, sparkle },
    };
  }

  #start(call: HttpCall): void {
    const { question } = call;
    // A client that is about to finish opens no connections.
    if (!this._ttMayInfuse) return this.finished ? undefined : question.lost('TT_ASK_GONE');
    question._ttCall = call;
    this.#calls.add(call);
    extrasOf(this).replies ??= { letGo: () => [...this.#calls].map(({ name }) => name) };
    addOwed(this as AnyTonic);
    return call.start();
  }

  #over(call: HttpCall): void {
    if (this.#calls.delete(call)) settleOwed(this as AnyTonic);
  }

  // ---- Its connections ----

  #open(route: Route): void {
    try {
      void new HttpClientConnection(
        {
          route,
          options: this.#connectionOptions(route),
          tunnelTimeout: this.#settings.connectTimeout,
          idleTimeout: this.#settings.idleTimeout,
        },
        this.#user,
      );
    } catch (thrown) {
      const error = toError(thrown);
      // Called as a task of its own, after the pool has finished its present work.
      this._ttss__run({ run: () => this.#pool.failed(route, error) });
    }
  }

  #connectionOptions({ host, port, socketPath, secureName, tunnel }: Route): TcpClientOptions {
    const { connectTimeout, family, localAddress } = this.#settings;
    if (tunnel?.proxy.secure === true) throw tlsWithinTls(tunnel);
    const tls =
      tunnel !== undefined
        ? this.#security.of(tunnel.target.host, 'startTls')
        : secureName === undefined
          ? false
          : this.#security.of(secureName, 'implicit');
    const common = { base: this as AnyTonic, retries: 0, connectTimeout, tls, logMode: 'off' as const };
    if (socketPath !== undefined) return { ...common, path: socketPath };
    return { ...common, host, port, family, ...(localAddress !== undefined && { localAddress }) };
  }
}
ofFramework(HttpClient);
takesOptions(HttpClient, httpClientSchema);

function tlsWithinTls({ proxy, target }: Tunnel): Error {
  const problem = 'it is reached by https, and no TLS is spoken here within TLS; give it as http';
  return fail('TT_HTTP_PROXY', { proxy: proxy.shown, target: target.authority, problem });
}

function baseOf(baseUrl: string, socketPath: string | undefined, of: string): RequestDefaults['base'] {
  try {
    return targetOf(baseUrl, { base: undefined, socketPath }, undefined, of);
  } catch (thrown) {
    const { details } = thrown as { details?: { problem?: string } };
    throw badOption(of, 'baseUrl', details?.problem ?? 'it is not a URL');
  }
}
