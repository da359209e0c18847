import type { AnyTonic } from '../any-tonic.js';
import { type CatalystQueue, OrderQueue } from './order-queue.js';
import type { Order } from './order.js';
import type { Sparkle } from '../plan/plan.js';
import { running } from '../running.js';

/**
 * A sparkle that also contains the source of its order. It is given to a queue of the user; its other fields are those
 * of the original.
 */
interface QueuedSparkle extends Sparkle {
  readonly [QUEUED]: {
    readonly sparkle: Sparkle;
    readonly source: AnyTonic | undefined;
    readonly by: Sparkle | undefined;
  };
}

const QUEUED = Symbol('queued');

/**
 * Makes a queue that a user wrote from scratch keep the source of each order, so that `source` and the check of
 * `ttsc__finish` work. An {@link OrderQueue} with its own storage does not need this.
 *
 * The source is stored in the sparkle of the order when it is put, and restored when it is taken.
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
