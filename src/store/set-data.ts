import { inspect } from 'node:util';
import { fail } from '../core/errors.js';

/** A path and its value. */
export type Pair = readonly [path: string, value: unknown];

/**
 * The pairs in an argument of `set()`: an object of values by path, or a list of pairs.
 * @throws {TaskTonicError} `TT_STORE_DATA`
 */
export function pairsIn(data: unknown): readonly Pair[] {
  if (Array.isArray(data)) {
    const pairs = Array.from<unknown>(data);
    if (pairs.length > 0 && pairs.every(isPair)) return pairs;
  } else if (typeof data === 'object' && data !== null) {
    return Object.entries(data);
  }
  throw fail('TT_STORE_DATA', { what: inspect(data, { depth: 1, breakLength: Infinity, maxStringLength: 40 }) });
}

export function isPair(one: unknown): one is Pair {
  return Array.isArray(one) && one.length === 2 && typeof one[0] === 'string';
}

/** Whether it is a list of pairs, and not a value. */
export function isStructure(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && isPair(value[0]);
}
