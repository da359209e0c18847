import type { AnyTonic } from './any-tonic.js';
import { OrderQueue } from './order-queue.js';
import type { Parker } from './parker.js';
import type { Sparkle } from './plan.js';

/** The queue of a plain Catalyst: an order that comes while the loop waits wakes it. */
export class WakingQueue extends OrderQueue {
  readonly #parker: Parker;

  constructor(owner: string, parker: Parker) {
    super(owner);
    this.#parker = parker;
  }

  override put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    super.put(tonic, sparkle, count, a, b);
    if (this.#parker.parked) this.#parker.wake();
  }
}
