import type { AnyTonic } from '../any-tonic.js';
import type { Order, OrderSource } from './order.js';
import type { Sparkle } from '../plan/plan.js';
import { ofHere, running } from '../running.js';
import { type WaitingOrder, type WantedOrder, takeBack } from './take-back.js';

/** A chain of orders, each raised in the one before, that is longer than this would never end. */
export const MOST_RAISES = 10_000;

/** Where the fields of an order lie; `own` tells whether the sparkle that ran raised it itself. */
const At = { tonic: 0, sparkle: 1, count: 2, a: 3, b: 4, source: 5, sourceSparkle: 6, queuedAt: 7, depth: 8, own: 9 };
const FIELDS = 10;
/** What was taken makes room again when it is so many orders. */
const MOST_TAKEN = 512 * FIELDS;

/**
 * Orders that come before all of the Catalyst's queue, the first raised first:
 *
 * ```text
 *   the sparkle that runs        raised          the queue
 *   X: raises A, raises B  ->   [ A B ]     ->  [ Y Z ]
 *   A: raises C            ->   [ B C ]     ->  [ Y Z ]        X A B C Y Z
 * ```
 *
 * Where all of these have run, an {@link OrderSource} is asked for one more, until it has none. What it makes is no link of a chain.
 *
 * Most of the time there are none: while `busy` is false, nothing of this costs anything. Fields lie side by side in one list, which
 * begins anew when it is empty, so that a chain lives in the same few slots, as in OrderQueue.
 */
export class RaisedQueue {
  /** Whether there is something to take, or a chain to be ended; else {@link take} need not be called. */
  busy = false;
  /** How many have been taken. */
  taken = 0;
  #source: OrderSource | undefined = undefined;
  #slots: unknown[] = [];
  #read = 0;
  #write = 0;
  /** The depth of the one that runs; 0 for any other order. */
  #depth = 0;
  /** Where the list ended when the order that runs was taken: what is behind was raised since. */
  #before = 0;

  get size(): number {
    return (this.#write - this.#read) / FIELDS;
  }

  /** Whether something is to run before the queue, or may be. */
  get waits(): boolean {
    return this.#write > this.#read || this.#source !== undefined;
  }

  /** The place of the next one in its chain, from 1. */
  get nextDepth(): number {
    return this.#depth + 1;
  }

  /** Where what a hook raises begins, for {@link drop}. */
  get mark(): number {
    return this.#write;
  }

  /** Puts one at the end. `own`: the sparkle that runs raises it itself, so that it goes with it where it throws; an event of a socket does not. */
  put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown, queuedAt: number, own: boolean): void {
    const slots = this.#slots;
    const at = this.#write;
    // Compared first, as in OrderQueue.
    if (slots[at] !== tonic) slots[at] = tonic;
    if (slots[at + At.sparkle] !== sparkle) slots[at + At.sparkle] = sparkle;
    slots[at + At.count] = count;
    slots[at + At.a] = a;
    slots[at + At.b] = b;
    if (slots[at + At.source] !== running.tonic) slots[at + At.source] = running.tonic;
    const sourceSparkle = ofHere(running.sparkle);
    if (slots[at + At.sourceSparkle] !== sourceSparkle) slots[at + At.sourceSparkle] = sourceSparkle;
    slots[at + At.queuedAt] = queuedAt;
    slots[at + At.depth] = this.nextDepth;
    slots[at + At.own] = own;
    this.#write = at + FIELDS;
    this.busy = true;
  }

  /** From now on this one makes orders, before all of the queue. */
  follow(source: OrderSource): void {
    this.#source = source;
    this.busy = true;
  }

  /** Takes waiting ones back, as a {@link CatalystQueue} does. */
  takeBack(isWanted: WantedOrder): WaitingOrder[] {
    return takeBack(this.#slots, this.#read, this.#write, FIELDS, isWanted);
  }

  /** Takes the first one into `order`; false where there is none, so that an order of the queue runs. */
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
      // What it looked at may have raised something.
      return this.#read === this.#write ? this.#tidy() : this.take(order);
    }
    order.queuedAt = this.#depth = 0;
    this.#before = this.#write;
    this.taken++;
    return true;
  }

  /** What is raised from now on is raised by none of these orders. */
  rest(): void {
    this.#depth = 0;
  }

  /**
   * A sparkle threw: what it has raised itself since its order was taken, or since `mark`, is dropped; `dropped` is told the arguments.
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
    // A chain overwrites its one slot anyway, so that is left for #tidy.
    if (this.#read > FIELDS) this.#slots = [];
    this.#read = this.#write = 0;
  }

  #makeRoom(): void {
    this.#slots = this.#slots.slice(this.#read, this.#write);
    this.#write -= this.#read;
    this.#read = 0;
  }

  /** What has been taken must not be kept alive from here; the next order is no link of a chain. */
  #tidy(): false {
    if (this.#slots.length > FIELDS) this.#slots = [];
    else this.#slots.fill(undefined);
    this.#before = this.#depth = 0;
    this.busy = false;
    return false;
  }
}
