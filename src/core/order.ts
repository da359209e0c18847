import type { AnyTonic } from './any-tonic.js';
import type { Sparkle } from './plan.js';

/**
 * A work order, taken off a queue. One object serves a whole loop: it is filled anew for each order, so nothing may
 * keep it.
 */
export class Order {
  tonic: AnyTonic | undefined = undefined;
  sparkle: Sparkle | undefined = undefined;
  /** How many arguments: up to two lie in `a` and `b`, more in `a` as an array. */
  count = 0;
  a: unknown = undefined;
  b: unknown = undefined;
  /** The Tonic whose sparkle queued the order, and that sparkle. */
  source: AnyTonic | undefined = undefined;
  sourceSparkle: Sparkle | undefined = undefined;
  /** When it was queued, in ms of the clock; 0 where the queue does not stamp. */
  queuedAt = 0;

  /** The arguments as a list; for logs and traces. */
  get args(): readonly unknown[] {
    return this.count > 2 ? (this.a as unknown[]) : [this.a, this.b].slice(0, this.count);
  }
}
