import type { AnyTonic } from '../any-tonic.js';
import type { Sparkle } from '../plan/plan.js';

/**
 * An order that was taken from a queue. A loop uses one object, which is filled for each order, so nothing may keep a
 * reference to it.
 */
export class Order {
  tonic: AnyTonic | undefined = undefined;
  sparkle: Sparkle | undefined = undefined;
  /** The number of arguments: up to two are in `a` and `b`, more are in `a` as an array. */
  count = 0;
  a: unknown = undefined;
  b: unknown = undefined;
  /** The Tonic whose sparkle queued the order, and that sparkle. */
  source: AnyTonic | undefined = undefined;
  sourceSparkle: Sparkle | undefined = undefined;
  /** When it was queued, in ms of the clock; 0 if the queue does not store times. */
  queuedAt = 0;

  /** The arguments as a list, for logs and traces. */
  get args(): readonly unknown[] {
    return this.count > 2 ? (this.a as unknown[]) : [this.a, this.b].slice(0, this.count);
  }
}

/** An order that was postponed, with all its fields. */
export interface KeptOrder {
  readonly sparkle: Sparkle;
  readonly count: number;
  readonly a: unknown;
  readonly b: unknown;
  readonly source: AnyTonic | undefined;
  readonly sourceSparkle: Sparkle | undefined;
  readonly queuedAt: number;
}

/** An order that is being filled. */
export interface OrderForm {
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  count: number;
  a: unknown;
  b: unknown;
  source: AnyTonic | undefined;
  sourceSparkle: Sparkle | undefined;
}

/** Makes orders on demand: the frames of a connection, which stay bytes until they are handled. */
export interface OrderSource {
  /**
   * Fills the form with the next order. It must not throw.
   * @returns false if there is none, or none in this turn; then it is not asked again.
   */
  next(form: OrderForm): boolean;
}
