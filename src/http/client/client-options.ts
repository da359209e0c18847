import * as v from 'valibot';
import { tonicOptions, type TonicOptions } from '../../core/options/tonic-options.js';
import { aSparkle, bytes, count, flag, ms, oneOf, text } from '../../core/options/option-schema.js';
import type { Framing } from '../../framing/framing.js';
import { framingOption } from '../../framing/framing-option.js';
import { clientTlsSchema } from '../../tonics/tls/tls-options.js';
import type { HttpQuestion } from './http-question.js';

const HEADERS = 'must be texts, numbers, or lists of texts, by the names of headers';
const headerValue = v.union([v.string(), v.number(), v.array(v.string())], HEADERS);

const timeout = ms();
const headTimeout = ms(1);
const bodyTimeout = ms(1);
const bodyLimit = bytes(0);
const retries = count(0);
const redirects = count(0);

export const httpClientSchema = v.strictObject({
  ...tonicOptions,
  /** The base of URLs that begin with `/`: `https://api.example.com/v1`. */
  baseUrl: v.optional(text),
  /** Headers of each request; a request may override them. With a `baseUrl` they are sent to its host only. */
  headers: v.optional(v.record(text, headerValue, HEADERS)),
  /** The path of a UNIX socket (unix(7)) that all requests go to, whatever the host of their URL. */
  socketPath: v.optional(text),
  /**
   * The proxy that requests go through: its URL (`http://proxy:3128`); `'environment'` for the one that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name; `false` for none.
   */
  proxy: v.optional(v.union([v.literal(false), text], 'must be a URL, "environment" or false'), 'environment'),
  /** How it speaks TLS with `https:` URLs: see [TLS of a TcpClient](#tls-of-a-tcpclient). `mode` and `alpn` have no effect. */
  tls: v.optional(clientTlsSchema),
  /** Uses only addresses of this family of a host; 0 for both. */
  family: v.optional(v.picklist([0, 4, 6], 'must be 0, 4 or 6'), 0),
  /** The address to connect from. */
  localAddress: v.optional(v.pipe(text, v.ip('must be an IP address'))),
  /** How long connecting may take, in ms: name lookup, all addresses, TLS; and again for the tunnel through a proxy. */
  connectTimeout: v.optional(ms(1), 10_000),
  /** The most connections to one host; further requests wait for one of them. */
  connectionsPerHost: v.optional(count(1), 16),
  /** The most connections in total. If a host needs one, the least recently used idle one is closed. */
  connections: v.optional(count(1), 256),
  /**
   * The most idle connections; beyond that the least recently used one is closed. 0: each request has its own
   * connection.
   */
  idleConnections: v.optional(count(0), 64),
  /**
   * How long a connection stays open without a request, in ms. A shorter time from the server (`Keep-Alive: timeout=`)
   * is respected.
   */
  idleTimeout: v.optional(ms(), 4_000),
  /** How many requests may wait for a connection, beside those for which one is being opened. */
  waitingLimit: v.optional(count(0), 1_000),
  /** The most bytes of bodies of these requests together. */
  waitingBytes: v.optional(bytes(0), 16_777_216),
  /** What happens at one more request: it is refused, or the oldest waiting one is (`TT_HTTP_BUSY`). */
  onWaitingLimit: v.optional(oneOf('refuse', 'dropOldest'), 'refuse'),
  /** How long a complete answer may take, in ms, with all retries; for a stream until its headers. */
  timeout: v.optional(timeout, 30_000),
  /** How long a server may take for the headers of its answer, in ms, after the request was sent. */
  headTimeout: v.optional(headTimeout, 30_000),
  /** How long a pause within the body of an answer may be, in ms, while it is read. */
  bodyTimeout: v.optional(bodyTimeout, 30_000),
  /** The most bytes of a body that is read completely. */
  bodyLimit: v.optional(bodyLimit, 10_485_760),
  /**
   * How often a request is retried, if it may be repeated: there was no connection, or the answer is 429, 502, 503 or 504.
   */
  retries: v.optional(retries, 2),
  /**
   * The longest delay before the first retry, in ms; doubled with each one. The actual delay is random, between half of
   * it and all of it. `Retry-After` makes it longer.
   */
  retryDelay: v.optional(ms(), 500),
  /** The longest delay that retries grow to, in ms. */
  retryCap: v.optional(ms(), 5_000),
  /** How many redirects are followed one after the other. 0: a redirect is an answer like others. */
  redirects: v.optional(redirects, 0),
});

/** Options of an {@link HttpClient}. */
export type HttpClientOptions = Readonly<v.InferInput<typeof httpClientSchema>> & TonicOptions;
export type HttpClientSettings = v.InferOutput<typeof httpClientSchema>;

export const askingOptions = {
  /** How long a complete answer may take, in ms. Default: that of the client. */
  timeout: v.optional(timeout),
  /** How long a server may take for the headers of its answer, in ms. Default: that of the client. */
  headTimeout: v.optional(headTimeout),
  /** How long a pause within the body of an answer may be, in ms. Default: that of the client. */
  bodyTimeout: v.optional(bodyTimeout),
  /** How often it is retried. Default: that of the client. */
  retries: v.optional(retries),
  /** How many redirects are followed. Default: that of the client. */
  redirects: v.optional(redirects),
  /**
   * Whether the request may be sent again even if the server may have carried it out. Default: by its method (RFC 9110,
   * 9.2.2), and `true` with a header `Idempotency-Key`.
   */
  repeatable: v.optional(flag),
  /** Whether a Tonic that finishes waits for the answer, as long as its `drainTimeout` allows. */
  hold: v.optional(flag, true),
  /**
   * A sparkle that gets the error if there is no answer. Without it the Tonic fails, as if one of its sparkles had
   * thrown.
   */
  onError: v.optional(aSparkle<(error: Error, question: HttpQuestion) => void>()),
};

export const httpStreamSchema = v.strictObject({ ...askingOptions });

export const httpRequestSchema = v.strictObject({
  ...askingOptions,
  /** The most bytes of the body. Default: that of the client. */
  bodyLimit: v.optional(bodyLimit),
  /** The framing of the body: `onFrame` gets each frame, and the answer, which follows the last one, has no body. */
  framing: v.optional(framingOption),
  /** A sparkle that gets the frames, one after the other. */
  onFrame: v.optional(aSparkle<(frame: never, question: HttpQuestion) => void>()),
});

/** Options of `HttpClient.stream()`. */
export type HttpStreamOptions = Readonly<v.InferInput<typeof httpStreamSchema>>;
type RequestInput = Readonly<v.InferInput<typeof httpRequestSchema>>;
/** Options of `HttpClient.request()` and those that are short for it. */
export type HttpRequestOptions<Frame = never> = Omit<RequestInput, 'framing' | 'onFrame'> & FramesOf<Frame>;

/** Where the body is heard in frames. */
type FramesOf<Frame> =
  | { readonly framing?: undefined; readonly onFrame?: undefined }
  | {
      readonly framing: Framing<Frame, never>;
      readonly onFrame: (frame: Frame, question: HttpQuestion) => void;
    };
