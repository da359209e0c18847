import type { AnyTonic, RemoteHandle } from '../any-tonic.js';

/**
 * A Tonic that may live in another thread: its sparkles, and nothing else of it. Calling one puts an order on the queue over there.
 *
 * - Arguments are copied as they are at the call; functions, bound sparkles, Tonics and Remotes arrive as things that can be called.
 * - Orders of one sender arrive in the order of the calls.
 * - To call one that has finished does nothing, and is counted.
 * - There is one handle of a Tonic in a thread: it can be compared with `===`, printed, and handed on as an argument.
 *
 * A sparkle named only for some states (`ttsc_open__close`) is there as `ttsc__close` too. A parameter of type `Remote<X>` takes an `X`.
 *
 * @typeParam T the class of the Tonic.
 */
export type Remote<T> = RemoteHandle & OwnSparkles<T, SparklesOf<T>> & GenericSparkles<T>;

type SparklePrefix = 'ttsc' | 'ttse' | 'tts';

/** The methods that are sparkles. */
type SparklesOf<T> = Extract<keyof T, `${SparklePrefix}__${string}` | `${SparklePrefix}_${string}__${string}`>;

/** Mapped from the keys of T, so that an editor finds their docs and definitions. */
type OwnSparkles<T, K extends keyof T> = { readonly [Key in K]: RemoteSparkle<T[Key]> };

type GenericSparkles<T> = { readonly [K in keyof T as GenericName<K, keyof T>]: RemoteSparkle<T[K]> };

/** The generic name of a sparkle for one state, unless a method has that name. */
type GenericName<K, All> = K extends `${infer P extends SparklePrefix}_${string}__${infer N}`
  ? Exclude<`${P}__${N}`, All>
  : never;

/** A sparkle of a Remote: what it takes must be able to cross. */
export type RemoteSparkle<F> =
  NonNullable<F> extends (...args: infer A) => unknown ? (...args: { [I in keyof A]: Crossing<A[I]> }) => void : never;

/** A Tonic itself cannot be sent: the other thread can only call its sparkles, so the parameter must be a `Remote`. */
type Crossing<P> = P extends AnyTonic ? never : P;
