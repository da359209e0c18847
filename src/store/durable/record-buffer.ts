import { RECORD_HEAD, type RecordKind, sealRecord } from './record.js';

const FIRST_SIZE = 16 * 1024;
/** A larger buffer is not kept for the next record. */
const LARGEST_KEPT = 1024 * 1024;
/** The most bytes that UTF-8 takes for a character of a text. */
const WIDEST = 3;

/** Where a record is put together. Its memory is used again for the next one. */
export class RecordBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #size = RECORD_HEAD;

  get size(): number {
    return this.#size;
  }

  /** Puts a text behind what is there. */
  add(text: string): void {
    // One more for the bracket that closes it.
    if (this.#size + text.length * WIDEST + 1 > this.#bytes.length) this.#makeRoom(Buffer.byteLength(text) + 1);
    this.#size += this.#bytes.write(text, this.#size);
  }

  #makeRoom(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }

  /** The whole record. It is to be written before anything is put here again. */
  seal(kind: RecordKind, count: number, version: number): Buffer {
    const record = this.#bytes.subarray(0, this.#size);
    sealRecord(record, kind, count, version);
    return record;
  }

  clear(): void {
    this.#size = RECORD_HEAD;
    if (this.#bytes.length > LARGEST_KEPT) this.#bytes = Buffer.allocUnsafe(FIRST_SIZE);
  }
}
