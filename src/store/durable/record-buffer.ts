import { RECORD_HEAD, type RecordKind, sealRecord } from './record.js';

const FIRST_SIZE = 16 * 1024;
/** A buffer larger than this is not kept for the next record. */
const LARGEST_KEPT = 1024 * 1024;
/** The most bytes of UTF-8 for one UTF-16 code unit. */
const WIDEST = 3;

/** The buffer in which a record is built. Its memory is used again for the next record. */
export class RecordBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #size = RECORD_HEAD;

  get size(): number {
    return this.#size;
  }

  /** Appends a text. */
  add(text: string): void {
    // One byte more for the closing bracket.
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

  /** Completes the record and returns it. It must be written before the next `add()`. */
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
