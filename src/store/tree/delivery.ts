import type { StoreEvent } from '../event.js';
import { throwLater } from '../store-options.js';
import type { SubscriptionEvents } from './events-by-subscription.js';
import type { Subscription } from './subscription.js';

/** The most batches that may follow from one another, each written by a subscriber of the one before. */
const MOST_ROUNDS = 10_000;

/**
 * Calls subscribers, one batch after the other: what a subscriber writes is delivered when all have heard of the
 * present batch.
 */
export class Delivery {
  readonly #onError: (error: unknown) => void;
  #waiting: SubscriptionEvents[][] = [];
  #rounds = 0;

  /** @param onError gets what a subscriber threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Whether the limit of batches that follow from one another is reached. */
  get isEndless(): boolean {
    return this.#rounds >= MOST_ROUNDS;
  }

  /** Whether subscribers are being called. */
  get isBusy(): boolean {
    return this.#rounds > 0;
  }

  deliver(round: SubscriptionEvents[]): void {
    this.#waiting.push(round);
    this.#rounds++;
    if (this.#rounds === 1) this.#tellWaiting();
  }

  /** Delivers to a single subscription, when no delivery is running. */
  tellAlone(subscription: Subscription, events: readonly StoreEvent[]): void {
    this.#rounds = 1;
    this.tell(subscription, events);
    if (this.#waiting.length > 0) this.#tellWaiting();
    else this.#rounds = 0;
  }

  #tellWaiting(): void {
    try {
      for (let next = 0; next < this.#waiting.length; next++) {
        for (const { subscription, events } of this.#waiting[next]!) this.tell(subscription, events);
        this.#waiting[next] = [];
      }
    } finally {
      this.#waiting = [];
      this.#rounds = 0;
    }
  }

  tell(subscription: Subscription, events: readonly StoreEvent[]): void {
    if (!subscription.active) return;
    try {
      subscription.subscriber.deliver(events);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** An exception of one subscriber does not concern the others. */
  #failed(thrown: unknown): void {
    try {
      this.#onError(thrown);
    } catch (again) {
      throwLater(again);
    }
  }
}
