import * as v from 'valibot';
import { badOption } from '../core/options/option-problem.js';
import { callable, count, parseOptions } from '../core/options/option-schema.js';
import type { Clock } from '../core/time/clock.js';
import type { Session, SessionConnection } from './session.js';

export const sessionsSchema = v.strictObject({
  /** The most sessions, with those that have no connection. */
  items: count(1),
  /** Makes a new session. */
  create: callable<() => unknown>('a function'),
  /** The time by which sessions expire: `this.catalyst.clock` of a Tonic. */
  clock: v.optional(v.custom<Pick<Clock, 'now'>>((value) => typeof (value as Clock | null)?.now === 'function', 'must be a clock')), // prettier-ignore
});

/** Any {@link Session}. */
export type AnySession = Session<SessionConnection, unknown>;

/** What a class of {@link Session} sends by. */
export type ConnectionOf<S extends AnySession> = NonNullable<S['connection']>;

/** Options of {@link Sessions}. */
export interface SessionsOptions<S extends AnySession> extends Omit<v.InferInput<typeof sessionsSchema>, 'create'> {
  /** Makes a new session. */
  readonly create: () => S;
}

/** On which terms a session is opened. */
export interface SessionTerms {
  /** What it is found again by. Without one it is a session of its own, which ends with its connection. */
  readonly id?: string | undefined;
  /** Whether an older session with this id ends, and a new one begins. Default: false, the older one goes on. */
  readonly fresh?: boolean | undefined;
  /** How long it is kept without a connection, in ms; `Infinity`: until it is ended. Default: 0, it ends with its connection. */
  readonly keepFor?: number | undefined;
}

/**
 * Clients that come back: each has a session, which may outlive its connection, for as long as it asks for. A client that comes with
 * the id of another one takes its session over.
 *
 * It has a bound, and no timer: what has expired goes when somebody asks for it, when there is no room, and with `sweep()`.
 */
export class Sessions<S extends AnySession> implements Iterable<S> {
  /** By their ids, and those without one by themselves. */
  readonly #sessions = new Map<string | S, S>();
  readonly #items: number;
  readonly #create: () => S;
  readonly #clock: Pick<Clock, 'now'> | undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: SessionsOptions<S>) {
    const { items, clock } = parseOptions(sessionsSchema, options, 'Sessions');
    this.#items = items;
    this.#clock = clock;
    this.#create = options.create;
  }

  /** How many there are, with those that have expired and were not looked at or swept since. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session with an id, whether it has a connection or not. */
  get(id: string): S | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || !this.#hasExpired(session)) return session;
    this.end(session);
    return undefined;
  }

  /**
   * Gives a connection its session: one that goes on, if there is one with this id that is kept, or a new one. A connection that had it is
   * replaced (`onReplaced`). Nothing is sent before `resume()` of the session: so your protocol can greet first.
   *
   * @returns `undefined` where there are too many: then nothing has changed.
   * @throws {TaskTonicError} `TT_BAD_OPTION` for a bad `keepFor`, or one that needs a `clock`.
   */
  open(connection: ConnectionOf<S>, terms: SessionTerms = {}): S | undefined {
    const { id, fresh = false, keepFor = 0 } = terms;
    this.#checkKeepFor(keepFor);
    const old = id === undefined ? undefined : this.get(id);
    const session = old !== undefined && old._ttKeepFor > 0 && !fresh ? old : this.#begin(id, old);
    if (session === undefined) return undefined;
    session._ttKeepFor = id === undefined ? 0 : keepFor;
    session._ttUntil = Infinity;
    session._ttConnect(id, connection);
    return session;
  }

  /**
   * A connection is gone, in whatever way: the session that it had ends, or waits for the next one. Nothing happens where another
   * connection has the session by now.
   */
  close(session: S, connection: ConnectionOf<S>): void {
    if (session.connection !== connection) return;
    session._ttDisconnect();
    if (session._ttKeepFor === 0) return this.end(session);
    if (session._ttKeepFor < Infinity) session._ttUntil = this.#clock!.now() + session._ttKeepFor;
  }

  /** Ends a session now, such as when its user logs out: what waits is given up, and its connection is replaced by none (`onReplaced`). */
  end(session: S): void {
    const key = session.id ?? session;
    if (this.#sessions.get(key) !== session) return;
    this.#sessions.delete(key);
    session._ttEnd();
  }

  /** Ends all that have expired: it looks at every session. Returns how many these were. */
  sweep(): number {
    const expired = [...this].filter((session) => this.#hasExpired(session));
    for (const session of expired) this.end(session);
    return expired.length;
  }

  [Symbol.iterator](): Iterator<S> {
    return this.#sessions.values();
  }

  #begin(id: string | undefined, old: S | undefined): S | undefined {
    if (old === undefined && this.size >= this.#items && this.sweep() === 0) return undefined;
    const session = this.#create();
    if (old !== undefined) this.end(old);
    this.#sessions.set(id ?? session, session);
    return session;
  }

  #hasExpired({ _ttUntil }: S): boolean {
    return _ttUntil < Infinity && _ttUntil <= this.#clock!.now();
  }

  #checkKeepFor(keepFor: number): void {
    if (!(keepFor >= 0)) throw badOption('Sessions', 'keepFor', 'it must be 0 ms or more');
    if (keepFor > 0 && keepFor < Infinity && this.#clock === undefined)
      throw badOption('Sessions', 'clock', 'it is missing, and a session is to expire');
  }
}
