import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Refs } from './crossing.js';

/** Orders that may be over there and not done; more wait here. */
const WINDOW = 8_192;
/** Orders of one message at most: a longer one would hold the other side's loop up. */
const CHUNK = 512;

/** Places in the memory that both ends of a channel share. */
export const DONE = 0;
export const BLOCKED = 1;

/** What travels: orders one behind the other, and what must be known to read them. */
export class Chunk {
  /** Target, sparkle, source, its sparkle, number of arguments and whether there are refs; the arguments; the refs. */
  readonly orders: unknown[] = [];
  /** Tonics that are named for the first time: serial, id, name. */
  defined: unknown[] | undefined;
  /** Tonics that have finished, by serial. */
  gone: number[] | undefined;
  /** Callbacks that nobody has any more. */
  released: number[] | undefined;
  /** Tonics of the other side that a third thread has made known here. */
  held: number[] | undefined;
  readonly keys: string[] = [];
  readonly moved: Transferable[] = [];

  get isEmpty(): boolean {
    return this.keys.length === 0 && this.gone === undefined && this.released === undefined && this.held === undefined;
  }
}

/** A message as it arrives. */
export type Batch = readonly [
  orders: unknown[],
  defined: unknown[] | undefined,
  gone: number[] | undefined,
  released: number[] | undefined,
  held: number[] | undefined,
];

/**
 * The sending end of a channel to another thread.
 *
 * Orders of a turn travel together. Of those that were sent and are not done there may be so many ({@link WINDOW}); the rest waits here
 * until the other side has caught up, so that a flood neither holds that side's loop up nor grows over there.
 */
export class Outlet {
  readonly port: MessagePort;
  readonly #words: Int32Array;
  readonly #ring: () => void;
  #open = new Chunk();
  /** Filled, and not sent. */
  readonly #full: Chunk[] = [];
  /** Sent, and perhaps not done, with the count of orders up to each. */
  readonly #flying: { readonly upTo: number; readonly keys: readonly string[] }[] = [];
  readonly #numbers = new Map<string, number>();
  #sent = 0;
  #waiting = 0;

  constructor(port: MessagePort, shared: SharedArrayBuffer, ring: () => void) {
    this.port = port;
    this.#words = new Int32Array(shared);
    this.#ring = ring;
    port.on('message', () => this.flush());
    port.unref();
  }

  /** Orders that wait here. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The chunk that is being filled, for what goes with the next orders. */
  get chunk(): Chunk {
    return this.#open;
  }

  /** Adds an order; it leaves with {@link flush}. */
  put(
    target: number,
    key: string,
    source: number,
    sourceKey: string | undefined,
    args: readonly unknown[],
    refs: Refs | undefined,
    moved: readonly Transferable[],
  ): void {
    const { orders, keys, moved: list } = this.#open;
    orders.push(
      target,
      this.#numberOf(key),
      source,
      sourceKey === undefined ? -1 : this.#numberOf(sourceKey),
      args.length * 2 + (refs === undefined ? 0 : 1),
    );
    for (const argument of args) orders.push(argument);
    if (refs !== undefined) orders.push(refs);
    for (const one of moved) list.push(one);
    this.#waiting++;
    if (keys.push(key) >= CHUNK) this.#seal();
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (!this.#open.isEmpty) this.#seal();
    while (this.#full.length > 0 && this.#mayfly()) this.#post(this.#full.shift()!);
  }

  /** The names of sparkles whose orders are not known to have been done, those that wait here included. */
  undone(): string[] {
    const done = this.#words[DONE]!;
    const lost: string[] = [];
    for (const { upTo, keys } of this.#flying) {
      const left = Math.min(Math.max((upTo - done) | 0, 0), keys.length);
      lost.push(...keys.slice(keys.length - left));
    }
    for (const { keys } of [...this.#full, this.#open]) lost.push(...keys);
    return lost;
  }

  close(): void {
    this.port.close();
  }

  #seal(): void {
    this.#full.push(this.#open);
    this.#open = new Chunk();
  }

  #mayfly(): boolean {
    if (this.#inFlight() < WINDOW) return true;
    // The other side tells when it has caught up; it may have done so just now.
    Atomics.store(this.#words, BLOCKED, 1);
    if (this.#inFlight() >= WINDOW) return false;
    Atomics.store(this.#words, BLOCKED, 0);
    return true;
  }

  #inFlight(): number {
    const done = Atomics.load(this.#words, DONE);
    while (this.#flying.length > 0 && ((this.#flying[0]!.upTo - done) | 0) <= 0) this.#flying.shift();
    return (this.#sent - done) | 0;
  }

  #post({ orders, defined, gone, released, held, keys, moved }: Chunk): void {
    this.#sent = (this.#sent + keys.length) | 0;
    this.#waiting -= keys.length;
    if (keys.length > 0) this.#flying.push({ upTo: this.#sent, keys });
    this.port.postMessage([orders, defined, gone, released, held] satisfies Batch, moved);
    this.#ring();
  }

  /** The number of a sparkle's name, or the name itself the first time: the other side counts along. */
  #numberOf(key: string): number | string {
    const number = this.#numbers.get(key);
    if (number !== undefined) return number;
    this.#numbers.set(key, this.#numbers.size);
    return key;
  }
}

/** Tells the sender that so many more orders were done, and lets it go on where it waits for that. */
export class DoneCounter {
  readonly #words: Int32Array;
  readonly #port: MessagePort;
  #sinceNudge = 0;

  constructor(shared: SharedArrayBuffer, port: MessagePort) {
    this.#words = new Int32Array(shared);
    this.#port = port;
  }

  add(count: number): void {
    Atomics.add(this.#words, DONE, count);
    this.#sinceNudge += count;
    // Not for each few orders: a message each would cost more than they do.
    if (this.#sinceNudge < WINDOW / 2 || Atomics.load(this.#words, BLOCKED) === 0) return;
    this.#sinceNudge = 0;
    Atomics.store(this.#words, BLOCKED, 0);
    this.#port.postMessage(null);
  }
}
