import type { AnyTonic } from './any-tonic.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
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
  /** What the running sparkle leaves to be seen to at its end; nothing for most. */
  left: Left | undefined;
}

/** A question whose asker has not said yet who hears the answer. */
export interface HalfAsked {
  /** The sparkle that asked has ended. @throws {TaskTonicError} `TT_ASK_THEN` where it was not said. @internal */
  _ttEnd(): void;
}

/** What a sparkle leaves to be seen to at its end. */
export class Left {
  /** What it infused; finished again if it throws. */
  readonly infused: AnyTonic[] = [];
  /** What it asked, and has not said who hears the answer. */
  readonly asked: HalfAsked[] = [];
}

export const running: Running = {
  tonic: undefined,
  sparkle: undefined,
  order: undefined,
  runtime: undefined,
  starting: false,
  left: undefined,
};

/** For what the running sparkle leaves to its end. */
export function left(): Left {
  return (running.left ??= new Left());
}

/** The running sparkle has left something, and has come to its end. @throws {TaskTonicError} `TT_ASK_THEN` */
export function seeToLeft(): void {
  for (const asked of running.left!.asked) asked._ttEnd();
  running.left = undefined;
}

/** Runs `body` as if a sparkle of `tonic` did (that one, where it is given): what it infuses has that base, what it queues that source. */
export function runAs<T>(tonic: AnyTonic | undefined, body: () => T, sparkle?: Sparkle): T {
  const { tonic: before, sparkle: sparkleBefore, left: leftBefore } = running;
  running.tonic = tonic;
  running.sparkle = ofHere(sparkle);
  running.left = undefined;
  try {
    return body();
  } finally {
    running.tonic = before;
    running.sparkle = sparkleBefore;
    running.left = leftBefore;
  }
}

/** A sparkle as the source of further orders: those are queued here, wherever it is. */
export function ofHere(sparkle: Sparkle | undefined): Sparkle | undefined {
  return sparkle?.crossed === true ? { ...sparkle, crossed: false } : sparkle;
}
