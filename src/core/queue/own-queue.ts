import type { AnyTonic } from '../any-tonic.js';
import { type CatalystQueue, OrderQueue } from './order-queue.js';
import type { Order } from './order.js';
import type { Sparkle } from '../plan/plan.js';
import { running } from '../running.js';

/** Who queued an order, kept on the sparkle that a queue is given in its place; all else of the sparkle can be read from it. */
interface QueuedSparkle extends Sparkle {
  readonly [QUEUED]: {
    readonly sparkle: Sparkle;
    readonly source: AnyTonic | undefined;
    readonly by: Sparkle | undefined;
  };
}

const QUEUED = Symbol('queued');

/**
 * Has a queue that a user wrote from scratch know who queued each order, whatever it keeps of an order itself: so `source`, and who may
 * finish whom, hold with it as well. An {@link OrderQueue} that stores orders itself needs nothing.
 *
 * The order that is put carries its source on its sparkle, and gives it back when it is taken.
 */
export function keepSources(queue: CatalystQueue): void {
  if (queue.take === OrderQueue.prototype.take) return;
  const put = queue.put.bind(queue);
  const take = queue.take.bind(queue);
  queue.put = (tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void => {
    const { tonic: source, sparkle: by } = running;
    const queued = Object.create(sparkle, { [QUEUED]: { value: { sparkle, source, by } } }) as QueuedSparkle;
    put(tonic, queued, count, a, b, source, by);
  };
  queue.take = (order: Order): boolean => {
    order.source = order.sourceSparkle = undefined;
    order.queuedAt = 0;
    if (!take(order)) return false;
    const queued = (order.sparkle as Partial<QueuedSparkle>)[QUEUED];
    if (queued === undefined) return true;
    order.sparkle = queued.sparkle;
    order.source = queued.source;
    order.sourceSparkle = queued.by;
    return true;
  };
}
