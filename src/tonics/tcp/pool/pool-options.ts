import * as v from 'valibot';
import { aSparkle, bytes, callable, count, flag, ms, oneOf } from '../../../core/options/option-schema.js';
import { type TonicOptions, tonicOptions } from '../../../core/options/tonic-options.js';
import type { TcpClient } from '../client/tcp-client.js';
import { requestSchema } from '../connection/replies/request.js';
import type { RequestKey } from '../connection/replies/requests.js';
import type { PoolQuestion } from './pool-question.js';

/** Makes a client of a pool: a class that extends TcpClient and needs no arguments, or a function that makes a new one each time. */
export type PooledClient<Frame = unknown, Sent = Frame> =
  (new () => TcpClient<string, Frame, Sent>) | (() => TcpClient<string, Frame, Sent>);

export const healthSchema = v.strictObject({
  /** What is sent, as with `request()`: `['PING']`. */
  request: v.custom<unknown>((value) => value !== undefined, 'must be what its clients send'),
  /** What its answer is known by. Without it answers come in the order of the requests. */
  key: requestSchema.entries.key,
  /** How long after an answer a client is asked again, in ms. One that has answered others meanwhile is not. `Infinity`: only once for each connection. */
  interval: v.optional(ms(1), 10_000),
  /** How long the answer may take, in ms. Without one the client connects again. */
  timeout: v.optional(ms(1), 1_000),
  /** Whether an answer is one of a client that others may use. It runs at once, as no sparkle. Default: whatever it is. */
  accepts: v.optional(callable<(answer: never) => boolean>('a function')),
});

export const poolSchema = v.strictObject({
  ...tonicOptions,
  /**
   * Makes a client: a class that extends TcpClient, or a function that makes a new one each time. It is its own connection (it has no option `protocol`), and what is
   * said of TcpClient holds for it: where it connects to, its framing, TLS, its tries.
   */
  client: callable<PooledClient>('a class that extends TcpClient, or a function that makes one'),
  /** The most clients. */
  size: v.optional(count(1), 10),
  /** So many clients stay open, however long they have no request. None is opened before it is needed. */
  keep: v.optional(count(0), 0),
  /** How many requests one client may have under way. 1: each has the client for itself until it is answered. */
  requestsPerClient: v.optional(count(1), 16),
  /** How long a client stays open without a request, in ms. */
  idleTimeout: v.optional(ms(), 60_000),
  /** How many requests may wait for a client, beside one for each that is being connected. */
  maxWaiting: v.optional(count(0), 1_000),
  /** How many bytes these may have in all. */
  waitingBytes: v.optional(bytes(0), 16_777_216),
  /** What a request beyond that does: it is refused, or the one that has waited longest is (`TT_POOL_FULL`). */
  onMaxWaiting: v.optional(oneOf('refuse', 'dropOldest'), 'refuse'),
  /** How long a request may wait for a client, in ms (`TT_POOL_TIMEOUT`); within its own `timeout`. */
  waitTimeout: v.optional(ms(), 5_000),
  /** After so many requests in a row without an answer in their time, and none since, a client connects again. `Infinity`: never. */
  maxTimeouts: v.optional(v.union([count(1), v.literal(Infinity)], 'must be a whole number from 1, or Infinity'), 3),
  /** A request of the pool's own, which says whether others may use a client: asked when it has connected, and then at an interval. */
  health: v.optional(healthSchema),
  /** The most that is waited before another client is made for one that has ended unanswered, in ms; doubled with each one, and from a half of it to the whole by chance. */
  retryDelay: v.optional(ms(), 500),
  /** What the wait grows to at most, in ms. */
  retryCap: v.optional(ms(), 5_000),
});

type Input = Readonly<v.InferInput<typeof poolSchema>>;
type HealthInput = Readonly<v.InferInput<typeof healthSchema>>;

/** Options of a {@link TcpClientPool}. */
export type TcpClientPoolOptions<Frame = unknown, Sent = Frame> = Omit<Input, 'client' | 'health'> &
  TonicOptions & {
    readonly client: PooledClient<Frame, Sent>;
    readonly health?: PoolHealth<Frame, Sent> | undefined;
  };
/** The request by which a pool looks whether others may use a client. */
export type PoolHealth<Frame = unknown, Sent = Frame> = Omit<HealthInput, 'request' | 'accepts'> & {
  readonly request: Sent;
  readonly accepts?: { accepts(answer: Frame): boolean }['accepts'] | undefined;
};
export type PoolSettings = v.InferOutput<typeof poolSchema>;
export type HealthSettings = v.InferOutput<typeof healthSchema>;

export const poolRequestSchema = v.strictObject({
  ...requestSchema.entries,
  /** A sparkle that hears why there is no answer. Without it that fails the Tonic as a throw in one of its sparkles does. */
  onError: v.optional(aSparkle<(error: Error, request: PoolQuestion) => void>()),
  /** Whether it may be sent once more, by another client, where the connection ends before it is answered: the server may carry it out twice then. */
  repeatable: v.optional(flag, false),
});

type RequestInput = Readonly<v.InferInput<typeof poolRequestSchema>>;
/** Options of `request()` of a {@link TcpClientPool}. */
export type PoolRequestOptions = RequestInput & { readonly key?: RequestKey | undefined };
