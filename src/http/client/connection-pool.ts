import type { Route } from './route.js';

/** A connection, as the pool sees it. */
export interface Pooled {
  readonly route: Route;
  /** The connection is idle now. It is closed after the idle timeout. */
  becomeIdle(): void;
  /** Takes the connection into use again; false if it is closed or closing. */
  reuse(): boolean;
  /** Closes an idle connection. */
  retire(): void;
}

/** A request that waits for a connection. */
export interface WaitingRequest {
  readonly route: Route;
  /** The bytes of its body, which wait with it. */
  readonly bytes: number;
  /** It gets a connection. */
  given(connection: Pooled): void;
  /** No connection could be opened. */
  notConnected(error: Error): void;
  /** The limit of waiting requests is reached, and this one is dropped. */
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

/** The connections to one server, and the requests that wait for one. */
class Host {
  /** The number of connections, including those that are being opened. */
  open = 0;
  opening = 0;
  /** In the order of use; the last one was used last. */
  readonly idle: Pooled[] = [];
  /** By number; the first one has waited longest. */
  readonly waiting = new Map<WaitingRequest, number>();

  constructor(readonly route: Route) {}

  /** Whether more requests wait than connections are being opened. */
  get wantsMore(): boolean {
    return this.waiting.size > this.opening;
  }

  /** The number of the request that has waited longest. */
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
 * - A request takes the idle connection that was used last, so that the others can close. If there is none it waits,
 *   and a connection is opened if the limits allow it.
 * - The request that has waited longest gets the next connection of its host, whether that was opened for it or has
 *   become idle.
 * - If a connection cannot be opened, the request that has waited longest gets the error: each connection is opened for
 *   one of them.
 * - A connection counts until {@link gone}, or until it is retired.
 */
export class ConnectionPool {
  readonly #settings: PoolSettings;
  readonly #openNew: (route: Route) => void;
  readonly #hosts = new Map<string, Host>();
  /** In the order of use; the first one was used least recently. */
  readonly #idle = new Set<Pooled>();
  #open = 0;
  #waiting = 0;
  #opening = 0;
  #bytes = 0;
  #numbered = 0;

  /**
   * @param openNew begins to open a connection. Then {@link opened} or {@link failed} follows, never within the call.
   */
  constructor(settings: PoolSettings, openNew: (route: Route) => void) {
    this.#settings = settings;
    this.#openNew = openNew;
  }

  /** The number of connections, including those that are being opened. */
  get size(): number {
    return this.#open;
  }

  get idle(): number {
    return this.#idle.size;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Gives a request a connection, at once or later. @param fresh a newly opened connection, or one that has served
   * another request since.
   */
  want(wanting: WaitingRequest, fresh = false): void {
    const host = this.#hostOf(wanting.route);
    const idle = fresh ? undefined : this.#takeIdle(host);
    if (idle !== undefined) return wanting.given(idle);
    // A request that wants a fresh connection has found an idle one dead.
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

  /** The request stops waiting. */
  leave(wanting: WaitingRequest): void {
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

  /** A connection could not be opened. */
  failed(route: Route, error: Error): void {
    const host = this.#hostOf(route);
    this.#isOpened(host);
    this.#count(host, -1);
    const first = this.#takeWaiting(host);
    this.#openWhereWanted(host);
    first?.notConnected(error);
  }

  /** A connection has become idle. */
  freed(connection: Pooled): void {
    const host = this.#hostOf(connection.route);
    const next = this.#takeWaiting(host);
    if (next !== undefined) return next.given(connection);
    host.idle.push(connection);
    this.#idle.add(connection);
    connection.becomeIdle();
    if (this.#idle.size > this.#settings.idleConnections) this.#dropLeastRecent();
    // Another host may be waiting for the total limit.
    return this.#openWhereWanted(undefined);
  }

  /** A connection is closed or closing. If it was retired here, that was counted then. */
  gone(connection: Pooled): void {
    this.#openWhereWanted(this.#without(connection));
  }

  /** Closes an idle connection. */
  retire(connection: Pooled): void {
    this.#openWhereWanted(this.#drop(connection));
  }

  // ---- Limits ----

  #mayOpen(host: Host): boolean {
    const { connectionsPerHost, connections } = this.#settings;
    return host.open < connectionsPerHost && (this.#open < connections || this.#idle.size > 0);
  }

  /** Whether one more request may wait. */
  #makeRoomFor({ bytes }: WaitingRequest): boolean {
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

  #takeOldest(): WaitingRequest | undefined {
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

  // ---- Its lists ----

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
      if (last.reuse()) return last;
    }
    return undefined;
  }

  #removeIdle(host: Host, connection: Pooled): void {
    if (this.#idle.delete(connection)) host.idle.splice(host.idle.lastIndexOf(connection), 1);
  }

  #takeWaiting(host: Host): WaitingRequest | undefined {
    for (const first of host.waiting.keys()) {
      host.waiting.delete(first);
      this.#left(first);
      return first;
    }
    return undefined;
  }

  #left({ bytes }: WaitingRequest): void {
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
