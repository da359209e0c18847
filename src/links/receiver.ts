import { failAnswers, failAnswersOfFinished } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';
import { toError } from '../core/errors.js';
import type { Dispatcher, Plan, Sparkle } from '../core/plan/plan.js';
import { running } from '../core/running.js';
import { type Batch, NUMBERS_PER_ORDER, type Notes } from './batch.js';
import type { Importer, Refs } from './packing/refs.js';
import { unpack } from './packing/unpacking.js';
import type { Progress, Progressing } from './progress.js';

/** What a receiver needs of its link. */
export interface ReceiverHost extends Importer {
  /** The count of orders for Tonics that had finished. */
  undelivered: number;
  /** Counts orders as they are carried out. */
  readonly progress: Progress;
  /** The queue that takes the orders of this thread. */
  readonly queue: { readonly size: number };
  /** The Tonic of this thread with that number, as long as it lives. */
  tonicWith(serial: number): AnyTonic | undefined;
  /** The handle of a Tonic of the other side. */
  source(serial: number): AnyTonic | undefined;
  /** Runs a callback that this side has sent. */
  callBack(serial: number, args: unknown[]): void;
  /** Handles notes that must take effect before the orders. The receiver has handled the names itself. */
  takeBefore(notes: Notes): void;
  takeAfter(notes: Notes): void;
  /** Orders were lost. */
  missing(count: number): void;
  carriedOut(total: number): void;
}

/** Takes the orders that arrive on a channel, and queues them. */
export class Receiver implements Progressing {
  readonly #host: ReceiverHost;
  /** The names of sparkles by number; sender and receiver number them in the same way. */
  readonly #names: string[] = [];
  /** For each sparkle the class that it was last called for, which is mostly the only one. */
  readonly #dispatchers: { readonly plan: Plan; readonly call: Dispatcher }[] = [];
  /** The values of `this.source.sparkle`, one for each name. */
  readonly #sparkles: Sparkle[] = [];
  /** Tonics of third threads that send orders, by the numbers of the sender. */
  readonly foreign: unknown[] = [];
  #epoch = 0;
  #taken = 0;
  /** How many orders have been carried out. */
  done = 0;
  /** The counts at which the sender wants an acknowledgement. */
  readonly #asked: number[] = [];

  constructor(host: ReceiverHost) {
    this.#host = host;
  }

  /** Whether the sender waits for an acknowledgement of {@link done}; true once for each. */
  owesAnswer(): boolean {
    if (this.#asked.length === 0 || this.#asked[0]! > this.done) return false;
    while (this.#asked.length > 0 && this.#asked[0]! <= this.done) this.#asked.shift();
    return true;
  }

  /**
   * Takes a batch: first its names, then the orders. Lists are read by index, because destructuring would cost an
   * iterator.
   */
  take(batch: Batch): void {
    if (batch[0] !== this.#epoch && !this.#beginsEpoch(batch[0])) return;
    const notes = batch[6];
    if (notes !== undefined) this.#takeNames(notes);
    let heads = batch[4];
    const count = heads.length / NUMBERS_PER_ORDER;
    if (count > 0) {
      if (batch[1] !== this.#taken) heads = this.#fitted(batch[1], heads, batch[5]);
      this.#taken = batch[1] + count;
      this.#queueAll(heads, batch[5]);
      if (batch[3]) this.#asked.push(this.#taken);
    }
    if (notes !== undefined) this.#host.takeAfter(notes);
  }

  /** The other side has started again: it counts from 0, and its earlier names are invalid. */
  #beginsEpoch(epoch: number): boolean {
    if (epoch < this.#epoch) return false;
    this.#epoch = epoch;
    this.#taken = this.done = 0;
    this.#names.length =
      this.#dispatchers.length =
      this.#sparkles.length =
      this.foreign.length =
      this.#asked.length =
        0;
    return true;
  }

  /** The new part of a batch that does not begin where the last one ended. */
  #fitted(first: number, heads: ArrayLike<number>, args: unknown[]): ArrayLike<number> {
    const skip = this.#taken - first;
    if (skip < 0) {
      this.#host.missing(-skip);
      this.done -= skip;
      return heads;
    }
    const own = Array.from(heads).slice(0, skip * NUMBERS_PER_ORDER);
    let next = 0;
    for (let at = 4; at < own.length; at += NUMBERS_PER_ORDER) next += (own[at]! >> 1) + (own[at]! & 1);
    args.splice(0, next);
    return Array.from(heads).slice(skip * NUMBERS_PER_ORDER);
  }

  #takeNames(notes: Notes): void {
    for (const name of notes.names ?? []) {
      this.#names.push(name);
      this.#sparkles.push({ key: name, prefix: '', state: undefined, name, index: -1, life: false, crossed: true });
    }
    this.#host.takeBefore(notes);
  }

  /** Queues the orders of a batch, each with its sender as the source. */
  #queueAll(heads: ArrayLike<number>, args: unknown[]): void {
    const host = this.#host;
    const { queue, progress } = host;
    const { tonic, sparkle } = running;
    let next = 0;
    // Mostly all orders of a batch come from one Tonic, and each becomes one order here.
    let lastSource = NaN;
    let alike = 0;
    try {
      for (let at = 0; at < heads.length; at += NUMBERS_PER_ORDER) {
        const source = heads[at + 2]!;
        if (source !== lastSource) {
          running.tonic = (source < 0 ? this.foreign[-1 - source] : host.source(source)) as AnyTonic | undefined;
          lastSource = source;
        }
        const from = heads[at + 3]!;
        running.sparkle = from < 0 ? NO_SPARKLE : this.#sparkles[from];
        const shape = heads[at + 4]!;
        const end = next + (shape >> 1);
        const before = queue.size;
        if ((shape & 1) === 1) {
          const own = args.slice(next, end);
          unpack(own, args[end] as Refs, host);
          this.#deliver(heads[at]!, heads[at + 1]!, own, 0, own.length);
          next = end + 1;
        } else {
          this.#deliver(heads[at]!, heads[at + 1]!, args, next, end);
          next = end;
        }
        const each = queue.size - before;
        if (each === 1) alike++;
        else {
          if (alike > 0) progress.queued(this, alike, 1);
          alike = 0;
          progress.queued(this, 1, each);
        }
      }
    } finally {
      if (alike > 0) progress.queued(this, alike, 1);
      running.tonic = tonic;
      running.sparkle = sparkle;
    }
  }

  #deliver(target: number, key: number, args: unknown[], from: number, to: number): void {
    if (target < 0) return this.#host.callBack(-target, args.slice(from, to));
    const tonic = this.#host.tonicWith(target);
    if (tonic === undefined) {
      this.#host.undelivered++;
      return failAnswersOfFinished(args.slice(from, to));
    }
    try {
      const call = this.#dispatcher(tonic._ttPlan, key);
      if (to === from) call.call(tonic);
      else if (to - from === 1) call.call(tonic, args[from]);
      else if (to - from === 2) call.call(tonic, args[from], args[from + 1]);
      else call.apply(tonic, args.slice(from, to));
    } catch (thrown) {
      // The caller is in the other thread, so the error can only be logged.
      tonic._ttScheduler.logs.warn(tonic, thrown as Error);
      failAnswers(args.slice(from, to), () => toError(thrown));
    }
    return undefined;
  }

  /** @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE` */
  #dispatcher(plan: Plan, number: number): Dispatcher {
    const known = this.#dispatchers[number];
    if (known !== undefined && known.plan === plan) return known.call;
    const call = plan.dispatcher(plan.sparkle(this.#names[number]!));
    this.#dispatchers[number] = { plan, call };
    return call;
  }

  carriedOut(count: number): void {
    this.done += count;
    this.#host.carriedOut(this.done);
  }
}

/** For a call that no sparkle made: `this.source.sparkle` is `undefined`. */
const NO_SPARKLE: Sparkle = {
  key: undefined as unknown as string,
  prefix: '',
  state: undefined,
  name: '',
  index: -1,
  life: false,
  crossed: true,
};
