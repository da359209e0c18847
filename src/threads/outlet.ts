import type { Transferable } from 'node:worker_threads';
import { weightOf } from '../core/queue/weight.js';
import type { Refs } from './refs.js';
import type { Wire } from './wire.js';

/** Orders that may be over there and not done; more wait here. */
const WINDOW = 8_192;
/** Bytes of these, where their arguments are large: then fewer may be over there. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Orders of one message at most: a longer one would hold the other side's loop up. */
const CHUNK = 512;
/** Bytes of one message, to within its last order. */
const CHUNK_BYTES = 256 * 1024;

/** Places in the memory that both ends of a channel share. */
export const DONE = 0;
export const BLOCKED = 1;
export const POSTED = 2;
/** While the sender is blocked: how many orders are to be done before it is told. */
export const TELL_AT = 3;

/** Numbers of each order: target, sparkle, source, its sparkle, and twice the number of arguments, with 1 more where refs follow them. */
export const HEAD = 5;

/** Numbers of up to so many orders travel as a plain list: a typed array has a price of its own, and is the cheaper one beyond. */
const FEW = 8;

/** What travels besides orders: seldom something. */
export interface Notes {
  /** Sparkles that are named for the first time: the other side counts them, too. */
  names?: string[];
  /** Tonics that are named for the first time: serial, id, name. */
  defined?: (number | string)[];
  /** Tonics of third threads that orders come from: number, thread, serial, id, name. */
  foreign?: (number | string)[];
  /** Tonics that have finished, by serial. */
  gone?: number[];
  /** Callbacks that nobody has any more. */
  released?: number[];
  /** Tonics of the other side that a third thread has made known here. */
  held?: number[];
}

/** Orders one behind the other: {@link HEAD} numbers each, the arguments of all with the refs of those that have some, and the notes. */
export type Batch = readonly [heads: ArrayLike<number>, args: unknown[], notes?: Notes];

/** A batch that is being filled, or waits. */
class Chunk {
  heads: ArrayLike<number> = [];
  readonly args: unknown[] = [];
  notes: Notes | undefined;
  count = 0;
  bytes = 0;
  readonly moved: Transferable[] = [];
}

/** A batch that was sent. */
interface Flying {
  /** The count of orders up to its last one. */
  readonly upTo: number;
  readonly heads: ArrayLike<number>;
  readonly bytes: number;
}

/**
 * The sending end of a channel to another thread.
 *
 * Orders of a turn travel together. Of those that were sent and are not done there may be so many ({@link WINDOW}, {@link WINDOW_BYTES}); the rest waits here
 * until the other side has caught up, so that a flood neither holds that side's loop up nor grows over there.
 */
export class Outlet {
  readonly port: Wire;
  readonly #words: Int32Array;
  readonly #ring: () => void;
  #open = new Chunk();
  /** The heads of the chunk that is being filled. */
  readonly #heads = new Int32Array(CHUNK * HEAD);
  /** Filled, and not sent. */
  readonly #full: Chunk[] = [];
  /** Sent, and perhaps not done. */
  readonly #flying: Flying[] = [];
  #flyingBytes = 0;
  /** The sparkles that were named so far, and their numbers. */
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** The last of each: mostly the next one, too. */
  #lastKey: string | undefined;
  #lastNumber = -1;
  #lastSourceKey: string | undefined;
  #lastSourceNumber = -1;
  #sent = 0;
  /** Orders that have left. */
  departed = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #onEmpty: (() => void) | undefined;
  #closed = false;

  /**
   * @param ring tells the other side that something was sent.
   * @param onRoom called when orders that waited have left.
   */
  constructor(port: Wire, shared: SharedArrayBuffer, ring: () => void, onRoom: () => void = () => {}) {
    this.port = port;
    this.#words = new Int32Array(shared);
    this.#ring = ring;
    port.on('message', () => {
      this.flush();
      onRoom();
    });
    port.unref();
  }

  /** Orders that wait here. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Roughly the bytes of what waits here. Of what is on its way there is a bounded number besides. */
  get bytes(): number {
    return this.#waitingBytes;
  }

  /** What goes with the next orders. */
  get notes(): Notes {
    return (this.#open.notes ??= {});
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
    if (key !== this.#lastKey) {
      this.#lastNumber = this.#numberOf(key);
      this.#lastKey = key;
    }
    if (sourceKey !== this.#lastSourceKey) {
      this.#lastSourceNumber = sourceKey === undefined ? -1 : this.#numberOf(sourceKey);
      this.#lastSourceKey = sourceKey;
    }
    const open = this.#open;
    const { args: all, moved: list } = open;
    const heads = this.#heads;
    const at = open.count * HEAD;
    heads[at] = target;
    heads[at + 1] = this.#lastNumber;
    heads[at + 2] = source;
    heads[at + 3] = this.#lastSourceNumber;
    heads[at + 4] = args.length * 2 + (refs === undefined ? 0 : 1);
    for (let n = 0; n < args.length; n++) all.push(args[n]);
    if (refs !== undefined) all.push(refs);
    for (let n = 0; n < moved.length; n++) list.push(moved[n]!);
    const bytes = weightOf(args);
    open.bytes += bytes;
    this.#waitingBytes += bytes;
    this.#waiting++;
    // A full one leaves at once: the other side may begin with it.
    if (++open.count === CHUNK || open.bytes >= CHUNK_BYTES) this.flush();
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (this.#open.count > 0 || this.#open.notes !== undefined) this.#seal();
    while (this.#full.length > 0 && this.#mayfly()) this.#post(this.#full.shift()!);
    if (this.#waiting === 0) this.#onEmpty?.();
  }

  /** Resolves when all has left, or nobody is there to take it; keeps the thread open until then. */
  async emptied(): Promise<void> {
    this.flush();
    if (this.#waiting === 0 || this.#closed) return;
    this.port.ref();
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    this.port.unref();
  }

  /** The names of sparkles whose orders are not known to have been done, those that wait here included. */
  undone(): string[] {
    const done = this.#words[DONE]!;
    const lost: string[] = [];
    const add = (heads: ArrayLike<number>, from: number, to: number): void => {
      for (let at = from; at < to; at++) lost.push(this.#names[heads[at * HEAD + 1]!]!);
    };
    for (const { upTo, heads } of this.#flying) {
      const count = heads.length / HEAD;
      add(heads, count - Math.min(Math.max((upTo - done) | 0, 0), count), count);
    }
    for (const { heads, count } of this.#full) add(heads, 0, count);
    add(this.#heads, 0, this.#open.count);
    return lost;
  }

  close(): void {
    this.#closed = true;
    this.port.close();
    this.#onEmpty?.();
  }

  #seal(): void {
    const { count } = this.#open;
    const heads = this.#heads.subarray(0, count * HEAD);
    this.#open.heads = count <= FEW ? Array.from(heads) : heads.slice();
    this.#full.push(this.#open);
    this.#open = new Chunk();
  }

  #mayfly(): boolean {
    if (!this.#isFull) return true;
    // The other side tells when it has caught up; it may have done so just now.
    Atomics.store(this.#words, TELL_AT, this.#half());
    Atomics.store(this.#words, BLOCKED, 1);
    if (this.#isFull) return false;
    Atomics.store(this.#words, BLOCKED, 0);
    return true;
  }

  get #isFull(): boolean {
    return this.#inFlight() >= WINDOW || this.#flyingBytes >= WINDOW_BYTES;
  }

  #inFlight(): number {
    const done = Atomics.load(this.#words, DONE);
    while (this.#flying.length > 0 && ((this.#flying[0]!.upTo - done) | 0) <= 0)
      this.#flyingBytes -= this.#flying.shift()!.bytes;
    return (this.#sent - done) | 0;
  }

  /** The count of orders with which the window is half empty. Not before: a message each few orders would cost more than they do. */
  #half(): number {
    let bytes = this.#flyingBytes;
    for (const { upTo, bytes: its } of this.#flying) {
      bytes -= its;
      if (bytes <= WINDOW_BYTES / 2 && ((this.#sent - upTo) | 0) <= WINDOW / 2) return upTo;
    }
    return this.#sent;
  }

  #post({ heads, args, notes, count, bytes, moved }: Chunk): void {
    this.#sent = (this.#sent + count) | 0;
    this.#waiting -= count;
    this.#waitingBytes -= bytes;
    this.#flyingBytes += bytes;
    this.departed += count;
    if (count > 0) this.#flying.push({ upTo: this.#sent, heads, bytes });
    const batch: Batch = notes === undefined ? [heads, args] : [heads, args, notes];
    this.port.postMessage(batch, moved);
    Atomics.add(this.#words, POSTED, 1);
    this.#ring();
  }

  /** The number of a sparkle's name; the first time the other side is told it. */
  #numberOf(key: string): number {
    let number = this.#numbers.get(key);
    if (number !== undefined) return number;
    number = this.#names.push(key) - 1;
    this.#numbers.set(key, number);
    (this.notes.names ??= []).push(key);
    return number;
  }
}

/** Tells the sender that so many more orders were done, and lets it go on where it waits for that. */
export class DoneCounter {
  readonly #words: Int32Array;
  readonly #port: Wire;

  constructor(shared: SharedArrayBuffer, port: Wire) {
    this.#words = new Int32Array(shared);
    this.#port = port;
  }

  add(count: number): void {
    const done = (Atomics.add(this.#words, DONE, count) + count) | 0;
    if (Atomics.load(this.#words, BLOCKED) === 0 || ((done - Atomics.load(this.#words, TELL_AT)) | 0) < 0) return;
    Atomics.store(this.#words, BLOCKED, 0);
    this.#port.postMessage(null);
  }
}
