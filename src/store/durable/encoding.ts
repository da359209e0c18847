import { fail } from '../../core/errors.js';
import { Op, type StoreOps } from '../ops.js';
import { inPlace, notStorable } from './not-storable.js';

// A batch on disk is JSON: quick to write, quick to read, and readable by a person. A value that JSON cannot express is
// written in a long form. Then LONG is added to the kind of its step, so that only such values need decoding.
//
// In the long form texts, booleans, null and ordinary numbers stand for themselves. Everything else is a list that
// begins with a letter.

const LONG = 16;

/** Encodes a batch as a text. @throws {TaskTonicError} `TT_STORE_NOT_DURABLE` if a value cannot be kept. */
export function encode(ops: StoreOps): string {
  for (let at = 0; at < ops.length; at += 3)
    if (!isPlainStep(ops[at], ops[at + 2])) return JSON.stringify(longOps(ops));
  return JSON.stringify(ops);
}

/** Decodes a batch from what `JSON.parse` returns for its text. */
export function decode(written: unknown[]): StoreOps {
  for (let at = 0; at < written.length; at += 3) {
    const kind = written[at] as number;
    if (kind >= LONG) {
      written[at] = kind - LONG;
      written[at + 2] = fromLong(written[at + 2]);
    } else if (hasNoValue(kind)) written[at + 2] = undefined;
  }
  return written;
}

function hasNoValue(kind: unknown): boolean {
  return kind === Op.make || kind === Op.remove;
}

function isPlainStep(kind: unknown, value: unknown): boolean {
  return isPlain(value) || (value === undefined && hasNoValue(kind));
}

/** Whether JSON returns a value unchanged. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isPlainNumber(value);
    case 'object':
      return value === null || (Array.isArray(value) ? value.every(isPlain) && !hasHoles(value) : isPlainObject(value));
    default:
      return false;
  }
}

function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function isPlainObject(value: object): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false;
  return true;
}

function hasHoles(list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (!(at in list)) return true;
  return false;
}

function longOps(ops: StoreOps): unknown[] {
  const written = [...ops];
  for (let at = 0; at < ops.length; at += 3) {
    if (isPlainStep(ops[at], ops[at + 2])) continue;
    const what = notStorable(ops[at + 2]);
    if (what !== undefined) throw fail('TT_STORE_NOT_DURABLE', inPlace(String(ops[at + 1]), what));
    written[at] = (ops[at] as number) + LONG;
    written[at + 2] = toLong(ops[at + 2]);
  }
  return written;
}

type Long = string | number | boolean | null | readonly Long[];

function toLong(value: unknown): Long {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return isPlainNumber(value) ? value : ['n', Object.is(value, -0) ? '-0' : String(value)];
    case 'bigint':
      return ['b', String(value)];
    case 'object':
      return value === null ? null : longObject(value);
    default:
      return ['u'];
  }
}

function longObject(value: object): Long {
  if (Array.isArray(value))
    return ['a', ...Array.from(value, (item: unknown, at) => (at in value ? toLong(item) : ['h']))];
  if (value instanceof Date) return ['d', toLong(value.getTime())];
  if (value instanceof Map) return ['m', ...[...value].flatMap(([key, item]) => [toLong(key), toLong(item)])];
  if (value instanceof Set) return ['s', ...Array.from(value, toLong)];
  if (value instanceof ArrayBuffer) return ['v', 'ArrayBuffer', base64(new Uint8Array(value))];
  if (ArrayBuffer.isView(value)) {
    const name = Buffer.isBuffer(value) ? 'Uint8Array' : value.constructor.name;
    return ['v', name, base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
  }
  return ['o', ...Object.entries(value).flatMap(([key, item]) => [key, toLong(item)])];
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function fromLong(long: unknown): unknown {
  if (!Array.isArray(long)) return long;
  const [letter, ...rest] = long as [string, ...unknown[]];
  switch (letter) {
    case 'u':
      return undefined;
    case 'n':
      return Number(rest[0]);
    case 'b':
      return BigInt(rest[0] as string);
    case 'd':
      return new Date(fromLong(rest[0]) as number);
    case 'a':
      return listOf(rest);
    case 's':
      return new Set(rest.map(fromLong));
    case 'm':
      return new Map(pairs(rest));
    case 'o':
      return objectOf(rest);
    case 'v':
      return viewOf(rest[0] as string, rest[1] as string);
    default:
      throw new TypeError(`nothing is written as ${letter}`);
  }
}

function listOf(rest: readonly unknown[]): unknown[] {
  const list = new Array<unknown>(rest.length);
  for (const [at, long] of rest.entries()) if (!isHole(long)) list[at] = fromLong(long);
  return list;
}

function isHole(long: unknown): boolean {
  return Array.isArray(long) && long[0] === 'h';
}

function pairs(rest: readonly unknown[]): [unknown, unknown][] {
  const all: [unknown, unknown][] = [];
  for (let at = 0; at < rest.length; at += 2) all.push([fromLong(rest[at]), fromLong(rest[at + 1])]);
  return all;
}

/** Makes an object of names and values. `__proto__` is a name like any other. */
function objectOf(rest: readonly unknown[]): object {
  const made = {};
  for (const [key, value] of pairs(rest))
    Object.defineProperty(made, key as string, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

function viewOf(name: string, text: string): unknown {
  const bytes = new Uint8Array(Buffer.from(text, 'base64')).buffer;
  if (name === 'ArrayBuffer') return bytes;
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>)[name];
  if (View === undefined) throw new TypeError(`there is no ${name} here`);
  return new View(bytes);
}
