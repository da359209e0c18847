import type { Address } from '../../../../selector/network.js';
import { ipBytes, unmapped } from '../../../../selector/ip-bytes.js';

/** Bytes of an IPv6 address that are those of its net: who has one address has all of them. */
const NET = 8;

/** Whom an address stands for: itself, or of IPv6 its net of 64 bits. */
export function whoHas(address: string): string | undefined {
  const bytes = ipBytes(address);
  if (bytes === undefined) return undefined;
  const own = unmapped(bytes);
  return own.length === 4 ? own.join('.') : own.toString('hex', 0, NET);
}

/** How many connections each address has. A UNIX socket has none. */
export class AddressCounts {
  readonly #most: number;
  readonly #open = new Map<string, number>();
  /** Whom each counts for. */
  readonly #holders = new Map<object, string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many addresses are known just now. */
  get size(): number {
    return this.#open.size;
  }

  /** Counts one more, unless that were too many. */
  enter(holder: object, remote: Address | undefined): boolean {
    const who = remote === undefined || remote.family === 'UNIX' ? undefined : whoHas(remote.address);
    if (who === undefined) return true;
    const open = this.#open.get(who) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(who, open + 1);
    this.#holders.set(holder, who);
    return true;
  }

  /** What one holds is another's from now on. */
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
