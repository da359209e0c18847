import { type Binding, overlap } from './addresses.js';

/** The range that Linux takes free ports from (`ip_local_port_range`, ip(7)). */
const FIRST_FREE = 32_768;
const LAST_FREE = 60_999;

/** A socket that has a port. */
export interface PortHolder extends Binding {
  /** Whether it shares the port with others that also share it. */
  readonly shares: boolean;
}

/** The used ports of one protocol on one host. */
export class Ports<H extends PortHolder> {
  readonly #holders = new Map<number, H[]>();
  #next = FIRST_FREE;

  /** Takes a port, or a free one for 0. Returns the port; `undefined` if it is taken, or none is free. */
  take(holder: H, port: number): number | undefined {
    const taken = port === 0 ? this.free((free) => this.#allows(holder, free)) : port;
    if (taken === undefined || !this.#allows(holder, taken)) return undefined;
    const holders = this.#holders.get(taken);
    if (holders === undefined) this.#holders.set(taken, [holder]);
    else holders.push(holder);
    return taken;
  }

  release(holder: H, port: number): void {
    const left = (this.#holders.get(port) ?? []).filter((other) => other !== holder);
    if (left.length > 0) this.#holders.set(port, left);
    else this.#holders.delete(port);
  }

  /** The sockets with a port, in the order in which they took it. */
  at(port: number): readonly H[] {
    return this.#holders.get(port) ?? [];
  }

  /** The next free port that `allows` accepts. */
  free(allows: (port: number) => boolean): number | undefined {
    for (let tries = FIRST_FREE; tries <= LAST_FREE; tries++) {
      const port = this.#next;
      this.#next = port === LAST_FREE ? FIRST_FREE : port + 1;
      if (!this.#holders.has(port) && allows(port)) return port;
    }
    return undefined;
  }

  clear(): void {
    this.#holders.clear();
  }

  #allows(holder: H, port: number): boolean {
    return this.at(port).every((other) => (holder.shares && other.shares) || !overlap(holder, other));
  }
}
