import type { Address, Datagram } from './network.js';

/** The most datagrams that may wait to be taken. */
const MOST = 4_096;
/** The most bytes of these: the default size of a socket's buffer in the kernel. */
const MOST_BYTES = 8_388_608;

/**
 * Datagrams that wait to be taken. If reading is off, or the inbox is full, it drops and counts further ones, as a
 * kernel does.
 */
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

  /** Adds a datagram. False if it was dropped. */
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

  /** Drops and counts the waiting datagrams, because nobody will take them. */
  drop(): void {
    while (this.take() !== undefined) this.dropped++;
  }

  #isFull(more: number): boolean {
    const waiting = this.#datagrams.length - this.#taken;
    return waiting >= this.#most || (waiting > 0 && this.#bytes + more > this.#mostBytes);
  }
}
