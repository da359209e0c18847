import { types } from 'node:util';
import { TaskTonicError, fail } from '../core/errors.js';
import { plainText } from '../core/plain.js';

/** What a Store keeps: plain data. It is copied and frozen when it is set; data in a SharedArrayBuffer is shared as it is. */
export type StoreValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | Date
  | ArrayBuffer
  | SharedArrayBuffer
  | NodeJS.TypedArray
  | DataView
  | ReadonlyMap<StoreValue, StoreValue | undefined>
  | ReadonlySet<StoreValue>
  | readonly (StoreValue | undefined)[]
  | { readonly [key: string]: StoreValue | undefined };

/** A value as it is stored: readers get it itself, unless it cannot be frozen. */
export type StoredValue = StoreValue | Unfrozen;

/** A value that contains something that cannot be frozen (a Date, a Map, bytes): each reader gets a copy. */
export class Unfrozen {
  readonly value: StoreValue;
  constructor(value: StoreValue) {
    this.value = value;
  }
}

/** The known size and depth of a frozen value of the Store, so that it need not be measured again. */
interface Measure {
  readonly bytes: number;
  readonly depth: number;
}

const DEEPEST = 500;
const frozen = new WeakMap<object, Measure>();

/**
 * A frozen copy of a value, to be stored.
 *
 * @param most the most bytes that it may have, estimated.
 * @throws {TaskTonicError} `TT_STORE_VALUE`
 */
export function toStored(value: unknown, path: string, most: number): StoredValue {
  if (isSimple(value)) {
    if (simpleSize(value) > most) throw tooLarge(path, most);
    return value;
  }
  const copying = new Copying(path, most);
  try {
    const copy = copying.copy(value, 0) as StoreValue;
    return copying.unfrozen ? new Unfrozen(copy) : copy;
  } catch (thrown) {
    if (thrown instanceof TaskTonicError) throw thrown;
    throw copying.refused('cannot be read', thrown);
  }
}

/** A stored value for a reader. */
export function readable(value: StoredValue | undefined): StoreValue | undefined {
  return value instanceof Unfrozen ? (new Copying('', Infinity).copy(value.value, 0) as StoreValue) : value;
}

/** A stored value without a copy, for code that does not change it. */
export function withoutCopy(value: StoredValue | undefined): StoreValue | undefined {
  return value instanceof Unfrozen ? value.value : value;
}

/** Whether a value needs no copy. */
export function isSimple(value: unknown): value is string | number | boolean | bigint | null {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return true;
    default:
      return value === null;
  }
}

/** About how many bytes a simple value takes. */
function simpleSize(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'bigint' && BigInt.asIntN(64, value) !== value ? value.toString(16).length / 2 : 8;
}

/** About how many bytes a value takes that comes from a Store. */
export function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return simpleSize(value);
  const measured = frozen.get(value);
  if (measured !== undefined) return measured.bytes;
  if (ArrayBuffer.isView(value)) return types.isSharedArrayBuffer(value.buffer) ? 16 : value.byteLength;
  if (types.isArrayBuffer(value)) return value.byteLength;
  let bytes = 16;
  if (value instanceof Map) for (const [key, inner] of value) bytes += sizeOf(key) + sizeOf(inner);
  else if (value instanceof Set) for (const inner of value) bytes += sizeOf(inner);
  else for (const key of Object.keys(value)) bytes += key.length + sizeOf((value as Record<string, unknown>)[key]);
  return bytes;
}

class Copying {
  readonly #path: string;
  readonly #most: number;
  readonly #within: object[] = [];
  readonly #where: (string | number)[] = [];
  #bytes = 0;
  #deepest = 0;
  unfrozen = false;

  constructor(path: string, most: number) {
    this.#path = path;
    this.#most = most;
  }

  copy(value: unknown, depth: number): unknown {
    if (value === undefined || isSimple(value)) {
      this.#count(simpleSize(value));
      return value;
    }
    if (typeof value !== 'object') throw this.refused(`is a ${typeof value}`);
    const measure = frozen.get(value);
    if (measure !== undefined) return this.#asItIs(value, measure, depth);
    if (depth >= DEEPEST) throw this.refused(`is deeper than ${DEEPEST} levels`);
    if (this.#within.includes(value)) throw this.refused('holds itself');
    this.#deepest = Math.max(this.#deepest, depth);
    this.#within.push(value);
    const copy = this.#copied(value, depth);
    this.#within.pop();
    return copy;
  }

  #asItIs(value: object, { bytes, depth: below }: Measure, depth: number): object {
    if (depth + below >= DEEPEST) throw this.refused(`is deeper than ${DEEPEST} levels`);
    this.#deepest = Math.max(this.#deepest, depth + below);
    this.#count(bytes);
    return value;
  }

  #copied(value: object, depth: number): object {
    if (Array.isArray(value)) return this.#frozen(depth, () => this.#list(value, depth));
    if (isPlain(value)) return this.#frozen(depth, () => this.#fields(value, depth));
    return this.#special(value, depth) ?? this.#refuse(value);
  }

  /** Freezes a new object, and remembers its size if everything in it is frozen. */
  #frozen(depth: number, make: () => object): object {
    const { unfrozen } = this;
    const bytes = this.#bytes;
    const deepest = this.#deepest;
    this.unfrozen = false;
    this.#deepest = depth;
    const made = Object.freeze(make());
    if (!this.unfrozen) frozen.set(made, { bytes: this.#bytes - bytes + 16, depth: this.#deepest - depth });
    this.#count(16);
    this.unfrozen ||= unfrozen;
    this.#deepest = Math.max(this.#deepest, deepest);
    return made;
  }

  #list(list: readonly unknown[], depth: number): unknown[] {
    const { length } = list;
    this.#count(length * 8);
    const copy: unknown[] = [];
    for (let at = 0; at < length; at++) copy.push(this.#inner(at, list[at], depth));
    return copy;
  }

  #fields(fields: object, depth: number): object {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(fields)) {
      this.#count(key.length);
      const value = this.#inner(key, (fields as Record<string, unknown>)[key], depth);
      // Makes an own field, and does not set the prototype.
      if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true });
      else copy[key] = value;
    }
    return copy;
  }

  #inner(at: string | number, value: unknown, depth: number): unknown {
    this.#where.push(at);
    const copy = this.copy(value, depth + 1);
    this.#where.pop();
    return copy;
  }

  /** Copies an object that is neither a list nor a plain object. */
  #special(value: object, depth: number): object | undefined {
    if (types.isSharedArrayBuffer(value)) return value;
    if (ArrayBuffer.isView(value)) return this.#view(value);
    this.unfrozen = true;
    if (types.isArrayBuffer(value)) return this.#bytesOf(value);
    if (types.isDate(value)) return new Date(Date.prototype.getTime.call(value));
    if (types.isMap(value)) {
      const entries: [unknown, unknown][] = [];
      Map.prototype.forEach.call(value, (inner, key) => {
        entries.push([this.#inner('a key', key, depth), this.#inner(plainText(key), inner, depth)]);
      });
      return new Map(entries);
    }
    if (types.isSet(value)) {
      const members: unknown[] = [];
      Set.prototype.forEach.call(value, (inner) => members.push(this.#inner('a member', inner, depth)));
      return new Set(members);
    }
    return undefined;
  }

  #bytesOf(buffer: ArrayBuffer): ArrayBuffer {
    this.#count(buffer.byteLength);
    return ArrayBuffer.prototype.slice.call(buffer, 0);
  }

  /**
   * Copies only the bytes of the view, and does not copy a SharedArrayBuffer. A subclass of a typed array becomes the
   * typed array.
   */
  #view(view: ArrayBufferView): object {
    const made = viewClass(view);
    const { buffer, byteOffset, byteLength } = view;
    const length = byteLength / (made.BYTES_PER_ELEMENT ?? 1);
    if (types.isSharedArrayBuffer(buffer)) return new made(buffer, byteOffset, length);
    this.unfrozen = true;
    this.#count(byteLength);
    return new made(ArrayBuffer.prototype.slice.call(buffer, byteOffset, byteOffset + byteLength), 0, length);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#most) throw tooLarge(this.#path, this.#most);
  }

  #refuse(value: object): never {
    const { constructor } = value as { readonly constructor?: unknown };
    const name = typeof constructor === 'function' ? plainText(constructor.name) : '';
    throw this.refused(name === '' ? 'is not a plain object' : `is of the class ${name}`);
  }

  refused(problem: string, cause?: unknown): TaskTonicError {
    const where = this.#where.map((at) => (typeof at === 'number' ? `[${at}]` : `.${at}`)).join('');
    return fail('TT_STORE_VALUE', { path: JSON.stringify(this.#path), problem: `value${where} ${problem}` }, cause);
  }
}

function tooLarge(path: string, most: number): TaskTonicError {
  return fail('TT_STORE_VALUE', {
    path: JSON.stringify(path),
    problem: `it has more than ${most} bytes ("valueBytes")`,
  });
}

type ViewClass = {
  new (buffer: ArrayBuffer | SharedArrayBuffer, offset: number, length: number): ArrayBufferView;
  readonly BYTES_PER_ELEMENT?: number;
};

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = Object.getOwnPropertyDescriptor(TYPED_ARRAY, Symbol.toStringTag)!.get!;

function viewClass(view: ArrayBufferView): ViewClass {
  const name = tagOf.call(view) as string | undefined;
  return name === undefined ? DataView : ((globalThis as Record<string, unknown>)[name] as ViewClass);
}

/** Also for objects of another realm. */
function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value) as object | null;
  if (proto === null || proto === Object.prototype) return true;
  return Object.getPrototypeOf(proto) === null && Object.hasOwn(proto, 'isPrototypeOf');
}
