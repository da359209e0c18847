import { OrderQueue } from '../core/order-queue.js';
import type { NotifyPipe } from './notify-pipe.js';
import type { Selector } from './selector.js';

/**
 * The queue of a SelectorCatalyst. Putting an order while the loop waits writes a token to the notify pipe, whose other
 * end is a channel of the Selector: so queued work and network readiness wake the same loop. While the loop is awake an
 * order costs no token.
 */
export class NotifyingQueue extends OrderQueue {
  constructor(owner: string, selector: Selector, pipe: NotifyPipe) {
    super(owner, Infinity, {
      get parked(): boolean {
        return selector.parked;
      },
      wake(): void {
        pipe.write();
      },
    });
  }
}
