import type { Address, Datagram } from './network.js';

/** How many datagrams wait to be taken, at most. */
const MOST = 4_096;
/** And how many bytes: what the socket's own buffer in the kernel has by default. */
const MOST_BYTES = 8_388_608;

/** Datagrams that wait to be taken. Where it does not read, or is full, more are dropped and counted, as a kernel does with a full buffer. */
export class DatagramInbox {
  reading = true;
  dropped = 0;
  readonly #most: number;
  readonly #mostBytes: number;
  #datagrams: Datagram[] = [];
  #taken = 0;
  #bytes = 0;

  /**
   * @param most how many wait at most.
   * @param mostBytes how many bytes; one datagram is taken in, whatever its size, where nothing waits.
   */
  constructor(most = MOST, mostBytes = MOST_BYTES) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** Whether it has taken the datagram in. */
  put(bytes: Buffer, from: Address): boolean {
    if (!this.reading || this.#isFull(bytes.length)) {
      this.dropped++;
      return false;
    }
    this.#datagrams.push({ bytes, from });
    this.#bytes += bytes.length;
    return true;
  }

  take(): Datagram | undefined {
    const datagram = this.#datagrams[this.#taken++];
    if (datagram !== undefined) {
      this.#bytes -= datagram.bytes.length;
      return datagram;
    }
    this.#datagrams = [];
    this.#taken = 0;
    return undefined;
  }

  /** Nobody will take what waits: it is dropped, and counted. */
  drop(): void {
    while (this.take() !== undefined) this.dropped++;
  }

  #isFull(more: number): boolean {
    const waiting = this.#datagrams.length - this.#taken;
    return waiting >= this.#most || (waiting > 0 && this.#bytes + more > this.#mostBytes);
  }
}
