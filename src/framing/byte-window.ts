const EMPTY = Buffer.alloc(0);
/** What is brought over from the next chunk at least, to complete a frame that lies across two. */
const PIECE = 256;
/** Chunks up to this size are put together where many wait: each one alone costs a hundred bytes or more. */
const SMALL = 512;
const MANY = 8;
const TOGETHER = 4_096;

/**
 * The bytes of a stream that are not decoded yet, with a window on their beginning, in which they lie side by side.
 *
 * A chunk becomes the window as it is. Only a frame that lies across chunks is copied together, into a buffer of our own; as soon as it
 * is complete, the window is the chunk again in which it ended. That buffer grows by a factor, so that a byte is copied twice on average
 * at worst, however they come; and a chunk is not kept for the few bytes at its end.
 *
 * Bytes before `at` may have been given away as a frame: they are never written again.
 */
export class ByteWindow {
  /** The window: what lies from `at` to `to` in it is not decoded yet. */
  protected bytes: Buffer = EMPTY;
  protected at = 0;
  protected to = 0;
  /** Whether the window is a buffer of ours, with room behind `to`. */
  #own = false;
  #later: Buffer[] = NONE;
  #head = 0;
  #laterBytes = 0;
  /** How many bytes in the end of the window are copies of the first ones of the next chunk. */
  #copied = 0;
  #tail: Buffer | undefined;
  #tailUsed = 0;
  #received = 0;

  get buffered(): number {
    return this.to - this.at + this.#laterBytes - this.#copied;
  }

  get place(): number {
    return this.#received - this.buffered;
  }

  push(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return;
    this.#received += length;
    if (this.#laterBytes > 0) this.#wait(chunk);
    else if (this.to === this.at) this.#look(asBuffer(chunk), 0);
    else if (this.#own && this.to + length <= this.bytes.length) {
      this.bytes.set(chunk, this.to);
      this.to += length;
    } else this.#wait(chunk);
  }

  takeBuffered(): Buffer {
    const { bytes, at, to } = this;
    const later = this.#later.slice(this.#head);
    // What was copied from the next chunk, and perhaps taken in part, is in that, too.
    const parts = [
      bytes.subarray(at, to),
      ...later.map((chunk, n) => (n === 0 ? chunk.subarray(this.#copied) : chunk)),
    ];
    const all = later.length === 0 ? parts[0]! : Buffer.concat(parts);
    this.#later = NONE;
    this.#head = this.#laterBytes = this.#copied = 0;
    this.#tail = undefined;
    this.#look(EMPTY, 0);
    return all;
  }

  /**
   * Brings more bytes into the window; those that are in it stay so, perhaps at another place.
   *
   * @param need how many there must be; 0 where that is not known.
   * @returns false where there are none.
   */
  protected more(need: number): boolean {
    const rest = this.to - this.at;
    if (this.#laterBytes === 0) {
      if (rest === 0) this.#look(EMPTY, 0);
      else if (!this.#own) this.#makeRoom(0, need);
      return false;
    }
    const next = this.#later[this.#head]!;
    if (rest <= this.#copied) {
      const at = this.#copied - rest;
      this.#shift(next);
      this.#look(next, at);
      return true;
    }
    const part = Math.min(next.length - this.#copied, Math.max(need - rest, rest, PIECE));
    this.#makeRoom(part, need);
    next.copy(this.bytes, this.to, this.#copied, this.#copied + part);
    this.to += part;
    this.#copied += part;
    if (this.#copied === next.length) this.#shift(next);
    return true;
  }

  /** Where a byte is from there on in the window, or -1. */
  protected find(byte: number, from: number): number {
    const { bytes, to } = this;
    if (to - from < 16) {
      for (let at = from; at < to; at++) if (bytes[at] === byte) return at;
      return -1;
    }
    if (!this.#own) return bytes.indexOf(byte, from);
    const found = bytes.subarray(from, to).indexOf(byte);
    return found < 0 ? -1 : from + found;
  }

  /** Where these bytes are from there on in the window, or -1. */
  protected findAll(wanted: Buffer, from: number): number {
    if (!this.#own) return this.bytes.indexOf(wanted, from);
    const found = this.bytes.subarray(from, this.to).indexOf(wanted);
    return found < 0 ? -1 : from + found;
  }

  #look(chunk: Buffer, at: number): void {
    this.bytes = chunk;
    this.at = at;
    this.to = chunk.length;
    this.#own = false;
  }

  #makeRoom(part: number, need: number): void {
    if (this.#own && this.to + part <= this.bytes.length) return;
    const { bytes, at, to } = this;
    const least = to - at + part;
    // A header may promise much and bring nothing: it gets four times what has come.
    const size = Math.max(64, least, Math.min(need > 0 ? need : 2 * least, 4 * least));
    this.bytes = Buffer.allocUnsafe(size);
    bytes.copy(this.bytes, 0, at, to);
    this.at = 0;
    this.to = to - at;
    this.#own = true;
  }

  #wait(chunk: Uint8Array): void {
    const { length } = chunk;
    if (this.#later === NONE) this.#later = [];
    const later = this.#later;
    this.#laterBytes += length;
    if (length > SMALL || later.length - this.#head < MANY) {
      this.#tail = undefined;
      later.push(asBuffer(chunk));
      return;
    }
    const goesOn = this.#tail !== undefined && this.#tailUsed + length <= TOGETHER;
    const tail = goesOn ? this.#tail! : Buffer.allocUnsafeSlow(TOGETHER);
    const used = goesOn ? this.#tailUsed : 0;
    tail.set(chunk, used);
    this.#tail = tail;
    this.#tailUsed = used + length;
    later[goesOn ? later.length - 1 : later.length] = tail.subarray(0, used + length);
  }

  /** The first chunk that waits has gone into the window. */
  #shift(next: Buffer): void {
    this.#laterBytes -= next.length;
    this.#copied = 0;
    this.#later[this.#head++] = EMPTY;
    if (this.#laterBytes === 0) {
      this.#later = NONE;
      this.#head = 0;
      this.#tail = undefined;
    } else if (this.#head > 1_000 && this.#head * 2 > this.#later.length) {
      this.#later.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** Where nothing waits: never written to. */
const NONE: Buffer[] = [];

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
