import type { AnyTonic } from '../core/any-tonic.js';
import { OrderQueue } from '../core/order-queue.js';
import type { Sparkle } from '../core/plan.js';
import type { NotifyPipe } from './notify-pipe.js';
import type { Selector } from './selector.js';

/**
 * The queue of a SelectorCatalyst. Putting an order while the loop waits writes a token to the notify pipe, whose other
 * end is a channel of the Selector: so queued work and network readiness wake the same loop. While the loop is awake an
 * order costs no token. (Asked for here, and not through a waker of its base class: that cost a quarter of an order.)
 */
export class NotifyingQueue extends OrderQueue {
  readonly #selector: Selector;
  readonly #pipe: NotifyPipe;

  constructor(owner: string, selector: Selector, pipe: NotifyPipe) {
    super(owner);
    this.#selector = selector;
    this.#pipe = pipe;
  }

  override put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    super.put(tonic, sparkle, count, a, b);
    if (this.#selector.parked) this.#pipe.write();
  }
}
