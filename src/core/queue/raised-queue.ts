import type { AnyTonic } from '../any-tonic.js';
import type { Order, OrderSource } from './order.js';
import type { Sparkle } from '../plan/plan.js';
import { ofThisThread, running } from '../running.js';
import { type WaitingOrder, type WantedOrder, takeBack } from './take-back.js';

/** The longest chain of orders, each raised by the one before; longer chains would never end. */
export const MOST_RAISES = 10_000;

/** The offsets of the fields of an order; `own` tells whether the running sparkle itself raised it. */
const At = { tonic: 0, sparkle: 1, count: 2, a: 3, b: 4, source: 5, sourceSparkle: 6, queuedAt: 7, depth: 8, own: 9 };
const FIELDS = 10;
/** After this many taken orders the list is compacted. */
const MOST_TAKEN = 512 * FIELDS;

/**
 * Orders that run before the whole queue of the Catalyst, in the order in which they were raised:
 *
 * ```text
 *   the sparkle that runs        raised          the queue
 *   X: raises A, raises B  ->   [ A B ]     ->  [ Y Z ]
 *   A: raises C            ->   [ B C ]     ->  [ Y Z ]        X A B C Y Z
 * ```
 *
 * After them an {@link OrderSource} is asked for one order after the other, until it has none. Its orders are not part
 * of a chain.
 *
 * Mostly there are no raised orders: while `busy` is false, this costs nothing. Fields are in one list, which starts
 * again when it is empty, so that a chain uses the same few slots, as in OrderQueue.
 */
export class RaisedQueue {
  /** Whether there is an order to take, or a chain to end; otherwise {@link take} need not be called. */
  busy = false;
  /** How many were taken. */
  taken = 0;
  #source: OrderSource | undefined = undefined;
  #slots: unknown[] = [];
  #read = 0;
  #write = 0;
  /** The depth of the running order in its chain; 0 for any other order. */
  #depth = 0;
  /** The end of the list when the running order was taken: later entries were raised since. */
  #before = 0;

  get size(): number {
    return (this.#write - this.#read) / FIELDS;
  }

  /** Whether an order must or may run before the queue. */
  get waits(): boolean {
    return this.#write > this.#read || this.#source !== undefined;
  }

  /** The depth of the next order in its chain, from 1. */
  get nextDepth(): number {
    return this.#depth + 1;
  }

  /** The present end of the list, for {@link drop} after a hook. */
  get mark(): number {
    return this.#write;
  }

  /**
   * Adds an order. `own`: the running sparkle itself raises it, so it is dropped if the sparkle throws; an event of a
   * socket is not.
   */
  put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown, queuedAt: number, own: boolean): void {
    const slots = this.#slots;
    const at = this.#write;
    // Compared before it is written, as in OrderQueue.
    if (slots[at] !== tonic) slots[at] = tonic;
    if (slots[at + At.sparkle] !== sparkle) slots[at + At.sparkle] = sparkle;
    slots[at + At.count] = count;
    slots[at + At.a] = a;
    slots[at + At.b] = b;
    if (slots[at + At.source] !== running.tonic) slots[at + At.source] = running.tonic;
    const sourceSparkle = ofThisThread(running.sparkle);
    if (slots[at + At.sourceSparkle] !== sourceSparkle) slots[at + At.sourceSparkle] = sourceSparkle;
    slots[at + At.queuedAt] = queuedAt;
    slots[at + At.depth] = this.nextDepth;
    slots[at + At.own] = own;
    this.#write = at + FIELDS;
    this.busy = true;
  }

  /** From now on this source makes orders, before the whole queue. */
  follow(source: OrderSource): void {
    this.#source = source;
    this.busy = true;
  }

  /** Takes waiting orders back, as a {@link CatalystQueue} does. */
  takeBack(isWanted: WantedOrder): WaitingOrder[] {
    return takeBack(this.#slots, this.#read, this.#write, FIELDS, isWanted);
  }

  /** Fills `order` with the first one; false if there is none, so that an order of the queue runs. */
  take(order: Order): boolean {
    if (this.#read === this.#write)
      return this.#source === undefined ? this.#tidy() : this.#takeFrom(this.#source, order);
    const slots = this.#slots;
    const at = this.#read;
    if (order.tonic !== slots[at]) order.tonic = slots[at] as AnyTonic;
    if (order.sparkle !== slots[at + At.sparkle]) order.sparkle = slots[at + At.sparkle] as Sparkle;
    order.count = slots[at + At.count] as number;
    order.a = slots[at + At.a];
    order.b = slots[at + At.b];
    if (order.source !== slots[at + At.source]) order.source = slots[at + At.source] as AnyTonic | undefined;
    if (order.sourceSparkle !== slots[at + At.sourceSparkle])
      order.sourceSparkle = slots[at + At.sourceSparkle] as Sparkle | undefined;
    order.queuedAt = slots[at + At.queuedAt] as number;
    this.#depth = slots[at + At.depth] as number;
    // They may be large.
    slots[at + At.a] = slots[at + At.b] = undefined;
    this.#read = at + FIELDS;
    this.taken++;
    if (this.#read === this.#write) this.#startAgain();
    else if (this.#read >= MOST_TAKEN) this.#makeRoom();
    this.#before = this.#write;
    return true;
  }

  #takeFrom(source: OrderSource, order: Order): boolean {
    if (!source.next(order)) {
      this.#source = undefined;
      // The source may have raised something.
      return this.#read === this.#write ? this.#tidy() : this.take(order);
    }
    order.queuedAt = this.#depth = 0;
    this.#before = this.#write;
    this.taken++;
    return true;
  }

  /** The running orders end; what is raised later belongs to no chain. */
  rest(): void {
    this.#depth = 0;
  }

  /**
   * A sparkle threw: drops what it has raised itself since its order was taken, or since `mark`; `dropped` gets the
   * arguments.
   */
  drop(
    tonic: AnyTonic,
    sparkle: Sparkle | undefined,
    dropped: (args: readonly unknown[]) => void,
    mark = this.#before,
  ): void {
    const slots = this.#slots;
    let to = mark;
    for (let at = mark; at < this.#write; at += FIELDS) {
      if (slots[at + At.own] === true && slots[at + At.source] === tonic && slots[at + At.sourceSparkle] === sparkle) {
        const [a, b] = [slots[at + At.a], slots[at + At.b]];
        dropped((slots[at + At.count] as number) > 2 ? (a as unknown[]) : [a, b]);
      } else {
        if (to < at) slots.copyWithin(to, at, at + FIELDS);
        to += FIELDS;
      }
    }
    slots.fill(undefined, to, this.#write);
    this.#write = to;
  }

  /** The last one was taken. */
  #startAgain(): void {
    // A chain of sparkles overwrites its one slot anyway, so that is left to #tidy.
    if (this.#read > FIELDS) this.#slots = [];
    this.#read = this.#write = 0;
  }

  #makeRoom(): void {
    this.#slots = this.#slots.slice(this.#read, this.#write);
    this.#write -= this.#read;
    this.#read = 0;
  }

  /** Clears taken orders, so that nothing is kept in memory. The next order is not part of a chain. */
  #tidy(): false {
    if (this.#slots.length > FIELDS) this.#slots = [];
    else this.#slots.fill(undefined);
    this.#before = this.#depth = 0;
    this.busy = false;
    return false;
  }
}
