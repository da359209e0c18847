import type { Address } from '../../../../selector/network.js';
import { ipBytes, unmapped } from '../../../../selector/ip-bytes.js';

/** The net `ffff:ffff::/32`, with an IPv4 address behind it. */
const IPV4 = -1n << 32n;

/**
 * Whom an address stands for, itself or of IPv6 its net of 64 bits, as a number of 64 bits; `undefined` for none, as a UNIX socket has. No two have the
 * same.
 */
export function keyOf(remote: Address | undefined): bigint | undefined {
  const bytes = remote === undefined || remote.family === 'UNIX' ? undefined : ipBytes(remote.address);
  if (bytes === undefined) return undefined;
  const own = unmapped(bytes);
  // A net of IPv6 is one peer: who has one of its addresses has all. Those from ff00:: on are of groups, which no peer is in.
  return own.length === 4 ? IPV4 | BigInt(own.readUInt32BE()) : own.readBigInt64BE();
}

/** A limit of connections for each address. */
export interface AddressLimit {
  /** Counts one more, unless that were too many. */
  enter(holder: object, remote: Address | undefined): boolean;
  /** What one holds is another's from now on. */
  move(from: object, to: object): void;
  leave(holder: object): void;
}

/** How many connections each address has. A UNIX socket has none. */
export class AddressCounts implements AddressLimit {
  readonly #most: number;
  readonly #open = new Map<bigint, number>();
  /** Whom each counts for. */
  readonly #holders = new Map<object, bigint>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many addresses are known just now. */
  get size(): number {
    return this.#open.size;
  }

  enter(holder: object, remote: Address | undefined): boolean {
    const who = keyOf(remote);
    if (who === undefined) return true;
    const open = this.#open.get(who) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(who, open + 1);
    this.#holders.set(holder, who);
    return true;
  }

  move(from: object, to: object): void {
    const who = this.#holders.get(from);
    if (who === undefined) return;
    this.#holders.delete(from);
    this.#holders.set(to, who);
  }

  leave(holder: object): void {
    const who = this.#holders.get(holder);
    if (who === undefined) return;
    this.#holders.delete(holder);
    const open = this.#open.get(who)! - 1;
    if (open === 0) this.#open.delete(who);
    else this.#open.set(who, open);
  }
}
