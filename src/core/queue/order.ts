import type { AnyTonic } from '../any-tonic.js';
import type { Sparkle } from '../plan/plan.js';

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

/** An order that was kept for later, with all that it came with. */
export interface KeptOrder {
  readonly sparkle: Sparkle;
  readonly count: number;
  readonly a: unknown;
  readonly b: unknown;
  readonly source: AnyTonic | undefined;
  readonly sourceSparkle: Sparkle | undefined;
  readonly queuedAt: number;
}

/** An order that is being made. */
export interface OrderForm {
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  count: number;
  a: unknown;
  b: unknown;
  source: AnyTonic | undefined;
  sourceSparkle: Sparkle | undefined;
}

/** Makes orders one at a time, each when its turn has come: the frames of a connection, which are bytes until then. */
export interface OrderSource {
  /**
   * Fills the form with the next one. It must not throw.
   * @returns false where there is none, or none more in this turn: then it is asked no more.
   */
  next(form: OrderForm): boolean;
}
