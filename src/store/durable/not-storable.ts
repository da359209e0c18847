import { fail } from '../../core/errors.js';

/** A value, or a part of one, that cannot be kept on disk. */
export interface NotStorable {
  /** The place within the value; empty for the value itself. */
  readonly where: string;
  readonly what: string;
}

/**
 * Checks that a value can be kept on disk, before it is set.
 * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`
 */
export function checkStorable(path: string, value: unknown): void {
  const found = notStorable(value);
  if (found !== undefined) throw fail('TT_STORE_NOT_DURABLE', inPlace(path, found));
}

/** The fields of an error about it. */
export function inPlace(path: string, { where, what }: NotStorable): Record<string, string> {
  return { path: where === '' ? path : `${path} (${where})`, what };
}

/**
 * The first part of a value that cannot be kept: shared memory exists only while its threads run, and a function is no
 * data.
 */
export function notStorable(value: unknown, where = ''): NotStorable | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return { where, what: `a ${typeof value}` };
  if (typeof value !== 'object' || value === null) return undefined;
  if (isShared(value)) return { where, what: 'a SharedArrayBuffer' };
  if (ArrayBuffer.isView(value))
    return isShared(value.buffer) ? { where, what: 'a view of a SharedArrayBuffer' } : undefined;
  if (value instanceof ArrayBuffer || value instanceof Date) return undefined;
  if (value instanceof Map) return firstOf(flat(value), where, () => 'in a Map');
  if (value instanceof Set) return firstOf(value, where, () => 'in a Set');
  if (Array.isArray(value)) return firstOf(value, where, (at) => `[${at}]`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return { where, what: 'an instance of a class' };
  const keys = Object.keys(value);
  return firstOf(Object.values(value), where, (at) => `.${keys[at]}`);
}

function isShared(value: unknown): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer;
}

function* flat(map: ReadonlyMap<unknown, unknown>): Generator {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}

function firstOf(parts: Iterable<unknown>, where: string, place: (at: number) => string): NotStorable | undefined {
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'object' || typeof part === 'function' || typeof part === 'symbol') {
      const found = notStorable(part, where + place(at));
      if (found !== undefined) return found;
    }
    at++;
  }
  return undefined;
}
