import type { Transferable } from 'node:worker_threads';
import { weightOf } from '../core/queue/weight.js';
import { type Batch, HEAD, type Notes } from './batch.js';
import type { Channel } from './channel.js';
import type { Refs } from './packing/refs.js';

/** Orders that may be over there and not done; more wait here. */
const WINDOW = 8_192;
/** Bytes of these, where their arguments are large: then fewer may be over there. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Orders of one message at most: a longer one would hold the other side's loop up. */
const CHUNK = 512;
/** Bytes of one message, to within its last order. */
const CHUNK_BYTES = 256 * 1024;

/** Numbers of up to so many orders travel as a plain list: a typed array has a price of its own, and is the cheaper one beyond. */
const FEW = 8;

/** A batch that waits. */
interface Chunk {
  readonly heads: ArrayLike<number>;
  readonly args: unknown[];
  readonly notes: Notes | undefined;
  readonly moved: readonly Transferable[];
  readonly count: number;
  readonly bytes: number;
}

/** A batch that was sent. */
interface Flying {
  /** The count of orders up to its last one. */
  readonly upTo: number;
  readonly heads: ArrayLike<number>;
  readonly bytes: number;
}

/** What waits in a place for all others, and what has left there. */
export interface Totals {
  /** Orders that wait. */
  waiting: number;
  /** Roughly their bytes. */
  bytes: number;
  /** Orders that have left so far. */
  departed: number;
}

/**
 * Sends orders over a channel.
 *
 * Orders of a turn travel together. Of those that were sent and are not done there may be so many ({@link WINDOW}, {@link WINDOW_BYTES});
 * the rest waits here until the other side has caught up, so that a flood neither holds that side's loop up nor grows over there. The
 * other side is asked to tell of that each time half of the window has been sent.
 */
export class Sender {
  readonly #epoch: number;
  #channel: Channel | undefined;
  /** The batch that is being filled. */
  #count = 0;
  #bytes = 0;
  #heads: number[] = [];
  #args: unknown[] = [];
  #moved: Transferable[] = [];
  #notes: Notes | undefined;
  /** Filled, and not sent. */
  readonly #full: Chunk[] = [];
  /** Sent, and perhaps not done. */
  readonly #flying: Flying[] = [];
  #flyingBytes = 0;
  /** Of the orders that were sent, so many were done, as the other side has told. */
  #done = 0;
  /** Sent since the other side was asked to tell. */
  #unasked = 0;
  #unaskedBytes = 0;
  /** The sparkles that were named so far, and their numbers. */
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** The last of each: mostly the next one, too. */
  #lastKey: string | undefined;
  #lastNumber = -1;
  #lastSourceKey: string | undefined;
  #lastSourceNumber = -1;
  readonly #totals: Totals;
  /** Orders that have left. */
  sent = 0;
  /** Orders that wait here. */
  waiting = 0;
  /** Roughly the bytes of these. Of what is on its way there is a bounded number besides. */
  #waitingBytes = 0;
  #onEmpty: (() => void) | undefined;
  #closed = false;

  /**
   * @param totals what all senders of this place have, and this one adds to.
   * @param epoch which life of this side it is, where a side may come back: each with a higher number.
   */
  constructor(totals: Totals, epoch = 1) {
    this.#totals = totals;
    this.#epoch = epoch;
  }

  /** From now on there is a way; what has waited for it leaves with the next {@link flush}. */
  connect(channel: Channel): void {
    this.#channel = channel;
  }

  /** What goes with the next orders. */
  get notes(): Notes {
    return (this.#notes ??= {});
  }

  /** Adds an order; it leaves with {@link flush}. True where a batch is full: the other side may begin with it. */
  put(
    target: number,
    key: string,
    source: number,
    sourceKey: string | undefined,
    args: readonly unknown[],
    refs: Refs | undefined,
    moved: readonly Transferable[],
  ): boolean {
    if (key !== this.#lastKey) {
      this.#lastNumber = this.#numberOf(key);
      this.#lastKey = key;
    }
    if (sourceKey !== this.#lastSourceKey) {
      this.#lastSourceNumber = sourceKey === undefined ? -1 : this.#numberOf(sourceKey);
      this.#lastSourceKey = sourceKey;
    }
    const shape = args.length * 2 + (refs === undefined ? 0 : 1);
    this.#heads.push(target, this.#lastNumber, source, this.#lastSourceNumber, shape);
    for (let n = 0; n < args.length; n++) this.#args.push(args[n]);
    if (refs !== undefined) this.#args.push(refs);
    for (let n = 0; n < moved.length; n++) this.#moved.push(moved[n]!);
    const bytes = weightOf(args);
    this.#bytes += bytes;
    this.#waits(1, bytes);
    if (++this.#count < CHUNK && this.#bytes < CHUNK_BYTES) return false;
    this.#full.push(this.#seal());
    return true;
  }

  /**
   * Sends what may be sent now.
   * @param done how many orders of the other side have been carried out.
   */
  flush(done: number): void {
    const channel = this.#channel;
    const full = this.#full;
    while (channel !== undefined && full.length > 0 && !this.#isFull(channel)) this.#post(channel, full.shift()!, done);
    if (this.#count > 0 || this.#notes !== undefined) {
      const chunk = this.#seal();
      if (channel !== undefined && full.length === 0 && !this.#isFull(channel)) this.#post(channel, chunk, done);
      else full.push(chunk);
    }
    if (this.#onEmpty !== undefined && this.waiting === 0) this.#onEmpty();
  }

  /** Tells how many orders of the other side have been carried out, and nothing else. */
  acknowledge(done: number): void {
    this.#channel?.post([this.#epoch, this.sent, done, false, [], []] satisfies Batch);
  }

  /** So many orders that were sent have been carried out, as the other side tells. True where what waits may go on. */
  acknowledged(done: number): boolean {
    if (((done - this.#done) | 0) > 0) this.#done = done;
    return this.#full.length > 0;
  }

  /** Resolves when all has left, or nobody is there to take it; keeps the thread open until then. */
  async emptied(done: number): Promise<void> {
    this.flush(done);
    if (this.waiting === 0 || this.#closed) return;
    this.#channel?.hold();
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    this.#channel?.letGo();
  }

  /** The names of sparkles whose orders were not carried out, those that wait here included. */
  undone(): string[] {
    const done = this.#channel?.doneThere ?? this.#done;
    const lost: string[] = [];
    const add = (heads: ArrayLike<number>, from: number): void => {
      for (let at = from * HEAD; at < heads.length; at += HEAD) lost.push(this.#names[heads[at + 1]!]!);
    };
    for (const { upTo, heads } of this.#flying) {
      const count = heads.length / HEAD;
      add(heads, count - Math.min(Math.max((upTo - done) | 0, 0), count));
    }
    for (const { heads } of this.#full) add(heads, 0);
    add(this.#heads, 0);
    return lost;
  }

  close(): void {
    this.#closed = true;
    this.#channel = undefined;
    this.#waits(-this.waiting, -this.#waitingBytes);
    this.#onEmpty?.();
  }

  #waits(orders: number, bytes: number): void {
    this.waiting += orders;
    this.#waitingBytes += bytes;
    this.#totals.waiting += orders;
    this.#totals.bytes += bytes;
  }

  #seal(): Chunk {
    const chunk = {
      heads: this.#count <= FEW ? this.#heads : Int32Array.from(this.#heads),
      args: this.#args,
      notes: this.#notes,
      moved: this.#moved,
      count: this.#count,
      bytes: this.#bytes,
    };
    this.#heads = [];
    this.#args = [];
    this.#notes = undefined;
    if (this.#moved.length > 0) this.#moved = [];
    this.#count = this.#bytes = 0;
    return chunk;
  }

  #isFull(channel: Channel): boolean {
    const done = channel.doneThere ?? this.#done;
    while (this.#flying.length > 0 && ((this.#flying[0]!.upTo - done) | 0) <= 0)
      this.#flyingBytes -= this.#flying.shift()!.bytes;
    return ((this.sent - done) | 0) >= WINDOW || this.#flyingBytes >= WINDOW_BYTES;
  }

  #post(channel: Channel, chunk: Chunk, done: number): void {
    const { heads, args, notes, count, bytes, moved } = chunk;
    const first = this.sent;
    this.sent += count;
    this.#totals.departed += count;
    this.#waits(-count, -bytes);
    this.#flyingBytes += bytes;
    this.#unasked += count;
    this.#unaskedBytes += bytes;
    if (count > 0) this.#flying.push({ upTo: this.sent, heads, bytes });
    const asks = this.#unasked >= WINDOW / 2 || this.#unaskedBytes >= WINDOW_BYTES / 2;
    if (asks) this.#unasked = this.#unaskedBytes = 0;
    const batch: Batch =
      notes === undefined
        ? [this.#epoch, first, done, asks, heads, args]
        : [this.#epoch, first, done, asks, heads, args, notes];
    channel.post(batch, moved);
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
