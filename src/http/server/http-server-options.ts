import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { bytes, callable, count, ms, some } from '../../core/options/option-schema.js';
import { NOT_PLACED, isPlaced, serverSchema } from '../../tonics/tcp/server/server-options.js';
import { routesOption } from './routes/routes.js';
import { webSocketsOption } from '../websocket/websocket-paths.js';

/**
 * A request handler as of `node:http`, Express, Fastify and others. It may return a promise; a rejection is treated
 * like an exception.
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Takes a connection over after the head of a request: as the events `upgrade` and `connect` of Node's server. */
export type HttpTakeover = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const FOR_EVER = 'must be 1 ms or more, or false';
const timeLimit = v.union([ms(1), v.literal(false)], FOR_EVER);

/** What an HttpServer takes beside the options of a TcpServer. */
export const httpOptions = {
  /**
   * Answers the requests: a function of a request and its response, as `node:http`, Express and Fastify have it.
   * Default: the `static handler` of its `protocol`, or else each request goes to `ttse__onRequest`.
   */
  handler: v.optional(callable<HttpHandler>('a function of a request and its response')),
  /**
   * How long the request line and headers may take to arrive, in ms; for the first request from the opening of the
   * connection. Then the answer is 408, and the connection is closed. `false` for no limit.
   */
  headersTimeout: v.optional(timeLimit, 60_000),
  /**
   * How long a whole request with its body may take to arrive, in ms: then 408. Time in which the body is not read does
   * not count. `false` for no limit.
   */
  requestTimeout: v.optional(timeLimit, 300_000),
  /**
   * How long a connection may be idle between requests, in ms. The client is told (`Keep-Alive: timeout=`, in whole
   * seconds), and the connection is closed one second later. `false` for no limit.
   */
  keepAliveTimeout: v.optional(timeLimit, 65_000),
  /**
   * The lowest average rate of a body in bytes a second (`perSecond`), after `grace` ms; below it 408. Default: 240
   * bytes a second after 10 seconds. `false` for no limit.
   */
  bodyRate: v.optional(
    v.union(
      [v.strictObject({ perSecond: some, grace: ms() }), v.literal(false)],
      'must be false, or { perSecond, grace }: bytes a second, and ms before they count',
    ),
    { perSecond: 240, grace: 10_000 },
  ),
  /** The most bytes of the request line and headers: beyond that 431. */
  maxHeaderSize: v.optional(bytes(256), 16_384),
  /** The most headers that a request may have: beyond that 431. (Further trailers are dropped.) */
  maxHeaders: v.optional(count(1), 100),
  /** The most characters that the target of a request may have: beyond that 414. */
  maxUrlLength: v.optional(count(16), 8_192),
  /** After this many requests a connection is closed (`Connection: close`); `false` for never. */
  maxRequestsPerConnection: v.optional(
    v.union([count(1), v.literal(false)], 'must be a whole number, 1 or more, or false'),
    false,
  ),
  /** When this many requests of a connection are unanswered, reading pauses; up to 4 KiB of requests more. */
  maxPipelined: v.optional(count(1), 64),
  /**
   * Which sparkle handles which requests: `{ 'GET /users/:id': this.ttse__onUser }`. Needs the package find-my-way. See
   * docs/use/http.md.
   */
  routes: v.optional(routesOption),
  /**
   * The WebSockets: for each path the class of its Tonics, or `{ protocol, ... }`. Default: the `static webSockets` of
   * its `protocol`. See docs/use/websocket.md.
   */
  webSockets: v.optional(webSocketsOption),
  /** Takes over connections whose request asks for another protocol (`Upgrade`), where `webSockets` does not. Default: such requests are answered as others are. */
  upgrade: v.optional(callable<HttpTakeover>('a function of a request, its socket and what has come behind its head')),
  /** Takes over connections whose request is a CONNECT, as a proxy does. Default: they are refused with 405. */
  connect: v.optional(callable<HttpTakeover>('a function of a request, its socket and what has come behind its head')),
};

// Not for HTTP: framing and ordered replies. Half-open connections are always allowed.
export const NOT_OF_HTTP = ['framing', 'halfOpen', 'replyLimit'] as const;
const { framing: _f, halfOpen: _h, replyLimit: _l, ...tcpOptions } = serverSchema.entries;

export const httpServerSchema = v.strictObject({ ...tcpOptions, ...httpOptions });

/** The same schema, to check options before a server is made. */
export const placedHttpServerSchema = v.pipe(
  httpServerSchema,
  v.forward(
    v.check((options) => isPlaced(options), NOT_PLACED),
    ['port'],
  ),
);

/** Only the options of HTTP. */
export const httpSchema = v.strictObject(httpOptions);
export type HttpSettings = v.InferOutput<typeof httpSchema>;
