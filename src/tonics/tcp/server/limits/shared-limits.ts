import type { Clock } from '../../../../core/time/clock.js';
import { SharedBucket } from '../../../../core/time/shared-bucket.js';
import { type Bucket, type Rate, TokenBucket } from '../../../../core/time/token-bucket.js';
import { AddressCounts, type AddressLimit } from './address-counts.js';
import { type AddressTable, SharedAddressCounts, bytesOfTable, placesFor } from './shared-address-counts.js';

/** Where the rates are, in numbers of 64 bits. */
const RATES = { accept: 0, read: 1 } as const;
const BYTES_OF_RATES = 8 * Object.keys(RATES).length;
/** The table of addresses is made for so many connections at most: 1.5 MiB for each thread. */
const MOST = 65_536;

/** What the threads of a server are given, so that its limits hold over all of them. */
export interface LimitMemory {
  readonly memory: SharedArrayBuffer;
  readonly threads: number;
  /** Of the table of addresses, in each thread; 0 where addresses have no limit. */
  readonly places: number;
  readonly salt: number;
}

/** What says how much has to be shared. */
interface Limited {
  readonly maxConnections?: number | undefined;
  readonly maxConnectionsPerAddress?: number | undefined;
}

/** Memory for the limits of a server with so many threads. @param salt any number of 32 bits that nobody can guess. */
export function limitMemory(
  threads: number,
  { maxConnections = MOST, maxConnectionsPerAddress }: Limited,
  salt: number,
): LimitMemory {
  const places = maxConnectionsPerAddress === undefined ? 0 : placesFor(Math.min(maxConnections, MOST));
  return { memory: new SharedArrayBuffer(BYTES_OF_RATES + bytesOfTable(threads, places)), threads, places, salt };
}

/** A thread has died: what it held is held no more. */
export function forgetThread(given: LimitMemory, index: number): void {
  SharedAddressCounts.forget(tableIn(given), index);
}

/** Makes the limits of a server: its own, or this thread's part of those that all its threads share. */
export class LimitMaker {
  readonly #clock: Clock;
  readonly #shared: LimitMemory | undefined;
  readonly #index: number;

  /** @param index which thread this is. */
  constructor(clock: Clock, shared?: LimitMemory, index = 0) {
    this.#clock = clock;
    this.#shared = shared;
    this.#index = index;
  }

  rate(of: keyof typeof RATES, rate: Rate): Bucket {
    if (this.#shared === undefined) return new TokenBucket(rate, this.#clock);
    const numbers = new BigInt64Array(this.#shared.memory, 0, BYTES_OF_RATES / 8);
    return new SharedBucket(rate, this.#clock, numbers, RATES[of]);
  }

  addresses(most: number): AddressLimit {
    if (this.#shared === undefined) return new AddressCounts(most);
    return new SharedAddressCounts(most, tableIn(this.#shared), this.#index);
  }
}

function tableIn({ memory, threads, places, salt }: LimitMemory): AddressTable {
  return { memory, from: BYTES_OF_RATES, threads, places, salt };
}
