import { written } from '../../core/options/written.js';

/** Reads the bytes of one packet, from its start to its end. */
export class PacketReader {
  /** The place of the next byte. */
  at = 0;

  constructor(readonly bytes: Buffer) {}

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The place of the next `size` bytes, which are read by that. @throws {Error} where there are fewer. */
  pass(size: number): number {
    if (size > this.left) throw new Error(`it ends ${size - this.left} bytes too early`);
    const { at } = this;
    this.at += size;
    return at;
  }

  /** The next `size` bytes: a view of the packet. @throws {Error} where there are fewer. */
  take(size: number): Buffer {
    const at = this.pass(size);
    return this.bytes.subarray(at, at + size);
  }
}

const LEAST = 64;

/** Writes the bytes of one packet. */
export class PacketWriter {
  #bytes = Buffer.allocUnsafe(LEAST);
  #size = 0;

  /** What was written so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Makes room for `size` bytes. @returns where they are to be written, by whoever has asked. */
  room(size: number): { readonly bytes: Buffer; readonly at: number } {
    const at = this.#size;
    this.#size += size;
    if (this.#size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#size, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return { bytes: this.#bytes, at };
  }

  /** @throws {Error} where it is given no bytes. */
  put(data: Uint8Array): void {
    if (!(data instanceof Uint8Array)) throw new Error(`${written(data)} is given, and must be bytes`);
    const { bytes, at } = this.room(data.length);
    bytes.set(data, at);
  }
}
