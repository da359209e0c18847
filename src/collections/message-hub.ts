import * as v from 'valibot';
import { fail } from '../core/errors.js';
import { bytes, callable, count, parseOptions } from '../core/options/option-schema.js';
import { BoundedMap } from './bounded-map.js';
import { outboxBounds } from './outbox.js';
import { Session, type SessionConnection } from './session.js';
import { type SessionTerms, Sessions, sessionsSchema } from './sessions.js';
import { fitsTopic, isTopic } from './topic-filter.js';
import { Topics } from './topics.js';

const retainedSchema = v.strictObject({
  /** The most messages that are retained. */
  messages: v.optional(count(1), 10_000),
  /** The most bytes of these, as `sizeOf` counts them: of a message with QoS 1 once for each QoS. */
  bytes: v.optional(bytes(1), 67_108_864),
});

export const messageHubSchema = v.strictObject({
  /** The most sessions, with those that have no connection. */
  sessions: v.optional(count(1), 1_000),
  /** The most filters that one session may have. */
  filters: v.optional(count(1), 100),
  /** What may wait for one session: messages and bytes, as those of an Outbox. */
  waiting: v.optional(v.strictObject(outboxBounds), {}),
  /** How many messages are retained, and how many bytes. */
  retained: v.optional(retainedSchema, {}),
  /** The time by which sessions expire: `this.catalyst.clock` of a Tonic. */
  clock: sessionsSchema.entries.clock,
  /** What leaves for a message. It is made once for all that get it with this QoS. */
  encode: callable<() => unknown>('a function'),
  /** How many bytes it has. */
  sizeOf: callable<() => number>('a function'),
  /** Sends it: with its number, and how often it was sent before. */
  send: callable<() => void>('a function'),
  /** Another connection has taken over the session of this one, or its session was ended: close it. */
  onReplaced: v.optional(callable<() => void>('a function')),
  /** A session is over. */
  onEnded: v.optional(callable<() => void>('a function')),
  /** A session misses its first message: it does not keep up, or is away for too long. */
  onBehind: v.optional(callable<() => void>('a function')),
  /** Messages are kept again for a session that has missed so many. */
  onCaughtUp: v.optional(callable<() => void>('a function')),
});

/** How surely a message comes: 0 at most once, 1 at least once. */
export type Qos = 0 | 1;

type Functions = 'encode' | 'sizeOf' | 'send' | 'onReplaced' | 'onEnded' | 'onBehind' | 'onCaughtUp';

/** Options of {@link MessageHub}. */
export interface MessageHubOptions<Connection extends SessionConnection, Message, Encoded> extends Omit<
  v.InferInput<typeof messageHubSchema>,
  Functions
> {
  /** What leaves for a message. It is made once for all that get it with this QoS. `isRetained`: it was published before its receiver subscribed. */
  encode(message: Message, qos: Qos, isRetained: boolean): Encoded;
  /** How many bytes it has. */
  sizeOf(encoded: Encoded): number;
  /** Sends it. `number` is what it is acknowledged by, 0 where it is not; `tries`: how often it was sent before. */
  send(connection: Connection, encoded: Encoded, number: number, tries: number): void;
  /** Another connection has taken over the session of this one, or its session was ended: close it. */
  onReplaced?(connection: Connection): void;
  /** A session is over. */
  onEnded?(session: Session<Connection, Encoded>): void;
  /** A session misses its first message: it does not keep up, or is away for too long. */
  onBehind?(session: Session<Connection, Encoded>): void;
  /** Messages are kept again for a session that has missed so many. */
  onCaughtUp?(session: Session<Connection, Encoded>, missed: number): void;
}

/** What leaves for a message, and how many bytes it has. */
interface Sized<Encoded> {
  readonly encoded: Encoded;
  readonly size: number;
}

/** A message that is retained, as it leaves: so nothing of the message itself is kept. */
interface Retained<Encoded> {
  readonly atMostOnce: Sized<Encoded>;
  /** Where it was published with QoS 1. */
  readonly atLeastOnce: Sized<Encoded> | undefined;
}

/**
 * What a broker of messages is about: it brings what is published to those that have subscribed, at most once or at least once. Clients
 * have {@link Session}s that may outlive their connections, and the last message of a topic may be retained for who subscribes later.
 *
 * It knows no protocol and no sockets: your connections tell it what they hear, and `send` says how a message leaves. It is for one loop.
 *
 * @typeParam Connection what a message leaves by.
 * @typeParam Message what is published.
 * @typeParam Encoded what leaves for it, such as bytes.
 */
export class MessageHub<Connection extends SessionConnection, Message, Encoded = Message> {
  /** Who is known, with a connection or without one. */
  readonly sessions: Sessions<Session<Connection, Encoded>>;
  readonly #topics: Topics<Session<Connection, Encoded>, Qos>;
  readonly #retained: BoundedMap<string, Retained<Encoded>>;
  readonly #options: MessageHubOptions<Connection, Message, Encoded>;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: MessageHubOptions<Connection, Message, Encoded>) {
    const { sessions, filters, waiting, retained, clock } = parseOptions(messageHubSchema, options, 'MessageHub');
    this.#options = options;
    this.#topics = new Topics({ filters, join: (one, other) => (one > other ? one : other) });
    this.#retained = new BoundedMap({
      items: retained.messages,
      bytes: retained.bytes,
      sizeOf: ({ atMostOnce, atLeastOnce }, topic) => atMostOnce.size + (atLeastOnce?.size ?? 0) + topic.length,
    });
    const leaves = (session: Session<Connection, Encoded>): void => this.#topics.leave(session);
    this.sessions = new Sessions({
      items: sessions,
      create: () => new HubSession(options, waiting, leaves),
      ...(clock !== undefined && { clock }),
    });
  }

  /** As `open` of {@link Sessions}: nothing is sent before `resume()` of the session. */
  open(connection: Connection, terms: SessionTerms = {}): Session<Connection, Encoded> | undefined {
    return this.sessions.open(connection, terms);
  }

  /** As `close` of {@link Sessions}: the connection is gone. */
  close(session: Session<Connection, Encoded>, connection: Connection): void {
    this.sessions.close(session, connection);
  }

  /**
   * Subscribes to a topic or to several, or gives the subscription to this filter another QoS. A message comes with the lower one of its
   * own QoS and this. See `sendRetained` for what was published before.
   *
   * @returns false where the session has too many filters, or has ended: then nothing has changed.
   * @throws {TaskTonicError} `TT_BAD_TOPIC` where that is no filter; `isTopicFilter` tells before.
   */
  subscribe(session: Session<Connection, Encoded>, filter: string, qos: Qos): boolean {
    return !session.hasEnded && this.#topics.subscribe(session, filter, qos);
  }

  /** Ends the subscription to this very filter; false where there is none. */
  unsubscribe(session: Session<Connection, Encoded>, filter: string): boolean {
    return this.#topics.unsubscribe(session, filter);
  }

  /**
   * Publishes a message to all that have subscribed to its topic.
   *
   * @throws {TaskTonicError} `TT_BAD_TOPIC` where that is no topic; `isTopic` tells before.
   */
  publish(topic: string, message: Message, qos: Qos): void {
    const made: [Sized<Encoded>?, Sized<Encoded>?] = [];
    for (const { subscriber, terms } of this.#topics.subscribersOf(topic)) {
      const lower = lowerOf(qos, terms);
      deliver(subscriber, lower, (made[lower] ??= this.#encoded(message, lower, false)));
    }
  }

  /**
   * Retains a message as the last one of its topic, in place of an older one. It is not published by that. What is kept is what `encode` makes
   * of it, for each QoS that it may leave with: the message may be a part of something larger.
   *
   * @returns false where there is no room: then the older one is still there.
   * @throws {TaskTonicError} `TT_BAD_TOPIC`
   */
  retain(topic: string, message: Message, qos: Qos): boolean {
    if (!isTopic(topic)) throw fail('TT_BAD_TOPIC', { topic });
    const atMostOnce = this.#encoded(message, 0, true);
    const atLeastOnce = qos === 1 ? this.#encoded(message, 1, true) : undefined;
    return this.#retained.set(topic, { atMostOnce, atLeastOnce });
  }

  /** Forgets what is retained of a topic; false where that is nothing. */
  forget(topic: string): boolean {
    return this.#retained.delete(topic);
  }

  /** Sends a session what is retained of the topics that a filter stands for: at most with that QoS. */
  sendRetained(session: Session<Connection, Encoded>, filter: string, qos: Qos): void {
    for (const [topic, { atMostOnce, atLeastOnce }] of this.#retained) {
      if (!fitsTopic(filter, topic)) continue;
      if (qos === 1 && atLeastOnce !== undefined) deliver(session, 1, atLeastOnce);
      else deliver(session, 0, atMostOnce);
    }
  }

  #encoded(message: Message, qos: Qos, isRetained: boolean): Sized<Encoded> {
    const encoded = this.#options.encode(message, qos, isRetained);
    return { encoded, size: this.#options.sizeOf(encoded) };
  }
}

function lowerOf(one: Qos, other: Qos): Qos {
  return one === 1 && other === 1 ? 1 : 0;
}

function deliver<Encoded>(
  session: Session<SessionConnection, Encoded>,
  qos: Qos,
  { encoded, size }: Sized<Encoded>,
): void {
  if (qos === 1) session.deliver(encoded, size);
  else session.deliverOnce(encoded, size);
}

/** A session of a hub: what happens to it is told to the options of the hub. */
class HubSession<Connection extends SessionConnection, Encoded> extends Session<Connection, Encoded> {
  readonly #options: MessageHubOptions<Connection, never, Encoded>;
  readonly #leaves: (session: Session<Connection, Encoded>) => void;

  constructor(
    options: MessageHubOptions<Connection, never, Encoded>,
    waiting: v.InferOutput<typeof messageHubSchema>['waiting'],
    leaves: (session: Session<Connection, Encoded>) => void,
  ) {
    super(waiting);
    this.#options = options;
    this.#leaves = leaves;
  }

  protected override send(connection: Connection, message: Encoded, number: number, tries: number): void {
    this.#options.send(connection, message, number, tries);
  }

  protected override onReplaced(connection: Connection): void {
    this.#options.onReplaced?.(connection);
  }

  protected override onEnded(): void {
    this.#leaves(this);
    this.#options.onEnded?.(this);
  }

  protected override onBehind(): void {
    this.#options.onBehind?.(this);
  }

  protected override onCaughtUp(missed: number): void {
    this.#options.onCaughtUp?.(this, missed);
  }
}
