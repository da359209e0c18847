import { types } from 'node:util';
import type { Transferable } from 'node:worker_threads';
import { callableRef } from './callables.js';
import { Uncrossable, copyLeaf, isBuffer, isSimple, lostClass, noSymbol, textOf } from './leaves.js';
import type { Moves } from './moves.js';
import { BYTES, ERROR, type Exporter, LEAF, LIST, MAP, OBJECT, PART, REF, type Ref, SET, SPARSE, type Tangle } from './refs.js'; // prettier-ignore
import { Transfer } from './transfer.js';

/** Steps of a path that are told at each end of a long one. */
const TOLD = 20;

/** Packs a value whose parts hold each other. */
export function packTangle(
  value: object,
  index: number,
  exporter: Exporter,
  moves: Moves,
  moved: Transferable[],
): Tangle {
  return new Tangler(value, index, exporter, moves, moved).pack();
}

/** Something cannot cross, and here it is. */
export class UncrossableAt {
  constructor(
    readonly path: string,
    readonly why: Uncrossable,
  ) {}
}

/**
 * Takes a value apart, one part after the other and each once, so that neither a circle nor any depth matters.
 *
 * What only errors hold is looked at last, and leniently: an error is to be told of even where a part of it cannot cross, which then
 * is a text. What something else holds as well has been looked at by then.
 */
class Tangler {
  readonly #exporter: Exporter;
  readonly #moves: Moves;
  readonly #moved: Transferable[];
  readonly #index: number;
  /** The parts by their numbers, and the numbers. The first one is a list of the value. */
  readonly #parts: unknown[] = [];
  readonly #numbers = new Map<unknown, number>();
  /** Of each part: the one that it was found in, and at which place of the tape. */
  readonly #holders = [0];
  readonly #places = [0];
  readonly #heads: number[] = [];
  readonly #tape: unknown[] = [];
  readonly #links: number[] = [];
  readonly #refs: Ref[] = [];
  readonly #errors: number[] = [];
  readonly #leaves: number[] = [];
  readonly #transfers = new Set<Transfer>();
  readonly #movable = new Set<unknown>();
  /** The part that is looked at. */
  #at = 0;
  /** From this one on, parts are held by errors only. */
  #lenientFrom = Infinity;

  constructor(value: object, index: number, exporter: Exporter, moves: Moves, moved: Transferable[]) {
    this.#index = index;
    this.#exporter = exporter;
    this.#moves = moves;
    this.#moved = moved;
    this.#parts.push([value]);
  }

  pack(): Tangle {
    try {
      this.#takeApart();
      this.#lenientFrom = this.#parts.length;
      for (const number of this.#errors) this.#error(number);
      this.#takeApart();
      // Only now all that is to be moved is known.
      for (const number of this.#leaves) this.#leaf(number);
    } catch (thrown) {
      for (const ref of this.#refs) this.#exporter.drop(ref);
      throw thrown instanceof Uncrossable ? new UncrossableAt(this.#path(this.#at), thrown) : thrown;
    }
    return {
      parts: Int32Array.from(this.#heads),
      tape: this.#tape,
      links: Int32Array.from(this.#links),
      refs: this.#refs,
    };
  }

  #takeApart(): void {
    for (let number = this.#heads.length / PART; number < this.#parts.length; number++) {
      this.#at = number;
      try {
        this.#part(number, this.#parts[number]);
      } catch (thrown) {
        if (number < this.#lenientFrom) throw thrown;
        this.#text(number);
      }
    }
  }

  #part(number: number, value: unknown): void {
    if (typeof value === 'symbol') throw noSymbol();
    if (typeof value === 'function') return this.#ref(number, this.#exporter.callbackRef(value as () => unknown));
    const whole = value as object;
    const prototype = Object.getPrototypeOf(whole) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#object(number, whole);
    if (Array.isArray(whole)) return this.#list(number, whole, prototype);
    const callable = callableRef(whole, this.#exporter);
    if (callable !== undefined) return this.#ref(number, callable);
    if (types.isMap(whole) && prototype === Map.prototype) return this.#map(number, whole);
    if (types.isSet(whole) && prototype === Set.prototype) return this.#set(number, whole);
    this.#begin(number, LEAF);
    if (!(whole instanceof Error)) this.#leaves.push(number);
    else if (number < this.#lenientFrom) this.#errors.push(number);
    else this.#error(number);
    return undefined;
  }

  // ---- Parts ----

  #object(number: number, value: object): void {
    this.#begin(number, OBJECT);
    for (const key of Object.keys(value)) {
      this.#tape.push(key);
      this.#put((value as Record<string, unknown>)[key]);
    }
    this.#end(number);
  }

  #list(number: number, value: readonly unknown[], prototype: object): void {
    if (prototype !== Array.prototype) throw lostClass(value);
    if (!isDense(value)) return this.#sparse(number, value);
    this.#begin(number, LIST);
    for (let at = 0; at < value.length; at++) this.#put(value[at]);
    return this.#end(number);
  }

  /** One with holes: what it has, not what it has not. */
  #sparse(number: number, value: readonly unknown[]): void {
    this.#begin(number, SPARSE);
    this.#tape.push(value.length);
    for (const key of Object.keys(value)) {
      const at = Number(key) >>> 0;
      if (String(at) !== key || at >= value.length) continue;
      this.#tape.push(at);
      this.#put(value[at]);
    }
    this.#end(number);
  }

  #map(number: number, value: ReadonlyMap<unknown, unknown>): void {
    this.#begin(number, MAP);
    for (const [key, held] of value) {
      this.#put(key);
      this.#put(held);
    }
    this.#end(number);
  }

  #set(number: number, value: ReadonlySet<unknown>): void {
    this.#begin(number, SET);
    for (const held of value) this.#put(held);
    this.#end(number);
  }

  #error(number: number): void {
    this.#at = number;
    const error = this.#parts[number] as Error & Record<string, unknown>;
    this.#begin(number, ERROR);
    const isField = (key: string): boolean => key !== 'name' && key !== 'message' && key !== 'stack';
    const shown = Object.keys(error).filter(isField);
    const hidden = ['code', 'errors', 'cause'].filter((key) => key in error && !shown.includes(key));
    this.#tape.push(
      textOf(() => error.name),
      textOf(() => error.message),
    );
    this.#tape.push(error.stack === undefined ? undefined : textOf(() => error.stack), shown.length);
    for (const key of [...shown, ...hidden]) {
      this.#tape.push(key);
      let field: unknown;
      try {
        field = error[key];
      } catch {
        field = textOf(() => error[key]);
      }
      this.#put(field);
    }
    this.#end(number);
  }

  #leaf(number: number): void {
    this.#at = number;
    const value = this.#parts[number] as object;
    if (this.#movable.has(value) || (ArrayBuffer.isView(value) && this.#movable.has(value.buffer))) {
      const ref = { kind: 'moved', value: undefined, isBuffer: isBuffer(value) } as const;
      this.#moves.add(value, [], ref, () => this.#path(number));
      return this.#ref(number, ref);
    }
    try {
      const copy = copyLeaf(value, this.#moved);
      this.#begin(number, isBuffer(value) ? BYTES : LEAF);
      this.#tape.push(copy);
      return this.#end(number);
    } catch (thrown) {
      if (number < this.#lenientFrom) throw thrown;
      return this.#text(number);
    }
  }

  /** What is told of something in an error that cannot cross. */
  #text(number: number): void {
    this.#begin(number, LEAF);
    this.#tape.push(textOf(() => this.#parts[number]));
    this.#end(number);
  }

  #ref(number: number, ref: Ref): void {
    this.#begin(number, REF);
    this.#tape.push(this.#refs.push(ref) - 1);
    this.#end(number);
  }

  // ---- The tape ----

  #begin(number: number, kind: number): void {
    this.#heads[number * PART] = kind;
    this.#heads[number * PART + 1] = this.#tape.length;
    this.#heads[number * PART + 2] = 0;
  }

  #end(number: number): void {
    this.#heads[number * PART + 2] = this.#tape.length - this.#heads[number * PART + 1]!;
  }

  /** Puts what a part holds on the tape: a value, or the number of another part. */
  #put(value: unknown): void {
    while (value instanceof Transfer) value = this.#unwrap(value);
    if (isSimple(value)) {
      this.#tape.push(value);
      return;
    }
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#parts.push(value) - 1;
      this.#numbers.set(value, number);
      this.#holders.push(this.#at);
      this.#places.push(this.#tape.length);
    }
    this.#links.push(this.#tape.length);
    this.#tape.push(number);
  }

  /** What is listed is moved wherever in this value it is. In an error nothing is: that leaves, whatever becomes of it. */
  #unwrap(transfer: Transfer): unknown {
    if (this.#lenientFrom < Infinity || this.#transfers.has(transfer)) return transfer.value;
    this.#transfers.add(transfer);
    for (const item of transfer.list) this.#movable.add(item);
    const [holder, place] = [this.#at, this.#tape.length];
    this.#moves.add(undefined, transfer.list, undefined, () => this.#path(holder, place));
    return transfer.value;
  }

  // ---- Where it is ----

  /** The way to a part, or to a place in it, as one would write it. */
  #path(number: number, place?: number): string {
    const steps = place === undefined ? [] : [this.#step(number, place)];
    for (let at = number; at > 0; at = this.#holders[at]!)
      steps.push(this.#step(this.#holders[at]!, this.#places[at]!));
    steps.reverse();
    if (steps.length > 2 * TOLD) steps.splice(TOLD, steps.length - 2 * TOLD, ' ... ');
    return `args${steps.join('')}`;
  }

  #step(holder: number, place: number): string {
    if (holder === 0) return `[${this.#index}]`;
    const tape = this.#tape;
    const at = place - this.#heads[holder * PART + 1]!;
    switch (this.#heads[holder * PART]) {
      case LIST:
        return `[${at}]`;
      case SPARSE:
        return `[${String(tape[place - 1])}]`;
      case MAP:
        if (at % 2 === 0) return `.keys()[${at / 2}]`;
        return this.#isLink(place - 1) ? `.values()[${(at - 1) / 2}]` : `.get(${written(tape[place - 1])})`;
      case SET:
        return `.values()[${at}]`;
      default:
        return `.${String(tape[place - 1])}`;
    }
  }

  #isLink(place: number): boolean {
    return this.#links.includes(place);
  }
}

/** A key of a Map as it would stand in code; a long one is cut. */
function written(key: unknown): string {
  if (typeof key !== 'string') return typeof key === 'bigint' ? `${key}n` : String(key);
  return JSON.stringify(key.length > 50 ? `${key.slice(0, 50)}...` : key);
}

/** Whether a list has no holes. */
function isDense(list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (list[at] === undefined && !(at in list)) return false;
  return true;
}
