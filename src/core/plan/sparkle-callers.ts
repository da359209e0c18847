import type { AnyTonic } from '../any-tonic.js';
import type { SparkleKey } from './bound-sparkle.js';
import { fail } from '../errors.js';
import type { Dispatcher, Plan, Sparkle } from './plan.js';
import { running } from '../running.js';

/** The sparkles of a Tonic, as `this.generic` has them. */
export type Sparkles<T> = { readonly [K in SparkleKey<T>]-?: NonNullable<T[K]> };

/**
 * The sparkles of a Tonic, as `this.raise` has them: one that is written only for some states (`ttsc_open__close`) has its
 * generic name, too (`ttsc__close`).
 */
export type Raisable<T> = { readonly [K in SparkleKey<T> as NamesOf<K>]-?: NonNullable<T[K]> };

/** The name of a sparkle, and the generic name where it is of one state. */
type NamesOf<K> = K extends `${infer P extends 'ttsc' | 'ttse' | 'tts'}_${string}__${infer N}` ? K | `${P}__${N}` : K;

/** An object with the sparkles of one Tonic, whose methods do not queue orders. */
interface SparkleCaller {
  readonly tonic: AnyTonic;
}

/** Made once for each class. */
type SparkleCallerClass = new (tonic: AnyTonic) => SparkleCaller;

const raisers = new WeakMap<Plan, SparkleCallerClass>();
const generics = new WeakMap<Plan, SparkleCallerClass>();

/** The object `this.raise` of a Tonic. */
export function raiserOf(tonic: AnyTonic): SparkleCaller {
  return new (cached(raisers, tonic._ttPlan, raiserClass))(tonic);
}

/** The object `this.generic` of a Tonic: its methods without a state. */
export function genericOf(tonic: AnyTonic): SparkleCaller {
  return new (cached(generics, tonic._ttPlan, genericClass))(tonic);
}

function cached(
  classes: WeakMap<Plan, SparkleCallerClass>,
  plan: Plan,
  make: (plan: Plan) => SparkleCallerClass,
): SparkleCallerClass {
  let made = classes.get(plan);
  if (made === undefined) classes.set(plan, (made = make(plan)));
  return made;
}

function raiserClass(plan: Plan): SparkleCallerClass {
  return callerClass(plan, (sparkle) => {
    // The class may define the call itself, by a prefix of its own.
    const bound = plan.binderOf(sparkle)?.(sparkle, raiseAny(sparkle));
    return bound === undefined ? raising(sparkle) : ofTonic(sparkle, bound);
  });
}

function genericClass(plan: Plan): SparkleCallerClass {
  return callerClass(plan, (sparkle) => {
    const body = plan.written(sparkle) as Dispatcher | undefined;
    return ofTonic(sparkle, function (this: object, ...args: unknown[]): void {
      needsOwnSparkle(this as AnyTonic, `this.generic.${sparkle.key}()`);
      return body?.apply(this, args);
    });
  });
}

type SparkleCallerMethod = (this: SparkleCaller | undefined, ...args: unknown[]) => void;

function callerClass(plan: Plan, methodOf: (sparkle: Sparkle) => SparkleCallerMethod): SparkleCallerClass {
  class SparkleCallerOfClass implements SparkleCaller {
    constructor(readonly tonic: AnyTonic) {}
  }
  for (const sparkle of plan.sparkles.values())
    Object.defineProperty(SparkleCallerOfClass.prototype, sparkle.key, { value: methodOf(sparkle) });
  return SparkleCallerOfClass;
}

/** A method of such an object, called with its Tonic as `this`. */
function ofTonic(sparkle: Sparkle, call: Dispatcher): SparkleCallerMethod {
  return function (...args: unknown[]): void {
    if (this === undefined) throw fail('TT_UNBOUND_SPARKLE', { key: sparkle.key });
    return call.apply(this.tonic, args);
  };
}

/** A method of `this.raise`; as in plan.ts it makes no array for up to two arguments. */
function raising(sparkle: Sparkle): SparkleCallerMethod {
  const many = ofTonic(sparkle, raiseAny(sparkle));
  return function (a?: unknown, b?: unknown): void {
    // eslint-disable-next-line prefer-rest-params
    if (this === undefined || arguments.length > 2) return many.apply(this, arguments as unknown as unknown[]);
    return raiseOwn(this.tonic, sparkle, arguments.length, a, b);
  };
}

function raiseAny(sparkle: Sparkle): Dispatcher {
  return function (this: object, ...args: unknown[]): void {
    const { length: count } = args;
    raiseOwn(this as AnyTonic, sparkle, count, count > 2 ? args : args[0], count > 2 ? undefined : args[1]);
  };
}

function raiseOwn(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
  if (running.tonic !== tonic) needsOwnSparkle(tonic, `this.raise.${sparkle.key}()`);
  if (running.sparkle!.name === 'onFinished')
    throw fail('TT_RAISED_AT_END', { tonic: tonic.name, sparkle: sparkle.key });
  tonic._ttScheduler.raiseOwn(tonic, sparkle, count, a, b);
}

function needsOwnSparkle(tonic: AnyTonic, what: string): void {
  if (running.tonic !== tonic) throw fail('TT_NOT_RUNNING', { what, tonic: tonic.name });
}
