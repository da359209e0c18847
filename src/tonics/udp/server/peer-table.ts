import type { Address } from '../../../selector/network.js';

/** Somebody who has an address. */
interface Addressed {
  readonly remote: Address;
}

/**
 * The peers of a socket, by their addresses. Their ports mostly differ, and a number is found faster than a text: so that is looked up first,
 * and what has the same port lies in a map by address.
 */
export class PeerTable<P extends Addressed> {
  readonly #byPort = new Map<number, P | Map<string, P>>();

  find({ address, port }: Address): P | undefined {
    const found = this.#byPort.get(port);
    if (found === undefined || found instanceof Map) return found?.get(address);
    return found.remote.address === address ? found : undefined;
  }

  add(peer: P): void {
    const { address, port } = peer.remote;
    const there = this.#byPort.get(port);
    if (there === undefined) this.#byPort.set(port, peer);
    else if (there instanceof Map) there.set(address, peer);
    else this.#byPort.set(port, new Map([there, peer].map((each) => [each.remote.address, each])));
  }

  /** Another one of the same address stays. */
  remove(peer: P): void {
    const { address, port } = peer.remote;
    const there = this.#byPort.get(port);
    if (there === peer) this.#byPort.delete(port);
    if (!(there instanceof Map) || there.get(address) !== peer) return;
    there.delete(address);
    if (there.size === 0) this.#byPort.delete(port);
  }
}
