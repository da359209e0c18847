import type { AnyTonic } from './any-tonic.js';
import type { SparkleKey } from './bound-sparkle.js';
import { fail } from './errors.js';
import type { Dispatcher, Plan, Sparkle, SparkleBinder, SparkleBody } from './plan.js';
import { running } from './running.js';

/** The sparkles of a Tonic, as `this.raise` and `this.generic` have them. */
export type Sparkles<T> = { readonly [K in SparkleKey<T>]-?: NonNullable<T[K]> };

/** An object with the sparkles of one Tonic, whose calls do something else than to queue them. */
export interface Face {
  readonly tonic: AnyTonic;
}

/** One for each class: its instances are faces. */
export type FaceClass = new (tonic: AnyTonic) => Face;

/**
 * What `this.raise` is for the Tonics of a class.
 *
 * @param binderOf what a call to a sparkle does, for those with a prefix of the class's own.
 */
export function raiserOf(plan: Plan, binderOf: (sparkle: Sparkle) => SparkleBinder | undefined): FaceClass {
  return faceClass(plan, (sparkle) => {
    const raise = raising(sparkle);
    return binderOf(sparkle)?.(sparkle, raise) ?? raise;
  });
}

/** What `this.generic` is for the Tonics of a class: the bodies that hold in no state. */
export function genericOf(plan: Plan, bodyOf: (sparkle: Sparkle) => SparkleBody | undefined): FaceClass {
  return faceClass(plan, (sparkle) => {
    const body = bodyOf(sparkle) as Dispatcher | undefined;
    return function (this: object, ...args: unknown[]): void {
      needsOwnSparkle(this as AnyTonic, `this.generic.${sparkle.key}()`);
      return body?.apply(this, args);
    };
  });
}

function faceClass(plan: Plan, dispatcherOf: (sparkle: Sparkle) => Dispatcher): FaceClass {
  class SparkleFace implements Face {
    constructor(readonly tonic: AnyTonic) {}
  }
  for (const sparkle of plan.sparkles.values()) {
    Object.defineProperty(SparkleFace.prototype, sparkle.key, { value: throughFace(sparkle, dispatcherOf(sparkle)) });
  }
  return SparkleFace;
}

function throughFace({ key }: Sparkle, call: Dispatcher): Dispatcher {
  const many = (tonic: AnyTonic, args: unknown[]): void => call.apply(tonic, args);
  return function (this: object, a?: unknown, b?: unknown): void {
    const tonic = (this as Face | undefined)?.tonic;
    if (tonic === undefined) throw fail('TT_UNBOUND_SPARKLE', { key });
    // As in plan.ts: no array for up to two arguments.
    // eslint-disable-next-line prefer-rest-params
    if (arguments.length > 2) return many(tonic, arguments as unknown as unknown[]);
    if (arguments.length === 0) return call.call(tonic);
    return arguments.length === 1 ? call.call(tonic, a) : call.call(tonic, a, b);
  };
}

function raising(sparkle: Sparkle): Dispatcher {
  const many = function (this: AnyTonic, ...args: unknown[]): void {
    raiseOwn(this, sparkle, args.length, args, undefined);
  };
  return function (this: object, a?: unknown, b?: unknown): void {
    const tonic = this as AnyTonic;
    // eslint-disable-next-line prefer-rest-params
    if (arguments.length > 2) return many.apply(tonic, arguments as unknown as unknown[]);
    return raiseOwn(tonic, sparkle, arguments.length, a, b);
  };
}

function raiseOwn(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
  needsOwnSparkle(tonic, `this.raise.${sparkle.key}()`);
  if (running.sparkle!.name === 'onFinished')
    throw fail('TT_RAISED_AT_END', { tonic: tonic.name, sparkle: sparkle.key });
  tonic._ttScheduler.raiseOwn(tonic, sparkle, count, a, b);
}

function needsOwnSparkle(tonic: AnyTonic, what: string): void {
  if (running.tonic !== tonic) throw fail('TT_NOT_RUNNING', { what, tonic: tonic.name });
}
