import type { AnyTonic } from './any-tonic.js';
import type { Clock } from './time/clock.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { Random } from './time/random.js';

/** What a test puts in the place of the machine for one app: its Formula runs unchanged on it. */
export interface Testbench {
  readonly clock: Clock;
  readonly random: Random;
  /** A `Network`, which the core does not know; `undefined` for the machine's. */
  readonly network: unknown;
  readonly observer: SparkleObserver;
  /** What is laid over the configuration that the app reads, from whatever source. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where its log goes, unless it is off, and the options that are laid over its own. */
  readonly log: object;
  /** A `ThreadMachine`, which the core does not know: what has all threads in one. */
  readonly threadMachine: unknown;
  /** Something of the machine's that the app waits for, such as a module that is loaded: time stands still until it is there. */
  hold<T>(something: Promise<T>): Promise<T>;
  /** An app that starts with nothing to do goes on nevertheless: the test will give it something. */
  readonly keepsOpen: boolean;
  /** Puts what is equal in rank in another order. */
  shuffle(list: unknown[]): void;
}

/** Sees every sparkle of an app. Calls are nested as the sparkles are. */
export interface SparkleObserver {
  /**
   * A sparkle begins.
   * @param order the one that it is the sparkle of; `undefined` where the framework itself calls it, such as `ttse__onEnter`.
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
  /** The one that was entered last, and has no order, has ended. */
  left(): void;
  /** An order has been carried out, with its transitions; true ends the turn of the loop. */
  carriedOut(): boolean;
}
