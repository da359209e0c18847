import type { Transferable } from 'node:worker_threads';
import { Answer } from '../core/answer.js';
import { ERRORS, type ErrorCode, type ErrorDetails, TaskTonicError, fail } from '../core/errors.js';
import { ServiceHandle } from '../core/service-handle.js';
import { TonicRoot } from '../core/tonic-root.js';
import type { AnyTonic } from '../core/any-tonic.js';
import { RemoteTonic } from './remote-tonic.js';
import { Transfer } from './transfer.js';

/** A value that is deeper than this, or has more objects, is left to the structured clone, which knows circles and shared parts. */
const DEEPEST = 64;
const MOST_OBJECTS = 100_000;
const TANGLED = Symbol('a circle, or nearly');
/** Errors within errors that are packed as such; more are told of by their text: there may be circles. */
const MOST_CAUSES = 100;
/** Bytes of at least so many are moved to the other side once they are copied; of fewer, a second copy is cheaper. */
const MOVED_FROM = 4_096;

/** A thing that is not data: what stands for it on the way. */
export type Ref =
  | {
      readonly kind: 'tonic';
      readonly thread: number;
      readonly serial: number;
      readonly id: number;
      readonly name: string;
    }
  | { readonly kind: 'sparkle'; readonly of: Ref; readonly key: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'callback' | 'answer'; readonly serial: number }
  | { readonly kind: 'error'; readonly error: PackedError }
  | { readonly kind: 'buffer' };

interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its other own fields, `code` and `cause` among them. */
  readonly fields: readonly unknown[];
  readonly refs: Refs | undefined;
}

/** Where in the arguments of an order such a thing is: the keys on the way to it. */
export type Refs = (readonly [path: readonly (string | number)[], ref: Ref])[];

/** What a packer needs of its side: numbers for what is to be called back. */
export interface Exporter {
  tonicRef(tonic: AnyTonic | RemoteTonic): Ref;
  callbackRef(callback: (...args: unknown[]) => unknown): Ref;
  answerRef(answer: Answer<unknown>): Ref;
  /** What was numbered does not leave after all. */
  drop(ref: Ref): void;
}

/** What an unpacker needs of its side: things to call for those numbers. */
export interface Importer {
  tonicOf(ref: Extract<Ref, { kind: 'tonic' }>): unknown;
  sparkleOf(of: unknown, key: string): unknown;
  callbackOf(serial: number): unknown;
  serviceOf(name: string): unknown;
  answerOf(serial: number): Answer<unknown>;
}

/**
 * Copies the arguments of an order as they are at the call. Plain data is copied here, so that many orders can travel in one message;
 * what only the structured clone can copy is cloned here, too; what is no data is replaced, and noted in {@link refs}.
 */
export class Packer {
  /** What was replaced; `undefined` where nothing was. */
  refs: Refs | undefined;
  /** What is moved with the message. */
  readonly moved: Transferable[] = [];
  readonly #exporter: Exporter;
  #path: (string | number)[] = [];
  /** How many objects may still be copied here. */
  #left = 0;
  /** How many errors within errors may still be packed, and how deep it is in some now. */
  #causes = 0;
  #errors = 0;

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  /** Begins a new order. */
  begin(): void {
    this.refs = undefined;
    if (this.moved.length > 0) this.moved.length = 0;
  }

  /**
   * Copies one argument.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path to what can't cross.
   */
  pack(value: unknown, index: number): unknown {
    if (typeof value !== 'object' ? typeof value !== 'function' && typeof value !== 'symbol' : value === null)
      return value;
    this.#path = [index];
    this.#left = MOST_OBJECTS;
    this.#causes = MOST_CAUSES;
    this.#errors = 0;
    const noted = this.refs?.length ?? 0;
    try {
      return this.#copy(value);
    } catch (thrown) {
      if (thrown !== TANGLED) throw thrown;
      this.#dropFrom(noted);
      this.#path = [index];
      return this.#clone(value as object);
    }
  }

  /** The order that was begun is refused: nothing of it leaves. */
  dropAll(): void {
    this.#dropFrom(0);
  }

  #dropFrom(noted: number): void {
    for (const [, ref] of this.refs?.splice(noted) ?? []) this.#exporter.drop(ref);
  }

  #copy(value: unknown): unknown {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#copyObject(value);
      case 'function':
        return this.#replace(this.#exporter.callbackRef(value as () => unknown));
      case 'symbol':
        throw this.#refusal('a symbol', 'give a text instead');
      default:
        return value;
    }
  }

  #copyObject(value: object): unknown {
    // No error: it does not leave pack().
    if (this.#path.length > DEEPEST || this.#left-- <= 0) throw TANGLED;
    if (Array.isArray(value)) return this.#copyArray(value);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#copyPlain(value as Record<string, unknown>);
    if (value instanceof TonicRoot || value instanceof RemoteTonic)
      return this.#replace(this.#exporter.tonicRef(value as AnyTonic | RemoteTonic));
    if (value instanceof ServiceHandle) return this.#replace({ kind: 'service', name: value.name });
    if (value instanceof Answer) return this.#replace(this.#exporter.answerRef(value));
    if (value instanceof Error) return this.#replace({ kind: 'error', error: this.#packError(value) });
    if (value instanceof Transfer) return this.#move(value);
    if (ArrayBuffer.isView(value)) return this.#copyView(value);
    return this.#clone(value);
  }

  #copyPlain(value: Record<string, unknown>): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const field = value[key];
      const copied = isSimple(field) ? field : this.#copyIn(key, field);
      if (key === '__proto__') define(copy, key, copied);
      else copy[key] = copied;
    }
    return copy;
  }

  #copyArray(value: readonly unknown[]): unknown[] {
    const copy = new Array<unknown>(value.length);
    for (let at = 0; at < value.length; at++) {
      const element = value[at];
      copy[at] = isSimple(element) ? element : this.#copyIn(at, element);
    }
    return copy;
  }

  #copyIn(key: string | number, value: unknown): unknown {
    this.#path.push(key);
    const copy = this.#copy(value);
    this.#path.pop();
    return copy;
  }

  /** Bytes, with their own memory: a view of a large buffer does not carry all of that. */
  #copyView(view: ArrayBufferView): unknown {
    if (view.buffer instanceof SharedArrayBuffer) {
      if (Buffer.isBuffer(view)) this.#note({ kind: 'buffer' });
      return view;
    }
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() as Uint8Array<ArrayBuffer>;
    } catch (thrown) {
      throw this.#refusal('bytes that were moved away', 'give them once', thrown);
    }
    if (bytes.length >= MOVED_FROM) this.moved.push(bytes.buffer);
    if (Buffer.isBuffer(view)) {
      this.#note({ kind: 'buffer' });
      return bytes;
    }
    if (view instanceof Uint8Array) return bytes;
    if (view instanceof DataView) return new DataView(bytes.buffer);
    const View = view.constructor as new (buffer: ArrayBuffer) => unknown;
    return new View(bytes.buffer);
  }

  #clone(value: object): unknown {
    if (value instanceof SharedArrayBuffer) return value;
    try {
      if (isClass(value)) throw new TypeError(`it is a ${nameOf(value)}, and would lose its class`);
      return structuredClone(value);
    } catch (thrown) {
      throw this.#refusal(`a ${nameOf(value)}`, 'give plain data, a Remote, or transfer(...)', thrown);
    }
  }

  #move({ value, list }: Transfer): unknown {
    try {
      // At once: the message itself may leave later.
      const [moved, movedList] = structuredClone([value, list] as const, { transfer: [...list] as never });
      this.moved.push(...movedList);
      if (Buffer.isBuffer(value)) this.#note({ kind: 'buffer' });
      return moved;
    } catch (thrown) {
      throw this.#refusal('a transfer of what cannot be moved', 'give what is transferable, and once', thrown);
    }
  }

  #packError(error: Error): PackedError {
    // No error: one that has it as a field takes its text.
    if (this.#errors > 0 && this.#causes-- <= 0) throw TANGLED;
    this.#errors++;
    // Its fields are packed as an order of their own: their paths begin at them.
    const [refs, path] = [this.refs, this.#path];
    this.refs = undefined;
    const keys = [...new Set([...Object.keys(error), 'code', 'errors', 'cause'])].filter((key) => key in error);
    const fields: unknown[] = [];
    for (const key of keys) {
      if (key === 'name' || key === 'message' || key === 'stack') continue;
      const noted: number = (this.refs as Refs | undefined)?.length ?? 0;
      this.#path = [fields.length + 1];
      try {
        const field = (error as unknown as Record<string, unknown>)[key];
        fields.push(key, this.#copy(field));
      } catch {
        // An error is to be told of even where one of its fields can't cross.
        this.#dropFrom(noted);
        fields.push(
          key,
          textOf(() => (error as unknown as Record<string, unknown>)[key]),
        );
      }
    }
    const [name, message] = [textOf(() => error.name), textOf(() => error.message)];
    const stack = error.stack === undefined ? undefined : textOf(() => error.stack);
    const packed = { name, message, stack, fields, refs: this.refs };
    [this.refs, this.#path] = [refs, path];
    this.#errors--;
    return packed;
  }

  #replace(ref: Ref): undefined {
    this.#note(ref);
    return undefined;
  }

  #note(ref: Ref): void {
    (this.refs ??= []).push([[...this.#path], ref]);
  }

  #refusal(what: string, remedy: string, cause?: unknown): Error {
    const [index, ...rest] = this.#path;
    const path = `args[${index}]${rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`;
    return fail('TT_NOT_TRANSFERABLE', { path, what, remedy }, cause);
  }
}

/** Puts things to call in the places of what was replaced. */
export function unpack(args: unknown[], refs: Refs, importer: Importer): void {
  for (const [path, ref] of refs) {
    let holder = args as unknown as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
    const last = path.at(-1)!;
    // Not by assignment, which a key such as "__proto__" would turn into something else.
    const value = unpackRef(ref, holder[last], importer);
    define(holder, last, value);
  }
}

function unpackRef(ref: Ref, value: unknown, importer: Importer): unknown {
  switch (ref.kind) {
    case 'tonic':
      return importer.tonicOf(ref);
    case 'sparkle':
      return importer.sparkleOf(unpackRef(ref.of, undefined, importer), ref.key);
    case 'callback':
      return importer.callbackOf(ref.serial);
    case 'service':
      return importer.serviceOf(ref.name);
    case 'answer':
      return importer.answerOf(ref.serial);
    case 'error':
      return unpackError(ref.error, importer);
    case 'buffer': {
      const { buffer, byteOffset, byteLength } = value as Uint8Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    }
  }
}

const ERROR_CLASSES = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function unpackError({ name, message, stack, fields, refs }: PackedError, importer: Importer): Error {
  const all = [...fields];
  if (refs !== undefined) unpack(all, refs, importer);
  const error = newError(name, message, all);
  const hide = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  };
  if (error.name !== name) hide('name', name);
  hide('stack', stack);
  for (let at = 0; at < all.length; at += 2) {
    const key = all[at] as string;
    if (error instanceof TaskTonicError && key !== 'cause') continue;
    if (key === 'cause') hide(key, all[at + 1]);
    else
      Object.defineProperty(error, key, { value: all[at + 1], writable: true, configurable: true, enumerable: true });
  }
  return error;
}

/** An error of the class that it had, where that is Node's or ours. */
function newError(name: string, message: string, fields: readonly unknown[]): Error {
  const field = (key: string): unknown => {
    for (let at = 0; at < fields.length; at += 2) if (fields[at] === key) return fields[at + 1];
    return undefined;
  };
  const code = field('code') as ErrorCode;
  if (name === 'TaskTonicError' && Object.hasOwn(ERRORS, code))
    return new TaskTonicError(code, field('details') as ErrorDetails);
  const ErrorClass = Object.hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name as keyof typeof ERROR_CLASSES] : Error;
  return new ErrorClass(message);
}

/** Not by assignment, which a key such as "__proto__" would turn into something else. */
function define(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The text of anything, whatever it does when it is asked. */
function textOf(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'something without a text';
  }
}

function isSimple(value: unknown): boolean {
  const kind = typeof value;
  return kind === 'object' ? value === null : kind !== 'function' && kind !== 'symbol';
}

/** Whether it is an instance of somebody's class: the structured clone would silently make plain data of it. */
function isClass(value: object): boolean {
  const constructor = (value as { constructor?: unknown }).constructor;
  if (typeof constructor !== 'function' || Array.isArray(value)) return false;
  return constructor !== Object && !CLONEABLE.has(constructor.name);
}

/** What the structured clone of Node copies and is no plain data (https://nodejs.org/api/worker_threads.html). */
const CLONEABLE: ReadonlySet<string> = new Set([
  'Map', 'Set', 'Date', 'RegExp', 'ArrayBuffer', 'Boolean', 'Number', 'String', 'BigInt', 'Blob', 'File', 'KeyObject', 'PublicKeyObject',
  'PrivateKeyObject', 'SecretKeyObject', 'X509Certificate', 'CryptoKey', 'BlockList', 'SocketAddress', 'Histogram', 'RecordableHistogram',
]); // prettier-ignore

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'thing without a class';
}
