import type { StoreEvent } from '../event.js';
import { throwLater } from '../store-options.js';
import type { Heard } from './round.js';
import type { Subscription } from './subscription.js';

/** So many batches may follow from one another by what subscribers write. */
const MOST_ROUNDS = 10_000;

/** Tells subscribers what they hear, batch after batch: what one of them writes is told when all have heard of the batch before. */
export class Delivery {
  readonly #onError: (error: unknown) => void;
  #waiting: Heard[][] = [];
  #rounds = 0;

  /** @param onError hears what a subscriber threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Whether batches have followed from one another for so long that they would never end. */
  get isEndless(): boolean {
    return this.#rounds >= MOST_ROUNDS;
  }

  /** Whether somebody is being told something. */
  get isBusy(): boolean {
    return this.#rounds > 0;
  }

  deliver(round: Heard[]): void {
    this.#waiting.push(round);
    this.#rounds++;
    if (this.#rounds === 1) this.#tellWaiting();
  }

  /** The same of one subscription, while nobody is being told anything. */
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
      subscription.hearer.deliver(events);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** Others hear what they would, whatever becomes of it. */
  #failed(thrown: unknown): void {
    try {
      this.#onError(thrown);
    } catch (again) {
      throwLater(again);
    }
  }
}
