import { RecordBuffer } from './record-buffer.js';
import { RECORD_HEAD, RecordKind } from './record.js';

/** Batches that are written together, and the promise of those who wait for the write. */
export class Group {
  readonly #buffer = new RecordBuffer();
  #count = 0;
  #first = 0;
  #last = 0;
  #saved: Promise<void> | undefined;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** The length of the batches in bytes, as they are written. */
  get bytes(): number {
    return this.#buffer.size - RECORD_HEAD;
  }

  get count(): number {
    return this.#count;
  }

  /** The version of the first batch. */
  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** @param text the encoded batch. */
  add(version: number, text: string): void {
    this.#buffer.add(`${this.#count === 0 ? '[' : ','}${version},${text}`);
    if (this.#count++ === 0) this.#first = version;
    this.#last = version;
  }

  /** The record of all batches. It must be written before the next `add()`. */
  record(): Buffer {
    this.#buffer.add(']');
    return this.#buffer.seal(RecordKind.batches, this.#count, this.#last);
  }

  /** Resolves when the group is kept; rejects if it cannot be. */
  saved(): Promise<void> {
    this.#saved ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    return this.#saved;
  }

  /** The group is on disk; it becomes empty and can be filled again. */
  kept(): void {
    this.#resolve();
    this.#saved = undefined;
    this.#resolve = this.#reject = () => {};
    this.#count = 0;
    this.#buffer.clear();
  }

  failed(error: Error): void {
    this.#reject(error);
  }
}
