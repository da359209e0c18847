/** A queue of bytes: added in pieces, taken out in pieces of any size. */
export class ByteQueue {
  #parts: Buffer[] = [];
  /** The bytes of the first piece that were taken. */
  #offset = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  /** Takes this many bytes, or all if there are fewer. */
  take(most: number): Buffer {
    const wanted = Math.min(most, this.#size);
    const taken: Buffer[] = [];
    for (let left = wanted; left > 0;) {
      const first = this.#parts[0]!;
      const part = first.subarray(this.#offset, this.#offset + left);
      taken.push(part);
      left -= part.length;
      this.#offset += part.length;
      if (this.#offset < first.length) continue;
      this.#parts.shift();
      this.#offset = 0;
    }
    this.#size -= wanted;
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken);
  }

  clear(): void {
    this.#parts = [];
    this.#offset = this.#size = 0;
  }
}
