import type { AnyTonic } from '../any-tonic.js';
import type { Clock } from '../time/clock.js';
import { fail } from '../errors.js';
import type { Order, KeptOrder } from './order.js';
import type { Sparkle } from '../plan/plan.js';
import { running } from '../running.js';
import { type WaitingOrder, type WantedOrder, takeBack } from './take-back.js';

/** What a Catalyst needs of its queue. {@link OrderQueue} is the one to extend; one from scratch does as well. */
export interface CatalystQueue {
  /** Orders that wait. */
  readonly size: number;
  readonly isEmpty: boolean;
  /** The most orders that it takes. */
  limit: number;
  /** Stamps orders with this clock's time, for the queue wait; `undefined` saves the time. */
  stampWith: Clock | undefined;
  /**
   * Puts an order at the end.
   *
   * @param source the Tonic whose sparkle queues it, and `sourceSparkle` that sparkle: given to a queue that stores orders itself, which need
   *   not keep them: the Catalyst gives each order that it takes its source back.
   * @throws {TaskTonicError} `TT_QUEUE_FULL` at the limit; orders of the life cycle pass it.
   */
  put(
    tonic: AnyTonic,
    sparkle: Sparkle,
    count: number,
    a: unknown,
    b: unknown,
    source?: AnyTonic,
    sourceSparkle?: Sparkle,
  ): void;
  /**
   * Puts orders of a Tonic before all that wait, in this order; no bound holds for them, since they have waited before. Of a queue that
   * cannot do that, postponed orders go to the end.
   */
  putFirst?(tonic: AnyTonic, orders: readonly KeptOrder[]): void;
  /** Takes the first order into `order`; false where none waits. */
  take(order: Order): boolean;
  /**
   * Takes waiting orders back, the first one first; in the place of each stays one that does nothing. Of a queue that cannot do that, they run.
   * @internal
   */
  takeBack?(isWanted: WantedOrder): WaitingOrder[];
}

/** Where a loop waits for orders. */
export interface Waker {
  /** Whether it waits, and nothing has woken it yet. */
  readonly parked: boolean;
  wake(): void;
}

const CHUNK_ORDERS = 512;
/** tonic, sparkle, count, a, b, source, source's sparkle, time */
const FIELDS = 8;

/** A part of the queue. The fields of all orders are in one list, so that an order needs no object. */
class Chunk {
  readonly slots: unknown[] = new Array<unknown>(CHUNK_ORDERS * FIELDS).fill(undefined);
  next: Chunk | undefined = undefined;
}

/**
 * The first-in, first-out queue of a Catalyst: a chain of chunks. An order that comes while its loop waits wakes that.
 *
 * ```text
 *   head                          tail
 *  [ . . o o ] -> [ o o o o ] -> [ o o . . ]        o: an order
 *        ^ read                        ^ write
 * ```
 *
 * An emptied queue begins at the start of its chunk again, so that a chain of sparkles lives in the same few slots, and
 * a flood's memory goes when the flood has gone.
 *
 * References are compared before they are written, and slots are cleared by the stretch: to write a young object into an old one
 * makes V8 remember it, which for a chain of sparkles cost more than all the rest of an order.
 */
export class OrderQueue implements CatalystQueue {
  size = 0;
  limit: number;
  stampWith: Clock | undefined = undefined;
  /** The name of the owner in error texts. */
  readonly #owner: string;
  readonly #waker: Waker | undefined;
  #head = new Chunk();
  #tail = this.#head;
  #read = 0;
  #write = 0;
  #spare: Chunk | undefined = undefined;

  /** @param waker ends the wait of the loop; without one, the caller must do it. */
  constructor(owner: string, limit = Infinity, waker?: Waker) {
    this.#owner = owner;
    this.limit = limit;
    this.#waker = waker;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    if (this.size >= this.limit && !sparkle.life) {
      throw fail('TT_QUEUE_FULL', { catalyst: this.#owner, count: this.size, tonic: tonic.name, sparkle: sparkle.key });
    }
    let at = this.#write;
    if (at === CHUNK_ORDERS * FIELDS) at = this.#grow();
    const { slots } = this.#tail;
    if (slots[at] !== tonic) slots[at] = tonic;
    if (slots[at + 1] !== sparkle) slots[at + 1] = sparkle;
    slots[at + 2] = count;
    slots[at + 3] = a;
    slots[at + 4] = b;
    if (slots[at + 5] !== running.tonic) slots[at + 5] = running.tonic;
    if (slots[at + 6] !== running.sparkle) slots[at + 6] = running.sparkle;
    slots[at + 7] = this.stampWith === undefined ? 0 : this.stampWith.now();
    this.#write = at + FIELDS;
    this.size++;
    if (this.#waker !== undefined && this.#waker.parked) this.#waker.wake();
  }

  take(order: Order): boolean {
    if (this.size === 0) return this.#tidy();
    let at = this.#read;
    if (at === CHUNK_ORDERS * FIELDS) at = this.#shrink();
    const { slots } = this.#head;
    if (order.tonic !== slots[at]) order.tonic = slots[at] as AnyTonic;
    if (order.sparkle !== slots[at + 1]) order.sparkle = slots[at + 1] as Sparkle;
    order.count = slots[at + 2] as number;
    order.a = slots[at + 3];
    order.b = slots[at + 4];
    if (order.source !== slots[at + 5]) order.source = slots[at + 5] as AnyTonic | undefined;
    if (order.sourceSparkle !== slots[at + 6]) order.sourceSparkle = slots[at + 6] as Sparkle | undefined;
    order.queuedAt = slots[at + 7] as number;
    // They may be large; the other references are cleared with their chunk.
    slots[at + 3] = slots[at + 4] = undefined;
    this.#read = at + FIELDS;
    if (--this.size === 0 && this.#head === this.#tail) this.#startAgain();
    return true;
  }

  /** @internal */
  takeBack(isWanted: WantedOrder): WaitingOrder[] {
    const taken: WaitingOrder[] = [];
    if (this.size === 0) return taken;
    for (let chunk: Chunk | undefined = this.#head; chunk !== undefined; chunk = chunk.next) {
      const from = chunk === this.#head ? this.#read : 0;
      const to = chunk === this.#tail ? this.#write : CHUNK_ORDERS * FIELDS;
      taken.push(...takeBack(chunk.slots, from, to, FIELDS, isWanted));
      if (chunk === this.#tail) break;
    }
    return taken;
  }

  /** The last order was taken: the next one goes to the start of the chunk. */
  #startAgain(): void {
    // A chain of sparkles overwrites its one slot anyway, so that is left to #tidy.
    if (this.#read > FIELDS) this.#head.slots.fill(undefined, 0, this.#read);
    this.#read = this.#write = 0;
  }

  /** Clears the slots of taken orders, so that nothing is kept in memory. */
  #tidy(): false {
    this.#head.slots.fill(undefined, 0, FIELDS);
    return false;
  }

  putFirst(tonic: AnyTonic, orders: readonly KeptOrder[]): void {
    for (let at = orders.length - 1; at >= 0; at--) this.#putBefore(tonic, orders[at]!);
  }

  /** Puts it before the next order: into a slot that was read before, or into a new chunk, filled from its end. */
  #putBefore(tonic: AnyTonic, { sparkle, count, a, b, source, sourceSparkle, queuedAt }: KeptOrder): void {
    if (this.#read === 0) {
      const chunk = this.#spare ?? new Chunk();
      this.#spare = undefined;
      chunk.next = this.#head;
      this.#head = chunk;
      this.#read = CHUNK_ORDERS * FIELDS;
    }
    this.#read -= FIELDS;
    const order = [tonic, sparkle, count, a, b, source, sourceSparkle, queuedAt];
    for (let field = 0; field < FIELDS; field++) this.#head.slots[this.#read + field] = order[field];
    this.size++;
  }

  #grow(): number {
    const chunk = this.#spare ?? new Chunk();
    this.#spare = undefined;
    this.#tail.next = chunk;
    this.#tail = chunk;
    return 0;
  }

  #shrink(): number {
    const emptied = this.#head;
    this.#head = emptied.next!;
    emptied.next = undefined;
    emptied.slots.fill(undefined);
    this.#spare = emptied;
    return 0;
  }
}
