import type { Disk } from './disk.js';
import { type Found, RECORD_HEAD, readRecord, textLength } from './record.js';

/** The least bytes to read at once. */
const WINDOW = 1024 * 1024;

/** Reads the records of a file, and finds whole records after damaged data. */
export class RecordReader {
  readonly size: number;
  readonly #disk: Disk;
  readonly #fd: number;
  /** The bytes that were read last, and their position in the file. */
  #window = Buffer.alloc(0);
  #start = 0;

  constructor(disk: Disk, fd: number) {
    this.#disk = disk;
    this.#fd = fd;
    this.size = disk.size(fd);
  }

  /** Bytes of the file, valid until the next call; fewer at the end of the file. */
  bytes(position: number, length: number): Buffer {
    const wanted = Math.min(length, this.size - position);
    if (position < this.#start || position + wanted > this.#start + this.#window.length) this.#read(position, wanted);
    return this.#window.subarray(position - this.#start, position - this.#start + wanted);
  }

  #read(position: number, wanted: number): void {
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(wanted, WINDOW), this.size - position));
    let size = 0;
    while (size < buffer.length) {
      const more = this.#disk.read(this.#fd, buffer.subarray(size), position + size);
      if (more === 0) break;
      size += more;
    }
    this.#start = position;
    this.#window = buffer.subarray(0, size);
  }

  /** The record that begins at a position; `undefined` if no whole record does. */
  record(position: number): Found | undefined {
    if (position + RECORD_HEAD > this.size) return undefined;
    const length = textLength(this.bytes(position, RECORD_HEAD), 0);
    if (length === undefined || position + RECORD_HEAD + length > this.size) return undefined;
    return readRecord(this.bytes(position, RECORD_HEAD + length), position);
  }

  /** The text of a record that {@link record} has returned. */
  text(position: number, { end }: Found): string {
    return this.bytes(position, end - position).toString('utf8', RECORD_HEAD);
  }

  /** The position of the next whole record after a damaged one. */
  next(position: number): number | undefined {
    for (let from = position; from + RECORD_HEAD <= this.size; from += WINDOW - RECORD_HEAD) {
      const found = this.#nextIn(from);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #nextIn(from: number): number | undefined {
    // A separate view: reading a candidate record below replaces the window.
    const window = this.bytes(from, WINDOW);
    for (let at = 0; at + RECORD_HEAD <= window.length; at++) {
      // This check leaves few candidates: the text of a record never looks like the head of one.
      const length = textLength(window, at);
      if (length === undefined || from + at + RECORD_HEAD + length > this.size) continue;
      if (this.record(from + at) !== undefined) return from + at;
    }
    return undefined;
  }
}
