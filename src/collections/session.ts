import { Outbox, type OutboxEntry, type OutboxOptions } from './outbox.js';

/** A connection as a {@link Session} needs it. */
export interface SessionConnection {
  /** How many bytes wait to leave. */
  readonly unsentBytes: number;
}

/** The bounds of what waits for a {@link Session}: those of its {@link Outbox}. */
export type SessionOptions = Omit<OutboxOptions, 'onBehind' | 'onCaughtUp'>;

/**
 * A client that goes on as the same one over several connections. Messages are kept until it acknowledges them, within the bounds of
 * an {@link Outbox}, and what waits is sent again after a new connection. {@link Sessions} makes it and finds it again.
 *
 * Extend it, with what your sessions know besides; `send` says how a message leaves. It is for one loop.
 *
 * @typeParam Connection what it sends by.
 * @typeParam Message what it receives.
 */
export abstract class Session<Connection extends SessionConnection, Message> {
  readonly #outbox: Outbox<Message>;
  #id: string | undefined;
  #connection: Connection | undefined;
  #connections = 0;
  /** Whether messages may be sent by this connection. */
  #isReady = false;
  #hasEnded = false;
  /** @internal How long it stays without a connection, in ms. */
  _ttKeepFor = 0;
  /** @internal When it expires, in ms of the clock. */
  _ttUntil = Infinity;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: SessionOptions = {}) {
    this.#outbox = new Outbox({
      ...options,
      onBehind: () => this.onBehind(),
      onCaughtUp: (missed) => this.onCaughtUp(missed),
    });
  }

  /** What it is found again by; `undefined` for a session that ends with its connection. It is there after the constructor. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The connection that it has; `undefined` while it has none. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** How many connections it has had, with this one: more than 1 where an older session goes on. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether it is over: nothing is kept for it any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many messages wait for their acknowledgement. */
  get waiting(): number {
    return this.#outbox.size;
  }

  /**
   * Sends a message at least once: it is kept until it is acknowledged, also while there is no connection.
   *
   * @param size how many bytes it has.
   * @returns false where it is missed, because too much waits or the session has ended.
   */
  deliver(message: Message, size: number): boolean {
    if (this.#hasEnded) return false;
    const entry = this.#outbox.add(message, size, this.#connection?.unsentBytes);
    if (entry === undefined) return false;
    if (this.#isReady) this.#send(entry);
    return true;
  }

  /**
   * Sends a message at most once: only where there is a connection, and too much does not wait. It is not kept, and has the number 0.
   *
   * @param size how many bytes it has.
   * @returns whether it was sent.
   */
  deliverOnce(message: Message, size: number): boolean {
    const connection = this.#connection;
    if (!this.#isReady || !this.#outbox.admits(size, connection!.unsentBytes)) return false;
    this.send(connection!, message, 0, 0);
    return true;
  }

  /** A message has come; it is given, or `undefined` where none with that number waits. */
  acknowledge(number: number): Message | undefined {
    return this.#outbox.acknowledge(number);
  }

  /** Its new connection is ready for messages: what waits is sent, the oldest first, and from now on what is delivered. */
  resume(): void {
    if (this.#connection === undefined || this.#isReady) return;
    this.#isReady = true;
    for (const entry of this.#outbox) this.#send(entry);
  }

  #send(entry: OutboxEntry<Message>): void {
    this.send(this.#connection!, entry.message, entry.number, entry.tries++);
  }

  /**
   * Sends a message by a connection.
   *
   * @param number what it is acknowledged by; 0 where it is not.
   * @param tries how often it was sent before.
   */
  protected abstract send(connection: Connection, message: Message, number: number, tries: number): void;

  /** Another connection has taken its place, or a fresh session with this id has begun: close this one. */
  protected onReplaced(_connection: Connection): void {}

  /** It is over: it was not to be kept without a connection, or not for longer. */
  protected onEnded(): void {}

  /** The first message is missed: the client does not keep up, or is away for too long. */
  protected onBehind(): void {}

  /** Messages are kept again, after it has missed so many. */
  protected onCaughtUp(_missed: number): void {}

  // ---- For Sessions ----

  /** @internal It has another connection, or none. Who had it is told. */
  _ttConnect(id: string | undefined, connection: Connection): void {
    this.#id = id;
    this.#connections++;
    this.#replace(connection);
  }

  /** @internal Its connection is gone. */
  _ttDisconnect(): void {
    this.#isReady = false;
    this.#connection = undefined;
  }

  /** @internal */
  _ttEnd(): void {
    this.#hasEnded = true;
    this.#outbox.clear();
    this.#replace(undefined);
    this.onEnded();
  }

  #replace(connection: Connection | undefined): void {
    const before = this.#connection;
    this.#isReady = false;
    this.#connection = connection;
    if (before !== undefined && before !== connection) this.onReplaced(before);
  }
}
