import type { AnyTonic } from './any-tonic.js';
import type { Clock } from './time/clock.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { Random } from './time/random.js';

/** Replaces the machine for one app in a test: its Formula runs unchanged. */
export interface Testbench {
  readonly clock: Clock;
  readonly random: Random;
  /** A `Network`, which the core does not know; `undefined` for the real one. */
  readonly network: unknown;
  readonly observer: SparkleObserver;
  /** Overrides the configuration of the app, from any source. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The destination of its log, unless the log is off, and options that override its own. */
  readonly log: object;
  /** A `ThreadMachine`, which the core does not know; it runs all threads in one. */
  readonly threadMachine: unknown;
  /** Waits for something outside of the app, such as loading a module. Virtual time does not advance meanwhile. */
  hold<T>(something: Promise<T>): Promise<T>;
  /** Whether an app that starts without Tonics continues, because the test will add some. */
  readonly keepsOpen: boolean;
  /** Changes the order of equal items. */
  shuffle(list: unknown[]): void;
}

/** Observes every sparkle of an app. Calls are nested like the sparkles. */
export interface SparkleObserver {
  /**
   * A sparkle begins.
   * @param order the order of the sparkle; `undefined` if the framework itself calls it, such as `ttse__onEnter`.
   */
  entered(
    catalyst: AnyTonic,
    tonic: AnyTonic,
    sparkle: Sparkle,
    order: Order | undefined,
    a: unknown,
    b: unknown,
  ): void;
  /** The sparkle that was entered last threw. */
  threw(error: Error): void;
  /** The sparkle that was entered last, and has no order, has ended. */
  left(): void;
  /** An order was carried out, with its transitions; true ends the turn of the loop. */
  carriedOut(): boolean;
}
