import { nodeUtil } from '../../core/lazy-node.js';
import type { Transferable } from 'node:worker_threads';
import { fail } from '../../core/errors.js';
import { type Step, pathText } from './path.js';

const { types } = nodeUtil();

/** From this size on, copied bytes are transferred; below it, copying them a second time is faster. */
const MOVED_FROM = 4_096;

/** The reason why a value cannot be sent. The packer knows its path, and makes an error of both. */
export class NotSendable {
  constructor(
    readonly what: string,
    readonly remedy: string,
    readonly cause?: unknown,
  ) {}
}

/** The error for a value that cannot be sent, with its path. */
export function refusal(path: readonly Step[], { what, remedy, cause }: NotSendable): Error {
  return fail('TT_NOT_TRANSFERABLE', { path: pathText(path), what, remedy }, cause);
}

/** Whether it is a simple value, which needs no copy. */
export function isSimple(value: unknown): boolean {
  const kind = typeof value;
  return kind === 'object' ? value === null : kind !== 'function' && kind !== 'symbol';
}

/** Whether it is a Buffer, so that it can be made a Buffer again on the other side. */
export function isBuffer(value: object): boolean {
  return Buffer.isBuffer(value);
}

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;

/** The classes of views, by their prototypes; subclasses are not among them. */
const VIEWS: ReadonlyMap<unknown, ViewClass> = new Map(
  [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
    BigInt64Array, BigUint64Array, DataView, (globalThis as { Float16Array?: ViewClass }).Float16Array,
  ].flatMap((View) => (View === undefined ? [] : [[View.prototype, View as ViewClass]])),
); // prettier-ignore

/**
 * Copies an object without parts. Bytes get memory of their own, so a view of a large buffer does not send all of that
 * buffer. A Buffer is copied as a Uint8Array.
 *
 * @param moved takes large memory, so that the message does not copy it again.
 * @throws {NotSendable}
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
    throw new NotSendable('bytes that were moved away', 'give them once', thrown);
  }
  if (bytes.length >= MOVED_FROM) moved.push(bytes.buffer);
  return View === Uint8Array ? bytes : new View(bytes.buffer);
}

/** Copies by structured clone. It turns an instance of a user's class into plain data, which is refused. */
function clone(value: object): unknown {
  let copy: object;
  try {
    copy = structuredClone(value);
  } catch (thrown) {
    throw lostClass(value, thrown);
  }
  const [had, has] = [value, copy].map((one) => Object.getPrototypeOf(one) as object | null);
  // Copies of some classes of Node, such as BlockList, have another prototype.
  if (had !== has && (has === Object.prototype || nameOf(copy) !== nameOf(value))) throw lostClass(value);
  return copy;
}

/** The refusal of an instance of a class, which would lose its class on the other side. */
export function lostClass(value: object, cause?: unknown): NotSendable {
  return new NotSendable(
    `a ${nameOf(value)}`,
    'give plain data, a Remote, or transfer(...)',
    cause ?? new TypeError(`it is a ${nameOf(value)}, and would lose its class`),
  );
}

/** The refusal of a symbol, which cannot be sent. */
export function noSymbol(): NotSendable {
  return new NotSendable('a symbol', 'give a text instead');
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'thing without a class';
}

/** Defines a field. An assignment would not do this for a key such as "__proto__". */
export function define(holder: object, key: string | number, value: unknown, enumerable = true): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable, configurable: true });
}

/** The text of a value, even if reading it throws. */
export function textOf(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'something without a text';
  }
}
