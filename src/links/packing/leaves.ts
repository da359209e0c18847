import { nodeUtil } from '../../core/lazy-node.js';
import type { Transferable } from 'node:worker_threads';
import { fail } from '../../core/errors.js';
import { type Step, pathText } from './path.js';

const { types } = nodeUtil();

/** Bytes of at least so many are moved to the other side once they are copied; of fewer, a second copy is cheaper. */
const MOVED_FROM = 4_096;

/** Why something cannot cross: the packer, which knows where it is, makes an error of it. */
export class Uncrossable {
  constructor(
    readonly what: string,
    readonly remedy: string,
    readonly cause?: unknown,
  ) {}
}

/** The same, told with the place. */
export function refusal(path: readonly Step[], { what, remedy, cause }: Uncrossable): Error {
  return fail('TT_NOT_TRANSFERABLE', { path: pathText(path), what, remedy }, cause);
}

/** Whether it has no parts and is copied by being given. */
export function isSimple(value: unknown): boolean {
  const kind = typeof value;
  return kind === 'object' ? value === null : kind !== 'function' && kind !== 'symbol';
}

/** Whether it has its bytes as a Buffer has them: as such they arrive over there. */
export function isBuffer(value: object): boolean {
  return Buffer.isBuffer(value);
}

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;

/** The kinds of views, by their prototypes: a class of somebody's own is not among them. */
const VIEWS: ReadonlyMap<unknown, ViewClass> = new Map(
  [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
    BigInt64Array, BigUint64Array, DataView, (globalThis as { Float16Array?: ViewClass }).Float16Array,
  ].flatMap((View) => (View === undefined ? [] : [[View.prototype, View as ViewClass]])),
); // prettier-ignore

/**
 * Copies what has no parts that could hold something to call. Bytes get memory of their own: a view of a large buffer does not carry
 * all of that. A Buffer's are a Uint8Array.
 *
 * @param moved takes the memory of many bytes, so that the message does not copy it again.
 * @throws {Uncrossable}
 */
export function copyLeaf(value: object, moved: Transferable[]): unknown {
  if (types.isDate(value) && Object.getPrototypeOf(value) === Date.prototype) return new Date(value.getTime());
  if (ArrayBuffer.isView(value)) return copyView(value, moved);
  if (value instanceof SharedArrayBuffer) return value;
  return clone(value);
}

function copyView(view: ArrayBufferView, moved: Transferable[]): unknown {
  const View = Buffer.isBuffer(view) ? Uint8Array : VIEWS.get(Object.getPrototypeOf(view));
  if (View === undefined) throw lostClass(view);
  if (view.buffer instanceof SharedArrayBuffer) return view;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() as Uint8Array<ArrayBuffer>;
  } catch (thrown) {
    throw new Uncrossable('bytes that were moved away', 'give them once', thrown);
  }
  if (bytes.length >= MOVED_FROM) moved.push(bytes.buffer);
  return View === Uint8Array ? bytes : new View(bytes.buffer);
}

/** What only the structured clone can copy: it makes plain data of somebody's class, which is not what was given. */
function clone(value: object): unknown {
  let copy: object;
  try {
    copy = structuredClone(value);
  } catch (thrown) {
    throw lostClass(value, thrown);
  }
  const [had, has] = [value, copy].map((one) => Object.getPrototypeOf(one) as object | null);
  // The copy of some classes of Node's, such as BlockList, has a prototype of its own.
  if (had !== has && (has === Object.prototype || nameOf(copy) !== nameOf(value))) throw lostClass(value);
  return copy;
}

/** Something with a class, which would not be one over there. */
export function lostClass(value: object, cause?: unknown): Uncrossable {
  return new Uncrossable(
    `a ${nameOf(value)}`,
    'give plain data, a Remote, or transfer(...)',
    cause ?? new TypeError(`it is a ${nameOf(value)}, and would lose its class`),
  );
}

/** Something that no thread can give to another one. */
export function noSymbol(): Uncrossable {
  return new Uncrossable('a symbol', 'give a text instead');
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'thing without a class';
}

/** Sets a field, not by assignment, which a key such as "__proto__" would turn into something else. */
export function define(holder: object, key: string | number, value: unknown, enumerable = true): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable, configurable: true });
}

/** The text of anything, whatever it does when it is asked. */
export function textOf(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'something without a text';
  }
}
