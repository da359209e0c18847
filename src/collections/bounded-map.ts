import * as v from 'valibot';
import { badOption } from '../core/options/option-problem.js';
import { bytes, callable, count, oneOf, parseOptions } from '../core/options/option-schema.js';
import type { Clock } from '../core/time/clock.js';

export const boundedMapSchema = v.strictObject({
  /** The most entries. */
  items: count(1),
  /** The most bytes of all of them together, as `sizeOf` counts them. Default: no bound. */
  bytes: v.optional(bytes(1)),
  /** How many bytes an entry takes; it must go with `bytes`. */
  sizeOf: v.optional(callable<(value: never, key: never) => number>('a function')),
  /** What becomes of a new entry where there is no room: it is refused, or the oldest ones go, or those that nobody got for the longest time. */
  whenFull: v.optional(oneOf('refuse', 'dropOldest', 'dropUnused'), 'refuse'),
  /** The time by which entries expire: `this.catalyst.clock` of a Tonic. */
  clock: v.optional(v.custom<Pick<Clock, 'now'>>((value) => typeof (value as Clock | null)?.now === 'function', 'must be a clock')), // prettier-ignore
});

/** Options of a {@link BoundedMap}. */
export interface BoundedMapOptions<Key, Value> extends Omit<v.InferInput<typeof boundedMapSchema>, 'sizeOf'> {
  /** How many bytes an entry takes; it must go with `bytes`. */
  readonly sizeOf?: ((value: Value, key: Key) => number) | undefined;
}

/** Where bytes are not counted. */
const NOTHING = (): number => 0;

interface Entry<Value> {
  value: Value;
  size: number;
  /** When it expires, in ms of the clock. */
  until: number;
}

/**
 * A Map that does not grow without end: it has a bound in entries, and in bytes where you wish, and says what becomes of more. An entry
 * may have a time to live, after which it is not there any more.
 *
 * It is in the order in which keys were added; an entry that is set anew keeps its place.
 */
export class BoundedMap<Key, Value> implements Iterable<[key: Key, value: Value]> {
  readonly #entries = new Map<Key, Entry<Value>>();
  readonly #items: number;
  readonly #most: number;
  readonly #sizeOf: (value: Value, key: Key) => number;
  readonly #drops: boolean;
  readonly #byUse: boolean;
  readonly #clock: Pick<Clock, 'now'> | undefined;
  #bytes = 0;
  #refused = 0;
  #dropped = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: BoundedMapOptions<Key, Value>) {
    const settings = parseOptions(boundedMapSchema, options, 'BoundedMap');
    const { sizeOf } = options;
    if ((settings.bytes === undefined) !== (sizeOf === undefined))
      throw badOption('BoundedMap', 'bytes', 'it goes with "sizeOf", and one of them is missing');
    this.#items = settings.items;
    this.#most = settings.bytes ?? Infinity;
    this.#sizeOf = sizeOf ?? NOTHING;
    this.#drops = settings.whenFull !== 'refuse';
    this.#byUse = settings.whenFull === 'dropUnused';
    this.#clock = settings.clock;
  }

  /** How many entries it holds, with those that have expired and were not looked at or swept since. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many bytes these take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many entries were refused, because there was no room for them. */
  get refused(): number {
    return this.#refused;
  }

  /** How many entries had to go, because others needed their room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The bounds that it was given. */
  get limits(): { readonly items: number; readonly bytes: number } {
    return { items: this.#items, bytes: this.#most };
  }

  get(key: Key): Value | undefined {
    const entry = this.#living(key);
    if (entry !== undefined && this.#byUse) this.#touch(key, entry);
    return entry?.value;
  }

  has(key: Key): boolean {
    return this.#living(key) !== undefined;
  }

  /**
   * Sets an entry, in place of the one with that key.
   *
   * @param ttl how long it lives from now on, in ms; with 0 or less it has expired. Default: until it is deleted.
   * @returns false where there is no room for it: then all is as it was.
   * @throws {TaskTonicError} `TT_BAD_OPTION` where it is to expire, and the map has no clock.
   */
  set(key: Key, value: Value, ttl = Infinity): boolean {
    const until = ttl === Infinity ? ttl : this.#until(ttl);
    const old = this.#living(key);
    const size = this.#sizeOf(value, key);
    if (!this.#fits(size, old)) {
      this.#refused++;
      return false;
    }
    this.#bytes += size - (old?.size ?? 0);
    let entry = old;
    if (entry === undefined) this.#entries.set(key, (entry = { value, size, until }));
    else {
      entry.value = value;
      entry.size = size;
      entry.until = until;
      if (this.#byUse) this.#touch(key, entry);
    }
    if (this.#drops && (this.#bytes > this.#most || this.size > this.#items)) this.#makeRoom(entry);
    return true;
  }

  /** Gives an entry another time to live, in ms from now on; false where there is no such entry. */
  expire(key: Key, ttl: number): boolean {
    const entry = this.#living(key);
    if (entry !== undefined) entry.until = ttl === Infinity ? ttl : this.#until(ttl);
    return entry !== undefined;
  }

  /** How long an entry lives, in ms: `Infinity` for one that does not expire, `undefined` where there is none. */
  ttlOf(key: Key): number | undefined {
    const entry = this.#living(key);
    if (entry === undefined || entry.until === Infinity) return entry?.until;
    return entry.until - this.#clock!.now();
  }

  delete(key: Key): boolean {
    const entry = this.#living(key);
    if (entry !== undefined) this.#remove(key, entry);
    return entry !== undefined;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** Removes all that has expired, and so makes room: it looks at every entry. Returns how many these were. */
  sweep(): number {
    const before = this.size;
    for (const key of this.#entries.keys()) this.#living(key);
    return before - this.size;
  }

  *[Symbol.iterator](): Generator<[key: Key, value: Value], void> {
    // What is got on the way moves to the end, where it must not be met again.
    for (const key of this.#byUse ? [...this.#entries.keys()] : this.#entries.keys()) {
      const entry = this.#living(key);
      if (entry !== undefined) yield [key, entry.value];
    }
  }

  *values(): Generator<Value, void> {
    for (const [, value] of this) yield value;
  }

  *keys(): Generator<Key, void> {
    for (const [key] of this) yield key;
  }

  #until(ttl: number): number {
    if (this.#clock === undefined) throw badOption('BoundedMap', 'clock', 'it is missing, and an entry is to expire');
    if (Number.isNaN(ttl)) throw badOption('BoundedMap', 'ttl', 'it is NaN, and must be a time in ms');
    return this.#clock.now() + ttl;
  }

  #living(key: Key): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until === Infinity || entry.until > this.#clock!.now()) return entry;
    this.#remove(key, entry);
    return undefined;
  }

  #fits(size: number, old: Entry<Value> | undefined): boolean {
    if (size > this.#most) return false;
    if (this.#drops) return true;
    if (old === undefined && this.size >= this.#items) return false;
    const more = size - (old?.size ?? 0);
    return more <= 0 || this.#bytes + more <= this.#most;
  }

  #makeRoom(kept: Entry<Value>): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#most && this.size <= this.#items) return;
      if (entry === kept) continue;
      this.#remove(key, entry);
      this.#dropped++;
    }
  }

  #touch(key: Key, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #remove(key: Key, { size }: Entry<Value>): void {
    this.#entries.delete(key);
    this.#bytes -= size;
  }
}
