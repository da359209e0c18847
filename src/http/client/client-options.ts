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
  /** What URLs that begin with `/` are below: `https://api.example.com/v1`. */
  baseUrl: v.optional(text),
  /** Headers of each request; a request may say others. With a `baseUrl` they are sent to its host only. */
  headers: v.optional(v.record(text, headerValue, HEADERS)),
  /** The path of a UNIX socket (unix(7)) that all requests go to, whatever the host of their URL. */
  socketPath: v.optional(text),
  /**
   * The proxy that requests go through: its URL (`http://proxy:3128`); `'environment'` for the one that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name; `false` for none.
   */
  proxy: v.optional(v.union([v.literal(false), text], 'must be a URL, "environment" or false'), 'environment'),
  /** How it speaks TLS with `https:` URLs: see [TLS of a TcpClient](#tls-of-a-tcpclient). `mode` and `alpn` have no effect. */
  tls: v.optional(clientTlsSchema),
  /** Takes only addresses of this kind of a host's; 0 for both. */
  family: v.optional(v.picklist([0, 4, 6], 'must be 0, 4 or 6'), 0),
  /** The address to connect from. */
  localAddress: v.optional(v.pipe(text, v.ip('must be an IP address'))),
  /** How long a connection may take to be there, in ms: the look-up of the name, all addresses, TLS; and again for the way through a proxy. */
  connectTimeout: v.optional(ms(1), 10_000),
  /** How many connections one host may have; more requests wait for one of them. */
  connectionsPerHost: v.optional(count(1), 16),
  /** How many connections there may be in all. For a host that needs one, the idle one that was used least recently is closed. */
  connections: v.optional(count(1), 256),
  /** How many connections may be idle; beyond that the one that was used least recently is closed. 0: each request has its own connection. */
  idleConnections: v.optional(count(0), 64),
  /** How long a connection stays open without a request, in ms. A server that says less (`Keep-Alive: timeout=`) is believed. */
  idleTimeout: v.optional(ms(), 4_000),
  /** How many requests may wait for a connection, beside those for which one is being opened. */
  waitingLimit: v.optional(count(0), 1_000),
  /** How many bytes of body these may have in all. */
  waitingBytes: v.optional(bytes(0), 16_777_216),
  /** What a request beyond that does: it is refused, or the one that has waited longest is (`TT_HTTP_BUSY`). */
  onWaitingLimit: v.optional(oneOf('refuse', 'dropOldest'), 'refuse'),
  /** How long an answer may take in all, in ms, with all that is tried again: until it is whole; of a stream until its head is there. */
  timeout: v.optional(timeout, 30_000),
  /** How long a server may take for the head of its answer, in ms, once the request was written. */
  headTimeout: v.optional(headTimeout, 30_000),
  /** How long the body of an answer may bring nothing, in ms, while it is read. */
  bodyTimeout: v.optional(bodyTimeout, 30_000),
  /** The most bytes of a body that is heard as a whole. */
  bodyLimit: v.optional(bodyLimit, 10_485_760),
  /** How often a request is sent again, where it may be and that may help: there was no connection, or the answer is 429, 502, 503 or 504. */
  retries: v.optional(retries, 2),
  /** The most that is waited before the first further try, in ms; doubled with each one, and from a half of it to the whole by chance. `Retry-After` makes it longer. */
  retryDelay: v.optional(ms(), 500),
  /** What the wait grows to at most, in ms. */
  retryCap: v.optional(ms(), 5_000),
  /** How many redirects are followed one after the other. 0: a redirect is an answer like others. */
  redirects: v.optional(redirects, 0),
});

/** Options of an {@link HttpClient}. */
export type HttpClientOptions = Readonly<v.InferInput<typeof httpClientSchema>> & TonicOptions;
export type HttpClientSettings = v.InferOutput<typeof httpClientSchema>;

export const askingOptions = {
  /** How long an answer may take in all, in ms. Default: that of the client. */
  timeout: v.optional(timeout),
  /** How long a server may take for the head of its answer, in ms. Default: that of the client. */
  headTimeout: v.optional(headTimeout),
  /** How long the body of an answer may bring nothing, in ms. Default: that of the client. */
  bodyTimeout: v.optional(bodyTimeout),
  /** How often it is sent again. Default: that of the client. */
  retries: v.optional(retries),
  /** How many redirects are followed. Default: that of the client. */
  redirects: v.optional(redirects),
  /**
   * Whether the request may be sent again though a server may have carried it out. Default: by its method (RFC 9110, 9.2.2), and `true` with a header `Idempotency-Key`.
   */
  repeatable: v.optional(flag),
  /** Whether a Tonic that is to finish waits for the answer, as long as its `drainTimeout` allows. */
  hold: v.optional(flag, true),
  /** A sparkle that hears why there is no answer. Without it that fails the Tonic as a throw in one of its sparkles does. */
  onError: v.optional(aSparkle<(error: Error, question: HttpQuestion) => void>()),
};

export const httpStreamSchema = v.strictObject({ ...askingOptions });

export const httpRequestSchema = v.strictObject({
  ...askingOptions,
  /** The most bytes of the body. Default: that of the client. */
  bodyLimit: v.optional(bodyLimit),
  /** How frames lie in the body: `onFrame` hears each of them, and the answer, which follows the last one, has no body. */
  framing: v.optional(framingOption),
  /** A sparkle that hears the frames, one after the other. */
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
