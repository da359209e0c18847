import type { Sendable } from '../../socket-tonic.js';

/** So many sends wait at most, however small: each takes memory of its own. */
const MOST = 100_000;

/** Sends that wait for a connection, each for itself: a protocol may make a frame of each. */
export class WaitingSends {
  /** How many bytes they are. */
  bytes = 0;
  readonly #limit: number;
  #data: Sendable[] = [];
  #sizes: number[] = [];

  /** @param limit the most bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many there are. */
  get count(): number {
    return this.#data.length;
  }

  /** Adds one; tells why not, where there is no room. */
  put(data: Sendable, size: number): string | undefined {
    if (this.bytes + size > this.#limit)
      return `${this.bytes} bytes wait for a connection, "queueLimit" is ${this.#limit}`;
    if (this.count >= MOST) return `${MOST} sends wait for a connection, which is the most`;
    this.#data.push(data);
    this.#sizes.push(size);
    this.bytes += size;
    return undefined;
  }

  /** Hands all to `send`, in order. */
  sendAll(send: (data: Sendable, size: number) => void): void {
    const data = this.#data;
    const sizes = this.#sizes;
    this.drop();
    for (let at = 0; at < data.length; at++) send(data[at]!, sizes[at]!);
  }

  /** Forgets them; tells how many bytes they were. */
  drop(): number {
    const { bytes } = this;
    this.#data = [];
    this.#sizes = [];
    this.bytes = 0;
    return bytes;
  }
}
