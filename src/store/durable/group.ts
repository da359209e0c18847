import { RecordBuffer } from './record-buffer.js';
import { RECORD_HEAD, RecordKind } from './record.js';

/** Batches that are written together, and those who wait for that. */
export class Group {
  readonly #buffer = new RecordBuffer();
  #count = 0;
  #first = 0;
  #last = 0;
  #saved: Promise<void> | undefined;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** How long its batches are, as they are written. */
  get bytes(): number {
    return this.#buffer.size - RECORD_HEAD;
  }

  get count(): number {
    return this.#count;
  }

  /** The versions of its first and its last batch. */
  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** @param text of the batch, as it is written. */
  add(version: number, text: string): void {
    this.#buffer.add(`${this.#count === 0 ? '[' : ','}${version},${text}`);
    if (this.#count++ === 0) this.#first = version;
    this.#last = version;
  }

  /** The record of its batches, to be written before anything is added again. */
  record(): Buffer {
    this.#buffer.add(']');
    return this.#buffer.seal(RecordKind.batches, this.#count, this.#last);
  }

  /** Settles when it is kept, or cannot be. */
  saved(): Promise<void> {
    this.#saved ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    return this.#saved;
  }

  /** It is kept, and empty again. */
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
