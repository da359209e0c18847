import { type StoredValue, withoutCopy } from './values.js';

/**
 * Whether two kept values are equal: simple values by `Object.is`, plain data by content, shared memory by identity.
 */
export function same(one: StoredValue | undefined, other: StoredValue | undefined): boolean {
  return Object.is(one, other) || (isObject(one) && isObject(other) && alike(withoutCopy(one), withoutCopy(other)));
}

function alike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isObject(one) || !isObject(other)) return false;
  if (Array.isArray(one)) return Array.isArray(other) && alikeLists(one, other);
  if (one instanceof Date) return other instanceof Date && Object.is(one.getTime(), other.getTime());
  if (one instanceof Map) return other instanceof Map && alikeLists(Array.from(one), Array.from(other));
  if (one instanceof Set) return other instanceof Set && alikeLists(Array.from(one), Array.from(other));
  if (ArrayBuffer.isView(one)) return ArrayBuffer.isView(other) && alikeViews(one, other);
  if (one instanceof ArrayBuffer)
    return other instanceof ArrayBuffer && equalBytes(new Uint8Array(one), new Uint8Array(other));
  return !isOdd(other) && !(one instanceof SharedArrayBuffer) && alikeFields(one, other);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether the object is no plain object. */
function isOdd(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value) || ODD.some((odd) => value instanceof odd);
}

const ODD = [Date, Map, Set, ArrayBuffer, SharedArrayBuffer];

function alikeLists(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((element, at) => alike(element, other[at]));
}

function alikeFields(one: object, other: object): boolean {
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && alike((one as Fields)[key], (other as Fields)[key]));
}

type Fields = Readonly<Record<string, unknown>>;

function alikeViews(one: ArrayBufferView, other: ArrayBufferView): boolean {
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other) || one.byteLength !== other.byteLength) return false;
  if (one.buffer instanceof SharedArrayBuffer || other.buffer instanceof SharedArrayBuffer)
    return one.buffer === other.buffer && one.byteOffset === other.byteOffset;
  return equalBytes(one, other);
}

function equalBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return bytesOf(one).equals(bytesOf(other));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
