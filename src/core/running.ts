import type { AnyTonic } from './any-tonic.js';
import type { Order } from './order.js';
import type { Sparkle } from './plan.js';
import type { Runtime } from './runtime.js';

/**
 * What runs in this thread now. A thread does one thing at a time, so this is one record for all runtimes; each of its
 * fields is empty while none of ours runs. Every entry point of the package shares this module.
 */
export interface Running {
  /** The Tonic whose sparkle runs; it becomes the base of what is infused, and the source of what is queued. */
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  /** The order that is being carried out. */
  order: Order | undefined;
  /** Where a Formula creates what has no base: its Catalysts. */
  runtime: Runtime | undefined;
  /** A Formula makes its starting Tonics: their Catalyst lives as long as they do. */
  starting: boolean;
  /** What the running sparkle infused; finished again if it throws. */
  born: AnyTonic[] | undefined;
}

export const running: Running = {
  tonic: undefined,
  sparkle: undefined,
  order: undefined,
  runtime: undefined,
  starting: false,
  born: undefined,
};

/** Runs `body` as if a sparkle of `tonic` did (that one, where it is given): what it infuses has that base, what it queues that source. */
export function runAs<T>(tonic: AnyTonic | undefined, body: () => T, sparkle?: Sparkle): T {
  const { tonic: before, sparkle: sparkleBefore, born } = running;
  running.tonic = tonic;
  running.sparkle = sparkle;
  running.born = undefined;
  try {
    return body();
  } finally {
    running.tonic = before;
    running.sparkle = sparkleBefore;
    running.born = born;
  }
}
