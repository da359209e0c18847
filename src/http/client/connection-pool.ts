import type { Route } from './route.js';

/** A connection, as the pool sees it. */
export interface Pooled {
  readonly route: Route;
  /** It has no request for so long, and is closed then. */
  rest(): void;
  /** It is for a request again; false where it is closed, or closes. */
  wake(): boolean;
  /** Closes it: it has no request. */
  retire(): void;
}

/** A request that wants a connection. */
export interface Wanting {
  readonly route: Route;
  /** Bytes that wait with it. */
  readonly bytes: number;
  /** It has one. */
  given(connection: Pooled): void;
  /** None could be opened. */
  notConnected(error: Error): void;
  /** As many wait as may: it has to go. */
  displaced(waiting: number, bytes: number): void;
}

export interface PoolSettings {
  readonly connectionsPerHost: number;
  readonly connections: number;
  readonly idleConnections: number;
  readonly waitingLimit: number;
  readonly waitingBytes: number;
  readonly onWaitingLimit: 'refuse' | 'dropOldest';
}

/** The connections to one server, and who waits for one. */
class Host {
  /** How many there are, with those that are being opened. */
  open = 0;
  opening = 0;
  /** The one that was used last is the last. */
  readonly idle: Pooled[] = [];
  /** By their numbers; the one that has waited longest is the first. */
  readonly waiting = new Map<Wanting, number>();

  constructor(readonly route: Route) {}

  /** Whether more wait than connections are being opened. */
  get wantsMore(): boolean {
    return this.waiting.size > this.opening;
  }

  /** The number of the one that has waited longest. */
  get oldest(): number {
    for (const number of this.waiting.values()) return number;
    return Infinity;
  }
}

/**
 * The connections of an HttpClient, each with one request at a time.
 *
 * ## Contract
 *
 * - A request takes the idle connection that was used last: the others may close. Without one it waits, and one is opened if there is room for it.
 * - Whoever has waited longest gets the next connection of its host, whether that was opened for it or has become idle.
 * - A connection that could not be opened is told to whoever has waited longest: each was opened for one of them.
 * - A connection counts until {@link gone}, or until it is retired.
 */
export class ConnectionPool {
  readonly #settings: PoolSettings;
  readonly #openNew: (route: Route) => void;
  readonly #hosts = new Map<string, Host>();
  /** The one that was used least recently is the first. */
  readonly #idle = new Set<Pooled>();
  #open = 0;
  #waiting = 0;
  #opening = 0;
  #bytes = 0;
  #numbered = 0;

  /** @param openNew begins to open a connection; {@link opened} or {@link failed} follows, never within the call. */
  constructor(settings: PoolSettings, openNew: (route: Route) => void) {
    this.#settings = settings;
    this.#openNew = openNew;
  }

  /** Connections that are there, or are being opened. */
  get size(): number {
    return this.#open;
  }

  get idle(): number {
    return this.#idle.size;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Gives a request a connection, at once or later. @param fresh a new one, or one that was used by another meanwhile. */
  want(wanting: Wanting, fresh = false): void {
    const host = this.#hostOf(wanting.route);
    const idle = fresh ? undefined : this.#takeIdle(host);
    if (idle !== undefined) return wanting.given(idle);
    // Who wants a new one has seen one of them dead.
    if (!this.#mayOpen(host) && host.idle.length > 0) this.#drop(host.idle[0]!);
    const canOpen = this.#mayOpen(host);
    if (!canOpen && !this.#makeRoomFor(wanting)) {
      this.#forget(host);
      return wanting.displaced(this.#waiting, this.#bytes);
    }
    host.waiting.set(wanting, this.#numbered++);
    this.#waiting++;
    this.#bytes += wanting.bytes;
    return this.#openFor(host);
  }

  /** It waits no more. */
  leave(wanting: Wanting): void {
    const host = this.#hosts.get(wanting.route.key);
    if (host === undefined || !host.waiting.delete(wanting)) return;
    this.#left(wanting);
    this.#forget(host);
  }

  /** A connection was opened. */
  opened(connection: Pooled): void {
    const host = this.#hostOf(connection.route);
    this.#isOpened(host);
    this.freed(connection);
  }

  /** One could not be opened. */
  failed(route: Route, error: Error): void {
    const host = this.#hostOf(route);
    this.#isOpened(host);
    this.#count(host, -1);
    const first = this.#takeWaiting(host);
    this.#openWhereWanted(host);
    first?.notConnected(error);
  }

  /** A connection has no request any more, and can have another. */
  freed(connection: Pooled): void {
    const host = this.#hostOf(connection.route);
    const next = this.#takeWaiting(host);
    if (next !== undefined) return next.given(connection);
    host.idle.push(connection);
    this.#idle.add(connection);
    connection.rest();
    if (this.#idle.size > this.#settings.idleConnections) this.#dropLeastRecent();
    // Another host may have waited for room.
    return this.#openWhereWanted(undefined);
  }

  /** A connection is closed, or closes; one that was retired here was counted then. */
  gone(connection: Pooled): void {
    this.#openWhereWanted(this.#without(connection));
  }

  /** Closes one that is idle. */
  retire(connection: Pooled): void {
    this.#openWhereWanted(this.#drop(connection));
  }

  // ---- Within bounds ----

  #mayOpen(host: Host): boolean {
    const { connectionsPerHost, connections } = this.#settings;
    return host.open < connectionsPerHost && (this.#open < connections || this.#idle.size > 0);
  }

  /** Whether one more may wait. */
  #makeRoomFor({ bytes }: Wanting): boolean {
    const { waitingLimit, waitingBytes, onWaitingLimit } = this.#settings;
    const fits = (): boolean => this.#waiting - this.#opening < waitingLimit && this.#bytes + bytes <= waitingBytes;
    while (!fits()) {
      if (onWaitingLimit === 'refuse' || waitingLimit === 0 || bytes > waitingBytes) return false;
      const oldest = this.#takeOldest();
      if (oldest === undefined) return false;
      oldest.displaced(this.#waiting + 1, this.#bytes + oldest.bytes);
    }
    return true;
  }

  #takeOldest(): Wanting | undefined {
    let oldest: Host | undefined;
    for (const host of this.#hosts.values())
      if (host.wantsMore && host.oldest < (oldest?.oldest ?? Infinity)) oldest = host;
    return oldest && this.#takeWaiting(oldest);
  }

  #openFor(host: Host): void {
    while (host.wantsMore && this.#mayOpen(host)) {
      if (this.#open >= this.#settings.connections) this.#dropLeastRecent();
      host.opening++;
      this.#opening++;
      this.#count(host, 1);
      this.#openNew(host.route);
    }
  }

  #openWhereWanted(first: Host | undefined): void {
    if (first !== undefined) {
      this.#openFor(first);
      this.#forget(first);
    }
    if (this.#waiting > this.#opening) for (const host of this.#hosts.values()) this.#openFor(host);
  }

  #dropLeastRecent(): void {
    for (const oldest of this.#idle) return this.#forget(this.#drop(oldest));
  }

  #drop(connection: Pooled): Host {
    connection.retire();
    return this.#without(connection);
  }

  #without(connection: Pooled): Host {
    const host = this.#hostOf(connection.route);
    this.#removeIdle(host, connection);
    this.#count(host, -1);
    return host;
  }

  // ---- What it keeps ----

  #hostOf(route: Route): Host {
    let host = this.#hosts.get(route.key);
    if (host === undefined) this.#hosts.set(route.key, (host = new Host(route)));
    return host;
  }

  #forget(host: Host): void {
    if (host.open === 0 && host.waiting.size === 0) this.#hosts.delete(host.route.key);
  }

  #takeIdle(host: Host): Pooled | undefined {
    for (let last = host.idle.at(-1); last !== undefined; last = host.idle.at(-1)) {
      this.#removeIdle(host, last);
      if (last.wake()) return last;
    }
    return undefined;
  }

  #removeIdle(host: Host, connection: Pooled): void {
    if (this.#idle.delete(connection)) host.idle.splice(host.idle.lastIndexOf(connection), 1);
  }

  #takeWaiting(host: Host): Wanting | undefined {
    for (const first of host.waiting.keys()) {
      host.waiting.delete(first);
      this.#left(first);
      return first;
    }
    return undefined;
  }

  #left({ bytes }: Wanting): void {
    this.#waiting--;
    this.#bytes -= bytes;
  }

  #isOpened(host: Host): void {
    host.opening--;
    this.#opening--;
  }

  #count(host: Host, more: 1 | -1): void {
    host.open += more;
    this.#open += more;
  }
}
