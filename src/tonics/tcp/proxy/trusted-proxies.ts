import type { Address } from '../../../selector/network.js';
import { AddressList } from '../../address-list.js';

/** The proxies whose headers are believed, by their addresses. */
export class TrustedProxies {
  readonly #list: AddressList;
  readonly #unix: boolean;

  /** @param trusted addresses, nets, and `'unix'`. */
  constructor(trusted: readonly string[] = []) {
    this.#list = new AddressList(trusted.filter((rule) => rule !== 'unix'));
    this.#unix = trusted.includes('unix');
  }

  has(peer: Address | undefined): boolean {
    return peer?.family === 'UNIX' ? this.#unix : this.#list.has(peer);
  }
}
