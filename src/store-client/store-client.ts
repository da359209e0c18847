import { StoreClientError } from './error.js';
import { type StoreClientHost, addressOf, here } from './host.js';
import { Line, type LineOwner, type StoreClientState } from './line.js';
import type { ServerMessage, WireBatch } from './messages.js';
import { byName, byPath, fits, plainPath, segmentsOf } from './paths.js';
import { type OwnBatch, Replica, type StoreClientEvent } from './replica.js';
import { type StoreClientCallback, Subscribers, call } from './subscribers.js';
import type { StoreClientValue } from './values.js';

/** Options of {@link connectStore}. */
export interface StoreClientOptions {
  /** The paths to copy: patterns, as for `subscribe()`. */
  readonly paths: readonly string[];
  /** How long it waits before it tries again after a loss, in ms, the first time; that doubles. Default 500. */
  readonly minDelay?: number;
  /** The longest that it waits, in ms. Default 30,000. */
  readonly maxDelay?: number;
  /** A server that sends nothing for this many ms gets a ping. Default 30,000. */
  readonly aliveInterval?: number;
  /** The most batches that may wait to be confirmed. Default 1,000. */
  readonly maxUnsaved?: number;
  /** For tests: what it takes from the browser. */
  readonly host?: StoreClientHost;
}

/** What the server has refused. */
export interface StoreClientRefusal {
  /** The paths that were set, or that were to be followed. */
  readonly paths: readonly string[];
  /**
   * The code of the server's error, such as `TT_STORE_FORBIDDEN`; `'closed'` if it has closed the connection because of
   * this page's message.
   */
  readonly code: string;
  readonly message: string;
}

/** Options of `subscribe()`. */
export interface StoreClientSubscribeOptions {
  /** Whether it is told of changes of paths below, too. */
  readonly recursive?: boolean;
  /** Whether it gets the present values at once, with the source `'init'`. */
  readonly triggerNow?: boolean;
}

/** Between two messages that set something, in ms. */
const PAUSE = 20;
/** So many characters of batches are in one message, or one batch. */
const MOST_TEXT = 65_536;
const MOST_PAIRS = 500;
const MOST_UNSENT = 1_048_576;

/** A copy of a part of a Store, which is kept up to date. {@link connectStore} makes it. */
export class StoreClient {
  readonly #replica = new Replica();
  readonly #subscribers = new Subscribers();
  readonly #line: Line;
  readonly #host: StoreClientHost;
  readonly #maxUnsaved: number;
  readonly #stateCallbacks = new Set<(state: StoreClientState) => void>();
  readonly #refusalCallbacks = new Set<(refusal: StoreClientRefusal) => void>();
  #paths: readonly string[] = [];
  #follows = 0;
  #savers: { readonly id: number; resolve(): void; reject(error: Error): void }[] = [];
  /** Whether something was sent just now, or is to be at the end of this turn. */
  #pauses = false;

  /** @internal */
  constructor(url: string | URL, options: StoreClientOptions) {
    const { minDelay = 500, maxDelay = 30_000, aliveInterval = 30_000, maxUnsaved = 1_000, host = here } = options;
    this.#host = host;
    this.#maxUnsaved = maxUnsaved;
    this.#paths = checked(options.paths);
    this.#line = new Line(addressOf(url), host, { minDelay, maxDelay, aliveInterval }, this.#asOwner());
    this.#line.connect();
  }

  // ---- What is there ----

  /** The value at a path, at once; or another one if there is none. */
  get(path: string): StoreClientValue | undefined;
  get<D>(path: string, otherwise: D): StoreClientValue | D;
  get(path: string, otherwise?: unknown): unknown {
    const value = this.#replica.shown.get(plainPath(path));
    return value === undefined ? otherwise : value;
  }

  /** The names below a path that have a value at or below them, in the order of the Store. */
  keys(path = ''): string[] {
    const above = plainPath(path);
    const start = above === '' ? '' : `${above}/`;
    const names = new Set<string>();
    for (const one of this.#replica.shown.keys())
      if (one !== above && one.startsWith(start)) names.add(one.slice(start.length).split('/', 1)[0]!);
    return [...names].sort(byName);
  }

  /** Paths that fit a pattern, and their values, in the order of the Store. */
  entries(pattern: string): [path: string, value: StoreClientValue][] {
    const segments = segmentsOf(pattern);
    return this.#fitting([segments], false);
  }

  #fitting(patterns: readonly (readonly string[])[], recursive: boolean): [string, StoreClientValue][] {
    return [...this.#replica.shown]
      .filter(([path]) => {
        const names = path === '' ? [] : path.split('/');
        return patterns.some((pattern) => fits(pattern, names, recursive));
      })
      .sort(([one], [other]) => byPath(one, other));
  }

  // ---- Hearing ----

  /**
   * Calls a function on changes. In a pattern `*` matches one name, `**` one or more, `sens*` every name that begins
   * with `sens`.
   * @throws {StoreClientError} `'path'`
   */
  subscribe(
    pattern: string | readonly string[],
    callback: StoreClientCallback,
    { recursive = false, triggerNow = false }: StoreClientSubscribeOptions = {},
  ): { unsubscribe(): void } {
    const patterns = (typeof pattern === 'string' ? [pattern] : pattern).map((one) => segmentsOf(one));
    const unsubscribe = this.#subscribers.add({ patterns, recursive, callback });
    const present = triggerNow ? this.#fitting(patterns, recursive) : [];
    if (present.length > 0)
      call(
        callback,
        present.map(([path, value]): StoreClientEvent => ({ path, value, old: undefined, source: 'init' })),
      );
    return { unsubscribe };
  }

  /** How the connection is. */
  get state(): StoreClientState {
    return this.#line.state;
  }

  /** Calls a function when the state of the connection changes. @returns a function that ends this. */
  onState(callback: (state: StoreClientState) => void): () => void {
    this.#stateCallbacks.add(callback);
    return () => void this.#stateCallbacks.delete(callback);
  }

  /**
   * Calls a function when the server refuses something; without one, the console gets a warning. @returns what ends
   * that.
   */
  onRefused(callback: (refusal: StoreClientRefusal) => void): () => void {
    this.#refusalCallbacks.add(callback);
    return () => void this.#refusalCallbacks.delete(callback);
  }

  // ---- Setting ----

  /**
   * Sets a value; or several, of an object or a list of pairs, as one batch. It is there at once; `undefined` takes a value away.
   * @throws {StoreClientError} `'path'`, `'value'`, `'data'`, `'full'`, `'closed'`; nothing is set then.
   */
  set(path: string, value: unknown): void;
  set(values: Readonly<Record<string, unknown>> | readonly (readonly [path: string, value: unknown])[]): void;
  set(data: unknown, value?: unknown): void {
    this.#checkOpen();
    const pairs = typeof data === 'string' ? [[data, value] as const] : pairsIn(data);
    const events = this.#replica.set(pairs, this.#maxUnsaved);
    this.#subscribers.tell(events);
    this.#sendSoon();
  }

  /** Resolves when all writes so far were carried out or refused; rejects if it is closed before. */
  async saved(): Promise<void> {
    const last = this.#replica.unsaved.at(-1);
    if (last === undefined) return undefined;
    this.#checkOpen();
    return new Promise((resolve, reject) => this.#savers.push({ id: last.id, resolve, reject }));
  }

  /** Has a copy of these paths from now on, and of no others. @throws {StoreClientError} `'path'`, `'closed'` */
  follow(paths: readonly string[]): void {
    this.#checkOpen();
    this.#paths = checked(paths);
    if (this.#line.isOpen) this.#askAll();
  }

  /** Closes the connection. The copy can still be read. */
  close(): void {
    this.#line.close();
    for (const { reject } of this.#savers.splice(0)) reject(closed());
  }

  #checkOpen(): void {
    if (this.state === 'closed') throw closed();
  }

  // ---- What is sent ----

  #askAll(): void {
    this.#line.send({ follow: this.#paths, id: ++this.#follows });
  }

  /** What is set in one turn leaves in one message. */
  #sendSoon(): void {
    if (this.#pauses) return;
    this.#pauses = true;
    queueMicrotask(() => this.#send());
  }

  #send(): void {
    this.#pauses = false;
    if (!this.#line.isOpen) return;
    const batches = this.#line.unsent > MOST_UNSENT ? [] : this.#nextBatches();
    if (batches.length > 0) this.#line.send({ set: batches });
    if (!this.#replica.unsaved.some(({ isSent }) => !isSent) && batches.length === 0) return;
    this.#pauses = true;
    this.#host.after(PAUSE, () => this.#send());
  }

  #nextBatches(): WireBatch[] {
    const batches: WireBatch[] = [];
    let length = 0;
    let count = 0;
    for (const batch of this.#replica.unsaved) {
      if (batch.isSent) continue;
      length += batch.length;
      count += batch.pairs.length;
      if (batches.length > 0 && (length > MOST_TEXT || count > MOST_PAIRS)) break;
      batch.isSent = true;
      batches.push([batch.id, batch.pairs]);
    }
    return batches;
  }

  // ---- What comes ----

  #asOwner(): LineOwner {
    return {
      opened: () => {
        this.#askAll();
        this.#sendSoon();
      },
      heard: (message) => this.#heard(message),
      lost: (code, reason) => this.#lost(code, reason),
      changed: (state) => {
        for (const callback of [...this.#stateCallbacks]) call(callback, state);
      },
    };
  }

  #heard(message: ServerMessage): void {
    if ('changes' in message) this.#subscribers.tell(this.#replica.changes(message.changes, message.anew));
    else if ('all' in message) this.#heardAll(message);
    else if ('done' in message) this.#over(this.#replica.done(message.done));
    else if ('refused' in message) this.#refuse(({ id }) => id === message.refused, message);
    else if ('refusedFollow' in message) this.#tellRefused(this.#paths, message);
  }

  #heardAll({ all, id }: Extract<ServerMessage, { all: unknown }>): void {
    // What was asked for before is not wanted any more.
    if (id !== this.#follows) return;
    this.#subscribers.tell(this.#replica.all(all));
    this.#line.ready();
  }

  /** After a close for what was sent it is not sent again: that would go on for ever. */
  #lost(code: number, reason: string): void {
    const wasRefused = code === 1007 || code === 1008 || code === 1009;
    if (wasRefused) {
      const message = `the server has closed the connection with ${code} ${reason}`.trim();
      this.#refuse(({ isSent }) => isSent, { code: 'closed', message });
    }
    for (const batch of this.#replica.unsaved) batch.isSent = false;
  }

  #refuse(isRefused: (batch: OwnBatch) => boolean, why: { readonly code: string; readonly message: string }): void {
    const paths = this.#replica.unsaved.filter(isRefused).flatMap(({ pairs }) => pairs.map(([path]) => path));
    this.#over(this.#replica.refused(isRefused));
    if (paths.length > 0) this.#tellRefused(paths, why);
  }

  #tellRefused(paths: readonly string[], { code, message }: { readonly code: string; readonly message: string }): void {
    if (this.#refusalCallbacks.size === 0) console.warn(`${paths.join(', ')}: ${message} (${code})`);
    for (const callback of [...this.#refusalCallbacks]) call(callback, { paths, code, message });
  }

  #over(events: readonly StoreClientEvent[]): void {
    this.#subscribers.tell(events);
    const first = this.#replica.unsaved[0]?.id ?? Infinity;
    const saved = this.#savers.filter(({ id }) => id < first);
    this.#savers = this.#savers.filter(({ id }) => id >= first);
    for (const { resolve } of saved) resolve();
  }
}

/**
 * Keeps a copy of a part of a Store, from a server with a `StoreConnection` at this URL, such as
 * `ws://localhost:8080/store`; on a page a path alone means its own server. It reconnects until it is closed.
 *
 * @throws {StoreClientError} `'path'`; and what `new WebSocket()` throws of the URL.
 */
export function connectStore(url: string | URL, options: StoreClientOptions): StoreClient {
  return new StoreClient(url, options);
}

function checked(paths: readonly string[]): readonly string[] {
  if (!Array.isArray(paths) || paths.length === 0)
    throw new StoreClientError('option', '"paths" must be a list of patterns, such as ["rooms/**"]');
  return (paths as readonly string[]).map((path) => segmentsOf(path).join('/'));
}

function pairsIn(data: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(data) && data.length > 0 && data.every((one) => Array.isArray(one) && one.length === 2))
    return data as [string, unknown][];
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const pairs = Object.entries(data);
    if (pairs.length > 0) return pairs;
  }
  throw new StoreClientError('data', 'set() takes a path and a value, an object of values by path, or a list of pairs');
}

function closed(): StoreClientError {
  return new StoreClientError('closed', 'the Store was closed here');
}
