import type { Address } from '../../../selector/network.js';
import { Peer } from './peer.js';

/**
 * The peers of a socket, by their addresses. Their ports mostly differ, and a number is found faster than a text: so that is looked up first,
 * and what has the same port lies in a map by address.
 */
export class PeerTable {
  readonly #byPort = new Map<number, Peer | Map<string, Peer>>();

  find({ address, port }: Address): Peer | undefined {
    const found = this.#byPort.get(port);
    if (found instanceof Peer) return found.remote.address === address ? found : undefined;
    return found?.get(address);
  }

  add(peer: Peer): void {
    const { address, port } = peer.remote;
    const there = this.#byPort.get(port);
    if (there === undefined) this.#byPort.set(port, peer);
    else if (there instanceof Peer)
      this.#byPort.set(port, new Map([there, peer].map((each) => [each.remote.address, each])));
    else there.set(address, peer);
  }

  /** Another one of the same address stays. */
  remove(peer: Peer): void {
    const { address, port } = peer.remote;
    const there = this.#byPort.get(port);
    if (there === peer) this.#byPort.delete(port);
    if (!(there instanceof Map) || there.get(address) !== peer) return;
    there.delete(address);
    if (there.size === 0) this.#byPort.delete(port);
  }
}
