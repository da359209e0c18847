import { OrderQueue, type Waker } from '../core/queue/order-queue.js';
import type { NotifyPipe } from './notify-pipe.js';
import type { Selector } from './selector.js';

/** Ends the wait of a Selector by a token of a notify pipe, whose other end is one of its channels. */
class PipeWaker implements Waker {
  readonly #selector: Selector;
  readonly #pipe: NotifyPipe;

  constructor(selector: Selector, pipe: NotifyPipe) {
    this.#selector = selector;
    this.#pipe = pipe;
  }

  get parked(): boolean {
    return this.#selector.parked;
  }

  wake(): void {
    this.#pipe.write();
  }
}

/**
 * The queue of a SelectorCatalyst. Putting an order while the loop waits writes a token to the notify pipe, whose other
 * end is a channel of the Selector: so queued work and network readiness wake the same loop. While the loop is awake an
 * order costs no token.
 */
export class NotifyingQueue extends OrderQueue {
  constructor(owner: string, selector: Selector, pipe: NotifyPipe) {
    super(owner, Infinity, new PipeWaker(selector, pipe));
  }
}
