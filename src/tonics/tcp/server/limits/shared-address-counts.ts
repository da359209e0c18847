import type { Address } from '../../../../selector/network.js';
import { AddressCounts, type AddressLimit, keyOf } from './address-counts.js';

/** An address can be in so many places, beside each other. */
const WAYS = 8;
/** Bytes of a place: whom it is of, and how many connections. */
const KEY = 8;
const COUNT = 4;

/** How many places each thread has where there may be so many connections: twice as many, so that all of them hardly ever have one group. */
export function placesFor(connections: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2 * connections, WAYS)));
}

/** Bytes of a table for so many threads. */
export function bytesOfTable(threads: number, places: number): number {
  return threads * places * (KEY + COUNT);
}

/** Where the table is. */
export interface AddressTable {
  readonly memory: SharedArrayBuffer;
  /** Its first byte, a multiple of 8. */
  readonly from: number;
  readonly threads: number;
  /** Of each thread: a power of two. */
  readonly places: number;
  /** So that nobody knows which addresses have the same places. */
  readonly salt: number;
}

/**
 * How many connections each address has, over all threads of a server. Each thread writes in a table of its own, and reads those of the others: so no
 * thread waits for another, and what one had is given back when it has died, with {@link forget}.
 *
 * One is counted before the others are looked at, so that two threads never take the last place both; now and then neither does.
 *
 * The table has a bound. An address whose places are all taken by others is counted by each thread for itself.
 */
export class SharedAddressCounts implements AddressLimit {
  readonly #most: number;
  readonly #table: AddressTable;
  readonly #index: number;
  readonly #keys: BigInt64Array;
  readonly #counts: Int32Array;
  /** The place that each has. */
  readonly #holders = new Map<object, number>();
  readonly #withoutPlace: AddressCounts;

  /** @param index which thread this is. */
  constructor(most: number, table: AddressTable, index: number) {
    const { memory, from, threads, places } = table;
    this.#most = most;
    this.#table = table;
    this.#index = index;
    this.#keys = new BigInt64Array(memory, from, threads * places);
    this.#counts = new Int32Array(memory, from + threads * places * KEY, threads * places);
    this.#withoutPlace = new AddressCounts(most);
  }

  /** A thread has died: its connections have gone. */
  static forget({ memory, from, threads, places }: AddressTable, index: number): void {
    new Int32Array(memory, from + threads * places * KEY, threads * places).fill(
      0,
      index * places,
      (index + 1) * places,
    );
  }

  enter(holder: object, remote: Address | undefined): boolean {
    const key = keyOf(remote);
    if (key === undefined) return true;
    const group = this.#groupOf(key);
    const place = this.#placeFor(key, group);
    if (place === undefined) return this.#withoutPlace.enter(holder, remote);
    Atomics.add(this.#counts, place, 1);
    if (this.#countOf(key, group) > this.#most) {
      Atomics.sub(this.#counts, place, 1);
      return false;
    }
    this.#holders.set(holder, place);
    return true;
  }

  move(from: object, to: object): void {
    const place = this.#holders.get(from);
    if (place === undefined) return this.#withoutPlace.move(from, to);
    this.#holders.delete(from);
    this.#holders.set(to, place);
    return undefined;
  }

  leave(holder: object): void {
    const place = this.#holders.get(holder);
    if (place === undefined) return this.#withoutPlace.leave(holder);
    this.#holders.delete(holder);
    Atomics.sub(this.#counts, place, 1);
    return undefined;
  }

  /** The place of an address in the table of this thread; one that nobody has any more becomes its own. */
  #placeFor(key: bigint, group: number): number | undefined {
    const first = this.#index * this.#table.places + group;
    let free: number | undefined;
    for (let place = first; place < first + WAYS; place++) {
      if (this.#keys[place] === key) return place;
      if (free === undefined && this.#counts[place] === 0) free = place;
    }
    if (free !== undefined) Atomics.store(this.#keys, free, key);
    return free;
  }

  #countOf(key: bigint, group: number): number {
    const { threads, places } = this.#table;
    let sum = 0;
    for (let thread = 0; thread < threads; thread++) sum += this.#countIn(thread * places + group, key);
    return sum;
  }

  #countIn(first: number, key: bigint): number {
    let sum = 0;
    for (let place = first; place < first + WAYS; place++) {
      if (Atomics.load(this.#keys, place) !== key) continue;
      const count = Atomics.load(this.#counts, place);
      // Its thread may have given the place to another address meanwhile.
      if (Atomics.load(this.#keys, place) === key) sum += count;
    }
    return sum;
  }

  /** The first of the places that an address can have. */
  #groupOf(key: bigint): number {
    const { salt, places } = this.#table;
    const high = Number(BigInt.asIntN(32, key >> 32n));
    const low = Number(BigInt.asIntN(32, key));
    let hash = Math.imul(high ^ salt, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ low, 0xc2b2_ae35);
    hash = Math.imul(hash ^ (hash >>> 13), 0x27d4_eb2f);
    return (hash ^ (hash >>> 16)) & (places - WAYS);
  }
}
