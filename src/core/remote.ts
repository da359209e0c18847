import type { AnyTonic, RemoteHandle } from './any-tonic.js';

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
export type Remote<T> = RemoteHandle & { readonly [K in keyof T as SparkleNames<K, keyof T>]: RemoteSparkle<T[K]> };

type SparklePrefix = 'ttsc' | 'ttse' | 'tts';

/** The names that a method is called by over there: none where it is no sparkle; the generic one where it has no method of its own. */
type SparkleNames<K, All> = K extends `${SparklePrefix}__${string}`
  ? K
  : K extends `${infer P extends SparklePrefix}_${string}__${infer N}`
    ? K | Exclude<`${P}__${N}`, All>
    : never;

/** A sparkle of a Remote: what it takes must be able to cross. */
export type RemoteSparkle<F> =
  NonNullable<F> extends (...args: infer A) => unknown ? (...args: { [I in keyof A]: Crossing<A[I]> }) => void : never;

/** A bare Tonic cannot cross: over there only its sparkles can be called, so the parameter is a `Remote`. */
type Crossing<P> = P extends AnyTonic ? never : P;
