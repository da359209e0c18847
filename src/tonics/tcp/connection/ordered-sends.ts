import type { AnyTonic } from '../../../core/any-tonic.js';
import type { Order } from '../../../core/queue/order.js';
import type { Dispatcher, Sparkle, SparkleBody } from '../../../core/plan/plan.js';
import { running } from '../../../core/running.js';
import { withEncoding } from './encoded.js';
import { sizeOf } from '../../socket-tonic.js';

/** A Tonic that counts the sends which wait as orders. */
interface Sender extends AnyTonic {
  _ttOrders: OrderedSends;
}

/**
 * Sends that were called and wait as orders: they count as unsent from the call on, whatever body runs for them.
 *
 * The size is taken once, at the call, and travels with the order as a second value that is no argument.
 */
export class OrderedSends {
  /** What a Tonic has that nobody has called so: many connections are never sent to in this way. It is never written. */
  static readonly none = new OrderedSends();

  /** Bytes in orders that have not run. */
  bytes = 0;
  /** How many of these orders the Tonic has called itself. */
  own = 0;
  /** How many have run. */
  taken = 0;

  /** What a call of `ttsc__send` does; `own` is what that is here. */
  static call(sparkle: Sparkle, enqueue: Dispatcher, own: unknown): Dispatcher {
    return function (this: object, ...given: unknown[]): void {
      const tonic = this as Sender | undefined;
      const args =
        given.length > 1 && tonic?._ttOrders !== undefined ? withEncoding(given, 1, tonic, sparkle, own) : given;
      const size = sizeOf(args[0]);
      // Without its Tonic, which is an error that `enqueue` tells; or with arguments of a subclass.
      if (tonic?._ttOrders === undefined || args.length > 1) enqueue.apply(this, args);
      else tonic._ttScheduler.queue.put(tonic, sparkle, 1, args[0], size);
      OrderedSends.#of(tonic!).#put(size, running.tonic === tonic);
    };
  }

  /** What runs for such an order: it waits no more. `super.ttsc__send()` in other sparkles is no such order. */
  static run(body: SparkleBody, own: unknown): SparkleBody {
    return function (this: unknown, ...args: never[]): unknown {
      const { order } = running;
      const tonic = this as Sender;
      if (order?.tonic === tonic && isCounted(order, body === own)) {
        OrderedSends.#of(tonic).#took(OrderedSends.sizeOf(args[0]), order.source === tonic);
      }
      return body.apply(this, args);
    };
  }

  /** How many bytes a send has: as was counted at the call, where it is that of the order that runs. */
  static sizeOf(data: unknown): number {
    const { order } = running;
    return order?.count === 1 && order.a === data && typeof order.b === 'number' ? order.b : sizeOf(data);
  }

  static #of(tonic: Sender): OrderedSends {
    if (tonic._ttOrders === OrderedSends.none) tonic._ttOrders = new OrderedSends();
    return tonic._ttOrders;
  }

  #put(size: number, isOwn: boolean): void {
    this.bytes += size;
    if (isOwn) this.own++;
  }

  #took(size: number, wasOwn: boolean): void {
    // One that was postponed runs again.
    this.bytes = Math.max(this.bytes - size, 0);
    this.taken++;
    if (wasOwn) this.own = Math.max(this.own - 1, 0);
  }
}

/** One that was raised comes before all that waits: it was not counted, and has no size with it. One that is counted has one argument for what is sent here. */
function isCounted({ count, b }: Order, isOwn: boolean): boolean {
  return count === 1 ? typeof b === 'number' : !isOwn;
}
