import { nodeUtil } from '../../core/lazy-node.js';
import type { Transferable } from 'node:worker_threads';
import { callableRef } from './callables.js';
import { errorRef, fieldsOf } from './errors.js';
import { NotSendable, copyLeaf, define, isBuffer, isSimple, lostClass, noSymbol, refusal, textOf } from './leaves.js';
import { TransferList } from './transfer-list.js';
import type { Step } from './path.js';
import type { ErrorRef, Exporter, Ref, Refs } from './refs.js';
import { Transfer } from './transfer.js';

const { types } = nodeUtil();

/** A value that is deeper, or has more objects, may contain circles: it is copied in the slow way. */
const DEEPEST_TREE = 10;
const LARGEST_TREE = 100_000;
/** The deepest value that can be sent: copying needs stack on both sides. */
const DEEPEST = 500;
/** Thrown and caught inside of {@link Copier.copy}. */
const NO_TREE = Symbol('parts that hold each other, or nearly');

/**
 * Copies an argument as it is at the call. What is not data is left out, and noted in {@link refs} together with the
 * copy that must contain it.
 *
 * First plain data is copied as a tree, without noting its parts, which is fast. If it is no tree (it contains a Map, a
 * Set, an error or a circle), it is copied again with a note of each part, so that each part is copied once.
 */
export class Copier {
  /** What was left out; `undefined` if nothing was. */
  refs: Refs | undefined;
  /** Copied bytes that are transferred with the message. */
  readonly moved: Transferable[] = [];
  /** Values that are transferred when everything else was copied. */
  readonly moves = new TransferList();
  readonly #exporter: Exporter;
  /** The path of the value that is being copied: the index of its argument, and the steps from there. */
  #path: Step[] = [];
  /** How many more objects a tree may have. */
  #left = 0;
  /** The copies of all parts; only if the value is no tree. */
  #seen: Map<object, unknown> | undefined;
  /**
   * The errors in the value. Their fields are copied at the end, and parts that cannot be sent become texts: an error
   * can always be sent.
   */
  readonly #errors = new Map<Error, ErrorRef>();
  #lenient = false;
  /** The values that are transferred within the value that is being copied. */
  #movable: readonly unknown[] = [];

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  /** @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path of the part that cannot be sent. */
  copy(value: unknown, index: number): unknown {
    const [noted, moved, moves] = [this.refs?.length ?? 0, this.moved.length, this.moves.count];
    this.#begin(index);
    this.#left = LARGEST_TREE;
    try {
      return this.#copy(value, undefined);
    } catch (thrown) {
      if (thrown !== NO_TREE) throw this.#told(thrown);
    }
    this.drop(noted);
    this.moved.length = moved;
    this.moves.cut(moves);
    return this.#copyParts(value, index);
  }

  /** Removes the refs from some number on. */
  drop(noted: number): void {
    for (const [, , ref] of this.refs?.splice(noted) ?? []) this.#exporter.drop(ref);
  }

  /** Copies an argument whose parts may reference each other. */
  #copyParts(value: unknown, index: number): unknown {
    this.#begin(index);
    this.#seen = new Map();
    try {
      const copy = this.#copy(value, undefined);
      // At the end, so that a part does not become a text because an error contains it, too. More errors may be found
      // here.
      this.#lenient = true;
      for (const [error, ref] of this.#errors) {
        this.#begin(index);
        this.#copyFields(error, ref);
      }
      return copy;
    } catch (thrown) {
      throw this.#told(thrown);
    } finally {
      this.#seen = undefined;
      this.#errors.clear();
      this.#lenient = false;
    }
  }

  #begin(index: number): void {
    this.#path = [index];
    this.#movable = [];
  }

  #told(thrown: unknown): unknown {
    return thrown instanceof NotSendable ? refusal(this.#path, thrown) : thrown;
  }

  // ---- Any value. `holder` is the copy that will contain it; none for an argument. ----

  #copy(value: unknown, holder: object | undefined): unknown {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#copyObject(value, holder);
      case 'function':
        return this.#replace(this.#exporter.callbackRef(value as () => unknown), holder);
      case 'symbol':
        throw noSymbol();
      default:
        return value;
    }
  }

  #copyObject(value: object, holder: object | undefined): unknown {
    const known = this.#seen === undefined ? this.#countTree() : this.#seen.get(value);
    if (known !== undefined) return known;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#copyPlain(value as Record<string, unknown>);
    if (Array.isArray(value)) return this.#copyList(value, prototype);
    const callable = callableRef(value, this.#exporter);
    if (callable !== undefined) return this.#replace(callable, holder);
    if (value instanceof Transfer) return this.#move(value, holder);
    if (this.#movable.length > 0 && this.#isMovable(value)) return this.#replaceMoved(value, [], holder);
    return this.#copyTyped(value, prototype, holder);
  }

  #countTree(): undefined {
    if (this.#left-- <= 0 || this.#path.length > DEEPEST_TREE) throw NO_TREE;
  }

  // ---- Values with parts ----

  #copyPlain(value: Record<string, unknown>): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    this.#begins(value, copy);
    for (const key of Object.keys(value)) {
      const field = value[key];
      const copied = isSimple(field) ? field : this.#copyIn(copy, key, field);
      if (key === '__proto__') define(copy, key, copied);
      else copy[key] = copied;
    }
    return copy;
  }

  #copyList(value: readonly unknown[], prototype: object | null): unknown[] {
    if (prototype !== Array.prototype) throw lostClass(value);
    const copy: unknown[] = [];
    this.#begins(value, copy);
    // Not made with its length: Node sends such a list as one with holes, which is slower.
    for (let at = 0; at < value.length; at++) {
      const element = value[at];
      if (element === undefined && !(at in value)) return this.#copySparse(value, copy, at);
      copy.push(isSimple(element) ? element : this.#copyIn(copy, at, element));
    }
    return copy;
  }

  /** Copies a list with holes, from the first hole on, element by element. */
  #copySparse(value: readonly unknown[], copy: unknown[], from: number): unknown[] {
    copy.length = value.length;
    for (const key of Object.keys(value)) {
      const at = Number(key) >>> 0;
      if (String(at) === key && at >= from && at < value.length) copy[at] = this.#copyIn(copy, at, value[at]);
    }
    return copy;
  }

  #copyTyped(value: object, prototype: object | null, holder: object | undefined): unknown {
    const hasParts = types.isMap(value) || types.isSet(value) || value instanceof Error;
    if (hasParts && this.#seen === undefined) throw NO_TREE;
    if (types.isMap(value) && prototype === Map.prototype) return this.#copyMap(value);
    if (types.isSet(value) && prototype === Set.prototype) return this.#copySet(value);
    if (value instanceof Error) return this.#replaceError(value, holder);
    const copy = copyLeaf(value, this.moved);
    this.#begins(value, copy);
    if (isBuffer(value)) this.#note(undefined, '', { kind: 'buffer', bytes: copy as Uint8Array });
    return copy;
  }

  #copyMap(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.#begins(value, copy);
    let at = 0;
    for (const [key, held] of value) {
      const name = this.#copyIn(copy, { in: 'keys', at }, key);
      copy.set(name, this.#copyIn(copy, isSimple(key) ? { in: 'get', at: key } : { in: 'values', at }, held));
      at++;
    }
    return copy;
  }

  #copySet(value: ReadonlySet<unknown>): Set<unknown> {
    const copy = new Set();
    this.#begins(value, copy);
    let at = 0;
    for (const held of value) copy.add(this.#copyIn(copy, { in: 'values', at: at++ }, held));
    return copy;
  }

  #begins(value: object, copy: unknown): void {
    if (this.#seen === undefined) return;
    if (this.#path.length > DEEPEST)
      throw new NotSendable(`nested deeper than ${DEEPEST}`, 'give it as a list of its parts');
    this.#seen.set(value, copy);
  }

  #copyIn(holder: object, step: Step, value: unknown): unknown {
    this.#path.push(step);
    const copy = this.#lenient ? this.#copyOrText(value, holder) : this.#copy(value, holder);
    this.#path.pop();
    return copy;
  }

  // ---- Errors ----

  #replaceError(error: Error, holder: object | undefined): undefined {
    let ref = this.#errors.get(error);
    if (ref === undefined) ref = errorRef(error);
    this.#replace(ref, holder);
    this.#errors.set(error, ref);
  }

  #copyFields(error: Error, ref: ErrorRef): void {
    const { shown, hidden } = fieldsOf(error);
    ref.shown = shown.length;
    for (const key of [...shown, ...hidden]) {
      let field: unknown;
      try {
        field = (error as Error & Record<string, unknown>)[key];
      } catch (thrown) {
        field = textOf(() => thrown);
      }
      define(ref.fields, key, this.#copyIn(ref.fields, key, field));
    }
  }

  /** Copies a part of an error; a part that cannot be sent becomes a text. */
  #copyOrText(value: unknown, holder: object): unknown {
    const depth = this.#path.length;
    try {
      return this.#copy(value, holder);
    } catch {
      this.#path.length = depth;
      this.#seen!.delete(value as object);
      return textOf(() => value);
    }
  }

  // ---- Transferred values ----

  #move({ value, list }: Transfer, holder: object | undefined): unknown {
    // Within an error nothing is transferred, because the error must be sent in any case.
    if (this.#lenient) return this.#copy(value, holder);
    const own: unknown = ArrayBuffer.isView(value) ? value.buffer : value;
    if (list.length === 1 && list[0] === own) return this.#replaceMoved(value, list, holder);
    this.moves.add(undefined, list, undefined, [...this.#path]);
    const outer = this.#movable;
    this.#movable = list;
    const copy = this.#copy(value, holder);
    this.#movable = outer;
    return copy;
  }

  #isMovable(value: object): boolean {
    return this.#movable.includes(value) || (ArrayBuffer.isView(value) && this.#movable.includes(value.buffer));
  }

  #replaceMoved(value: unknown, list: readonly Transferable[], holder: object | undefined): undefined {
    const ref = { kind: 'moved', value: undefined, isBuffer: isBuffer(value as object) } as const;
    this.#replace(ref, holder);
    this.moves.add(value, list, ref, [...this.#path]);
  }

  // ---- Refs ----

  #replace(ref: Ref, holder: object | undefined): undefined {
    if (holder instanceof Map || holder instanceof Set) {
      this.#exporter.drop(ref);
      throw inMap(ref);
    }
    this.#note(holder, this.#path.at(-1) as string | number, ref);
  }

  #note(holder: object | undefined, key: string | number, ref: Ref): void {
    (this.refs ??= []).push([holder, key, ref]);
  }
}

/** The reason why it cannot be sent: a replacement cannot be put in its place in a Map or a Set. */
function inMap({ kind }: Ref): NotSendable {
  const what = kind === 'error' ? 'an error' : kind === 'moved' ? 'something to be moved' : 'something to call';
  return new NotSendable(`${what}, right in a Map or a Set`, 'put it in a field of a plain object, or in a list');
}
