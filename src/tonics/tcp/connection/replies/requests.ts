import type { OrderForm } from '../../../../core/queue/order.js';
import { type ErrorCode, type ErrorDetails, fail } from '../../../../core/errors.js';

/** What an answer is known by, where that is not its place. */
export type RequestKey = string | number | bigint;

/** A request, as far as its answer is concerned. */
export interface Pending {
  /** Whether it waits for its answer. */
  readonly open: boolean;
  /**
   * It is answered, or will not be. One that is not open may count that it came late.
   * @param form the order in which that is heard, where it is being made; else it is put on the queue.
   */
  settle(error: Error | undefined, answer: unknown, form?: OrderForm): void;
}

/** What requests tell of themselves. */
export interface RequestsOf {
  readonly name: string;
  /** The most that are kept in order, and by a key: those included whose answer is late. */
  readonly limit: number;
  /** An answer came that nobody waits for. */
  stray(key: RequestKey): void;
}

/** Below so many nobody looks which of them are done with. */
const FEW = 64;

/**
 * Requests that were sent on a connection, and which of them a frame that comes is the answer to: that in the same place, or that with the same
 * key. A pure mechanism: it knows no socket, no time and no Tonic.
 *
 * - In order: one that was given up keeps its place until its answer has come, which then is no other's.
 * - By a key: one that was given up is forgotten some time later; an answer with a key that is not known is dropped.
 */
export class Requests {
  /** The connection has ended, and the answers that had come are still to be heard: what is asked now is for the next one. */
  ended = false;
  readonly #of: RequestsOf;
  #inOrder: Pending[] = [];
  #head = 0;
  readonly #byKey = new Map<RequestKey, Pending>();
  #lookAt = FEW;

  constructor(of: RequestsOf) {
    this.#of = of;
  }

  /** How many are kept, those that were given up included. */
  get size(): number {
    return this.#inOrder.length - this.#head + this.#byKey.size;
  }

  /** Whether one of them waits for its answer. */
  get isWaiting(): boolean {
    const isOpen = ({ open }: Pending): boolean => open;
    return [...this.#byKey.values()].some(isOpen) || this.#inOrder.slice(this.#head).some(isOpen);
  }

  /**
   * Looks whether one may be added.
   * @throws {TaskTonicError} `TT_REQUEST_KEY`, `TT_ASK_FULL`
   */
  check(key: RequestKey | undefined): void {
    if (key !== undefined && this.#byKey.get(key)?.open === true) throw this.#refused('TT_REQUEST_KEY', { key });
    if (this.size >= this.#lookAt) this.#tidy();
    if (this.size >= this.#of.limit) throw this.#refused('TT_ASK_FULL', { count: this.#of.limit });
  }

  /** Adds one that {@link check} was for. */
  add(request: Pending, key: RequestKey | undefined): void {
    if (key === undefined) this.#inOrder.push(request);
    else this.#byKey.set(key, request);
  }

  /**
   * Takes a frame, which is the answer to the request with this key, or to the oldest one without.
   * @returns whether it was an answer. One that comes too late is.
   */
  take(frame: unknown, key: RequestKey | undefined, form?: OrderForm): boolean {
    if (key === undefined) return this.#takeNext(frame, form);
    const request = this.#byKey.get(key);
    this.#byKey.delete(key);
    if (request === undefined) this.#of.stray(key);
    else request.settle(undefined, frame, form);
    return true;
  }

  #takeNext(frame: unknown, form: OrderForm | undefined): boolean {
    const request = this.#inOrder[this.#head];
    if (request === undefined) return false;
    this.#head++;
    if (this.#head >= FEW && this.#head * 2 >= this.#inOrder.length) {
      this.#inOrder = this.#inOrder.slice(this.#head);
      this.#head = 0;
    }
    request.settle(undefined, frame, form);
    return true;
  }

  /** No answer will come to any of them. */
  lose(error: () => Error): void {
    const lost = [...this.#inOrder.slice(this.#head), ...this.#byKey.values()];
    this.#inOrder = [];
    this.#head = 0;
    this.#byKey.clear();
    for (const request of lost) if (request.open) request.settle(error(), undefined);
  }

  /** Those with a key that nobody waits for go; their places in order tell which answer is whose. */
  #tidy(): void {
    for (const [key, { open }] of this.#byKey) if (!open) this.#byKey.delete(key);
    this.#lookAt = Math.max(this.size * 2, FEW);
  }

  #refused(code: ErrorCode, details: ErrorDetails): Error {
    return fail(code, { tonic: this.#of.name, ...details });
  }
}
