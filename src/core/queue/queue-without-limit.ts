import type { AnyTonic } from '../any-tonic.js';
import type { Scheduler } from '../scheduler.js';
import type { Sparkle } from '../plan/plan.js';

/** Queues an order that must not be lost, without the limit of the queue. */
export function queueWithoutLimit(
  queue: Scheduler['queue'],
  tonic: AnyTonic,
  sparkle: Sparkle,
  count: number,
  a: unknown,
  b: unknown,
): void {
  const { limit } = queue;
  queue.limit = Infinity;
  try {
    queue.put(tonic, sparkle, count, a, b);
  } finally {
    queue.limit = limit;
  }
}
