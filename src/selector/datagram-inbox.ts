import type { Address, Datagram } from './network.js';

/** Datagrams that wait to be taken. Where it does not read, or is full, more are dropped and counted, as a kernel does with a full buffer. */
export class DatagramInbox {
  reading = true;
  dropped = 0;
  readonly #most: number;
  #datagrams: Datagram[] = [];
  #taken = 0;

  /** @param most how many wait at most. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it has taken the datagram in. */
  put(bytes: Buffer, from: Address): boolean {
    if (!this.reading || this.#datagrams.length - this.#taken >= this.#most) {
      this.dropped++;
      return false;
    }
    this.#datagrams.push({ bytes, from });
    return true;
  }

  take(): Datagram | undefined {
    const datagram = this.#datagrams[this.#taken++];
    if (datagram !== undefined) return datagram;
    this.#datagrams = [];
    this.#taken = 0;
    return undefined;
  }
}
