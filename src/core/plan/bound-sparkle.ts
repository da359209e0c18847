import type { AnyTonic } from '../any-tonic.js';
import { told } from '../options/option-problem.js';
import { sparkleNameOf } from './plan.js';

/** A sparkle with its Tonic, to be handed on: calling it puts an order on the Tonic's queue, from anywhere. */
export type BoundSparkle<F = (...args: never[]) => void> = F & { readonly tonic: AnyTonic; readonly sparkle: string };

/** The keys of a Tonic that name sparkles. */
export type SparkleKey<T> = keyof T & (`tts${string}__${string}` | `_tts${string}__${string}`);

/** Whether it was made with `bind()`. */
export function isBound(target: unknown): target is BoundSparkle {
  return typeof target === 'function' && 'tonic' in target && 'sparkle' in target;
}

/** The text for a value that was given instead of a sparkle, for the error. */
export function describe(target: unknown): string {
  if (typeof target !== 'function') return told(target, '');
  const key = sparkleNameOf(target);
  return key === undefined ? `the function ${target.name || '(without a name)'}` : `the ${key} of another class`;
}
