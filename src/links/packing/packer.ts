import type { Transferable } from 'node:worker_threads';
import { types } from 'node:util';
import { fail } from '../../core/errors.js';
import { callableRef } from './callables.js';
import { Uncrossable, copyLeaf, define, isBuffer, isSimple, lostClass, noSymbol } from './leaves.js';
import { Moves } from './moves.js';
import type { Exporter, Ref, Refs } from './refs.js';
import { UncrossableAt, packTangle } from './tangle.js';
import { Transfer } from './transfer.js';

/** Plain data that is so deep, or has more objects, may be a circle: it is packed as a tangle, as what surely is one. */
const DEEPEST = 64;
/** At each so many steps down it is looked whether it is one: what is less deep pays nothing for that. A power of two. */
const LOOK = 8;
const MOST_OBJECTS = 100_000;
/** Nor are a list's holes copied one by one where it has more of them; a long list is looked at before memory is taken for it. */
const MOST_HOLES = 1_024;
const LONG = 32_768;
const SAMPLES = 16;
/** No error: it does not leave pack(). */
const TANGLED = Symbol('parts that hold each other, or nearly');

/**
 * Copies the arguments of an order as they are at the call. Plain data is copied here, so that many orders can travel in one message;
 * what is no data is replaced, and noted in {@link refs}.
 *
 * There are two ways. The quick one takes plain data for a tree, and notes nothing of what it has seen but bytes and the like. Where
 * it finds that the argument is none (a Map, a Set, an error, a circle, bytes in two places), the argument is packed once more, as a
 * {@link Tangle}, in which each part is known.
 */
export class Packer {
  /** What was replaced; `undefined` where nothing was. */
  refs: Refs | undefined;
  /** What is moved with the message. */
  readonly moved: Transferable[] = [];
  readonly #exporter: Exporter;
  readonly #moves = new Moves();
  /** The argument, and the way to what is copied now: its place in the list of arguments, and the keys from there. */
  #whole: unknown;
  #path: (string | number)[] = [];
  /** How many objects may still be copied here. */
  #left = 0;
  /** Bytes and the like that were met in this argument: mostly one at most. */
  #leaf: object | undefined;
  #leaves: Set<object> | undefined;

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  /**
   * Copies the arguments of an order, in their list. What is to be moved is moved when all of it can leave.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path to what can't cross: nothing was moved, nothing leaves.
   */
  packAll(args: unknown[]): void {
    this.begin();
    let at = 0;
    while (at < args.length && isSimple(args[at])) at++;
    if (at === args.length) return;
    try {
      for (; at < args.length; at++) args[at] = this.pack(args[at], at);
      if (this.#moves.count > 0) this.commit();
    } catch (thrown) {
      this.dropAll();
      throw thrown;
    }
  }

  /** Begins a new order. */
  begin(): void {
    this.refs = undefined;
    if (this.moved.length > 0) this.moved.length = 0;
    if (this.#moves.count > 0) this.#moves.cut(0);
  }

  /**
   * Copies one argument.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path to what can't cross.
   */
  pack(value: unknown, index: number): unknown {
    if (typeof value !== 'object' ? typeof value !== 'function' && typeof value !== 'symbol' : value === null)
      return value;
    this.#whole = value;
    this.#path = [index];
    this.#left = MOST_OBJECTS;
    const [noted, moved, moves] = [this.refs?.length ?? 0, this.moved.length, this.#moves.count];
    try {
      return this.#copy(value);
    } catch (thrown) {
      if (thrown instanceof Uncrossable) throw refusal(pathText(this.#path), thrown);
      if (thrown !== TANGLED) throw thrown;
      this.#dropFrom(noted);
      this.moved.length = moved;
      this.#moves.cut(moves);
      return this.#packTangle(value as object, index);
    } finally {
      this.#whole = this.#leaf = this.#leaves = undefined;
    }
  }

  /**
   * Moves what was given to be moved: all, or nothing.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`
   */
  commit(): void {
    try {
      this.moved.push(...this.#moves.commit());
    } catch (thrown) {
      const { path, why } = this.#moves.refusedBy(thrown);
      throw refusal(path, why);
    }
  }

  /**
   * Looks whether {@link commit} will go well.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`
   */
  checkMoves(): void {
    const refused = this.#moves.refused();
    if (refused !== undefined) throw refusal(refused.path, refused.why);
  }

  /** The order that was begun is refused: nothing of it leaves. */
  dropAll(): void {
    this.#dropFrom(0);
  }

  #dropFrom(noted: number): void {
    for (const [, ref] of this.refs?.splice(noted) ?? []) {
      if (ref.kind === 'tangle') for (const inner of ref.tangle.refs) this.#exporter.drop(inner);
      else this.#exporter.drop(ref);
    }
  }

  #packTangle(value: object, index: number): undefined {
    this.#path = [index];
    try {
      this.#replace({ kind: 'tangle', tangle: packTangle(value, index, this.#exporter, this.#moves, this.moved) });
    } catch (thrown) {
      throw thrown instanceof UncrossableAt ? refusal(thrown.path, thrown.why) : thrown;
    }
  }

  #copy(value: unknown): unknown {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#copyObject(value);
      case 'function':
        return this.#replace(this.#exporter.callbackRef(value as () => unknown));
      case 'symbol':
        throw noSymbol();
      default:
        return value;
    }
  }

  #copyObject(value: object): unknown {
    const depth = this.#path.length;
    if ((depth & (LOOK - 1)) === 0 && (depth >= DEEPEST || this.#holdsItself(value))) throw TANGLED;
    if (this.#left-- <= 0) throw TANGLED;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#copyPlain(value as Record<string, unknown>);
    if (Array.isArray(value)) return this.#copyArray(value, prototype);
    const callable = callableRef(value, this.#exporter);
    if (callable !== undefined) return this.#replace(callable);
    if (types.isMap(value) || types.isSet(value) || value instanceof Error || this.#seenBefore(value)) throw TANGLED;
    if (value instanceof Transfer) return this.#move(value);
    const copy = copyLeaf(value, this.moved);
    if (isBuffer(value)) this.#note({ kind: 'buffer' });
    return copy;
  }

  /** Whether the way to something leads through it. */
  #holdsItself(value: object): boolean {
    let at = this.#whole as Record<string | number, unknown> | undefined;
    for (let step = 1; step < this.#path.length; step++) {
      if (at === value) return true;
      at = at?.[this.#path[step]!] as typeof at;
    }
    return false;
  }

  /** Whether bytes or the like were met before in this argument: a second copy of them would be one too many. */
  #seenBefore(leaf: object): boolean {
    if (this.#leaf === undefined) {
      this.#leaf = leaf;
      return false;
    }
    const leaves = (this.#leaves ??= new Set([this.#leaf]));
    return leaves.size === leaves.add(leaf).size;
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

  #copyArray(value: readonly unknown[], prototype: object): unknown[] {
    if (prototype !== Array.prototype) throw lostClass(value);
    if (value.length > LONG && isSparse(value)) throw TANGLED;
    const copy = new Array<unknown>(value.length);
    let holes = 0;
    for (let at = 0; at < value.length; at++) {
      const element = value[at];
      if (element === undefined && !(at in value)) {
        if (++holes > MOST_HOLES) throw TANGLED;
      } else copy[at] = isSimple(element) ? element : this.#copyIn(at, element);
    }
    return copy;
  }

  #copyIn(key: string | number, value: unknown): unknown {
    this.#path.push(key);
    const copy = this.#copy(value);
    this.#path.pop();
    return copy;
  }

  /** One thing that is moved as a whole; parts of something are told from the rest in a tangle. */
  #move({ value, list }: Transfer): unknown {
    const own: unknown = ArrayBuffer.isView(value) ? value.buffer : value;
    if (list.length !== 1 || list[0] !== own) throw TANGLED;
    const ref = { kind: 'moved', value: undefined, isBuffer: isBuffer(value as object) } as const;
    const path = [...this.#path];
    this.#moves.add(value, list, ref, () => pathText(path));
    return this.#replace(ref);
  }

  #replace(ref: Ref): undefined {
    this.#note(ref);
    return undefined;
  }

  #note(ref: Ref): void {
    (this.refs ??= []).push([[...this.#path], ref]);
  }
}

/** Whether a long list is mostly holes, as far as a few looks tell. */
function isSparse(list: readonly unknown[]): boolean {
  let holes = 0;
  for (let n = 0; n < SAMPLES; n++) if (!(Math.floor((n * list.length) / SAMPLES) in list)) holes++;
  return holes > SAMPLES / 2;
}

function pathText([index, ...rest]: readonly (string | number)[]): string {
  return `args[${index}]${rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`;
}

function refusal(path: string, { what, remedy, cause }: Uncrossable): Error {
  return fail('TT_NOT_TRANSFERABLE', { path, what, remedy }, cause);
}
