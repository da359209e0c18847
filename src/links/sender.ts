import type { Transferable } from 'node:worker_threads';
import { weightOf } from '../core/queue/weight.js';
import { type Batch, NUMBERS_PER_ORDER, type Notes } from './batch.js';
import type { Channel } from './channel.js';
import type { Refs } from './packing/refs.js';

/** The most orders that were sent and are not carried out; further ones wait here. */
const WINDOW = 8_192;
/** The most bytes of these orders: with large arguments fewer orders are sent. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** The most orders of a message: a longer one would block the loop of the other side. */
const CHUNK = 512;
/** The most bytes of a message, without its last order. */
const CHUNK_BYTES = 256 * 1024;

/** Up to this many orders the numbers are sent as a plain list; for more a typed array is faster. */
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

/** Totals of a thread over all its senders. */
export interface Totals {
  /** Orders that wait. */
  waiting: number;
  /** About how many bytes they have. */
  bytes: number;
  /** Orders that have been sent. */
  departed: number;
}

/**
 * Sends orders over a channel.
 *
 * The orders of a turn are sent together. The number of orders that were sent but not carried out is limited ({@link
 * WINDOW}, {@link WINDOW_BYTES}). The others wait here, so that a flood neither blocks the loop of the other side nor
 * fills its memory. The other side is asked for an acknowledgement after each half window.
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
  /** Full batches that were not sent. */
  readonly #full: Chunk[] = [];
  /** Batches that were sent and perhaps not carried out. */
  readonly #flying: Flying[] = [];
  #flyingBytes = 0;
  /** How many sent orders were carried out, as acknowledged. */
  #done = 0;
  /** Orders sent since the last request for an acknowledgement. */
  #unasked = 0;
  #unaskedBytes = 0;
  /** The names of sparkles that were sent so far, and their numbers. */
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** The last ones, which are mostly also the next ones. */
  #lastKey: string | undefined;
  #lastNumber = -1;
  #lastSourceKey: string | undefined;
  #lastSourceNumber = -1;
  readonly #totals: Totals;
  /** Orders that have been sent. */
  sent = 0;
  /** Orders that wait here. */
  waiting = 0;
  /** About how many bytes they have. The bytes that were sent are limited separately. */
  #waitingBytes = 0;
  #onEmpty: (() => void) | undefined;
  #closed = false;

  /**
   * @param totals the totals of the thread, which this sender updates.
   * @param epoch the number of this side's life, if the side can be started again: it increases each time.
   */
  constructor(totals: Totals, epoch = 1) {
    this.#totals = totals;
    this.#epoch = epoch;
  }

  /** The channel is ready; all that has waited is sent by the next {@link flush}. */
  connect(channel: Channel): void {
    this.#channel = channel;
  }

  /** The notes that are sent with the next orders. */
  get notes(): Notes {
    return (this.#notes ??= {});
  }

  /** Adds an order, which is sent by {@link flush}. True if a batch is full, so that it should be sent now. */
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
   * Sends as much as the window allows.
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

  /** Sends only the acknowledgement of the orders that were carried out. */
  acknowledge(done: number): void {
    this.#channel?.post([this.#epoch, this.sent, done, false, [], []] satisfies Batch);
  }

  /** The other side has acknowledged orders. True if more can be sent now. */
  acknowledged(done: number): boolean {
    if (((done - this.#done) | 0) > 0) this.#done = done;
    return this.#full.length > 0;
  }

  /** Resolves when everything was sent or the other side is gone. Keeps the thread alive until then. */
  async emptied(done: number): Promise<void> {
    this.flush(done);
    if (this.waiting === 0 || this.#closed) return;
    this.#channel?.hold();
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    this.#channel?.letGo();
  }

  /** The sparkles of orders that were not carried out, including those that wait here. */
  undone(): string[] {
    const done = this.#channel?.doneThere ?? this.#done;
    const lost: string[] = [];
    const add = (heads: ArrayLike<number>, from: number): void => {
      for (let at = from * NUMBERS_PER_ORDER; at < heads.length; at += NUMBERS_PER_ORDER)
        lost.push(this.#names[heads[at + 1]!]!);
    };
    for (const { upTo, heads } of this.#flying) {
      const count = heads.length / NUMBERS_PER_ORDER;
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

  /** The number of a sparkle's name. At its first use the name is sent. */
  #numberOf(key: string): number {
    let number = this.#numbers.get(key);
    if (number !== undefined) return number;
    number = this.#names.push(key) - 1;
    this.#numbers.set(key, number);
    (this.notes.names ??= []).push(key);
    return number;
  }
}
