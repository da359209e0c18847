import type { AnyTonic } from './any-tonic.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { Runtime } from './runtime.js';

/**
 * What runs in this thread now. A thread does one thing at a time, so all runtimes share this object. Its fields are
 * empty while no sparkle runs. All entry points of the package share this module.
 */
export interface Running {
  /** The Tonic whose sparkle runs: the base of new infusions, and the source of queued orders. */
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  /** The order that is being carried out. */
  order: Order | undefined;
  /** The runtime for Tonics without a base: the Catalysts of a Formula. */
  runtime: Runtime | undefined;
  /** A Formula is making its starting Tonics: their Catalyst lives as long as they do. */
  starting: boolean;
  /** What must be checked at the end of the running sparkle; mostly nothing. */
  endChecks: EndChecks | undefined;
}

/** A question whose `.then()` was not called yet. */
export interface UnfinishedQuestion {
  /** The sparkle that asked has ended. @throws {TaskTonicError} `TT_ASK_THEN` if `.then()` was not called. @internal */
  _ttEnd(): void;
}

/** What must be checked at the end of a sparkle. */
export class EndChecks {
  /** Its new infusions; they are finished if it throws. */
  readonly infused: AnyTonic[] = [];
  /** Its questions without `.then()`. */
  readonly asked: UnfinishedQuestion[] = [];
}

export const running: Running = {
  tonic: undefined,
  sparkle: undefined,
  order: undefined,
  runtime: undefined,
  starting: false,
  endChecks: undefined,
};

/** The object for checks at the end of the running sparkle. */
export function endChecks(): EndChecks {
  return (running.endChecks ??= new EndChecks());
}

/** Does the checks at the end of the running sparkle. @throws {TaskTonicError} `TT_ASK_THEN` */
export function runEndChecks(): void {
  for (const asked of running.endChecks!.asked) asked._ttEnd();
  running.endChecks = undefined;
}

/** Runs `body` as if a sparkle of `tonic` did: infusions get that base, and orders that source. */
export function runAs<T>(tonic: AnyTonic | undefined, body: () => T, sparkle?: Sparkle): T {
  const { tonic: before, sparkle: sparkleBefore, endChecks: leftBefore } = running;
  running.tonic = tonic;
  running.sparkle = ofThisThread(sparkle);
  running.endChecks = undefined;
  try {
    return body();
  } finally {
    running.tonic = before;
    running.sparkle = sparkleBefore;
    running.endChecks = leftBefore;
  }
}

/** A sparkle as the source of further orders, which are queued in this thread. */
export function ofThisThread(sparkle: Sparkle | undefined): Sparkle | undefined {
  return sparkle?.crossed === true ? { ...sparkle, crossed: false } : sparkle;
}
