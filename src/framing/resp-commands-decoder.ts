import type { Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, frameOf } from './encoding.js';
import { BAD, RespDecoder, WAITS } from './resp-decoder.js';
import { wordsOf } from './resp-words.js';

/** What the decoders of a framing of commands share. */
export interface RespCommandsLimits<E extends FrameEncoding> extends Limits {
  readonly encoding: E;
}

const [LF, DOLLAR, STAR] = [10, 36, 42] as const;
/** `$0`, a line end, no bytes, a line end. */
const SHORTEST_WORD = 6;

/** Commands of RESP2: arrays of words, or lines of words. */
export class RespCommandsDecoder<E extends FrameEncoding> extends RespDecoder<FrameOf<E>[]> {
  declare protected readonly limits: RespCommandsLimits<E>;
  #words: FrameOf<E>[] = [];
  /** How many words of an array are still to come. */
  #missing = 0;

  constructor(limits: RespCommandsLimits<E>) {
    super(limits);
  }

  override takeBuffered(): Buffer {
    this.#words = [];
    this.#missing = 0;
    return super.takeBuffered();
  }

  protected read(): FrameOf<E>[] | undefined {
    while (this.to > this.at) {
      const isArray = this.#missing > 0 || (!this.skipping && this.bytes[this.at] === STAR);
      const isWhole = isArray ? this.#readArray() : this.#readLine();
      if (!isWhole) return undefined;
      const words = this.#words;
      // Where a command was left out, or had no words, there is none.
      if (words.length > 0) {
        this.#words = [];
        return words;
      }
    }
    return undefined;
  }

  // ---- An array ----

  /** Whether its end has come. */
  #readArray(): boolean {
    if (this.#missing === 0 && !this.#readCount()) return false;
    while (this.#missing > 0 && !this.skipping) if (!this.#readWord()) return false;
    if (this.skipping) return this.#skipWords();
    this.taken(this.seen);
    return true;
  }

  #readCount(): boolean {
    const count = this.lengthAt(this.at + 1);
    if (count === WAITS) return this.waitsFor(this.to - this.at + 1);
    if (count === BAD) throw this.bad('invalid multibulk length');
    this.seen = this.behind - this.at;
    this.#missing = Math.max(count, 0);
    this.insistOn(this.seen + SHORTEST_WORD * this.#missing);
    return true;
  }

  #readWord(): boolean {
    const length = this.#lengthOfWord();
    if (length === WAITS) return this.waitsFor(this.to - this.at + 1);
    const from = this.behind;
    const end = from + length;
    const size = end + 2 - this.at;
    if (this.insistOn(size + SHORTEST_WORD * (this.#missing - 1))) return true;
    if (end + 2 > this.to) return this.waitsFor(size);
    if (!this.endsAsBulk(end)) throw this.bad('expected CRLF behind a bulk string');
    this.#words.push(frameOf(this.limits.encoding, this.bytes, from, end));
    this.seen = size;
    this.#missing--;
    return true;
  }

  /** Goes over words without making them. What it has gone over is left out. */
  #skipWords(): boolean {
    for (; this.#missing > 0; this.#missing--) {
      const length = this.at + this.seen < this.to ? this.#lengthOfWord() : WAITS;
      if (length === WAITS) return this.drop();
      this.seen = this.behind + length + 2 - this.at;
    }
    this.skipping = false;
    this.leaveOut(this.seen);
    return true;
  }

  /** The length of the word at hand, or `WAITS`. */
  #lengthOfWord(): number {
    const at = this.at + this.seen;
    if (at >= this.to) return WAITS;
    const byte = this.bytes[at]!;
    if (byte !== DOLLAR) throw this.bad(`expected '$', got '${String.fromCharCode(byte)}'`);
    const length = this.lengthAt(at + 1);
    if (length < 0 && length !== WAITS) throw this.bad('invalid bulk length');
    return length;
  }

  protected override skip(): void {
    if (this.#missing > 0) this.#skipWords();
    else this.#readLine();
  }

  // ---- A line ----

  /** Whether its end has come. */
  #readLine(): boolean {
    const end = this.find(LF, this.at + this.seen);
    const size = (end < 0 ? this.to : end + 1) - this.at;
    if (this.skipping || this.insistOn(size)) {
      this.taken(size);
      this.skipping = end < 0;
    } else if (end < 0) {
      this.seen = size;
    } else {
      const words = wordsOf(this.bytes.toString('latin1', this.at, end));
      if (words === undefined) throw this.bad('unbalanced quotes in request');
      this.#words = words.map((word) => this.#encoded(word));
      this.taken(size);
    }
    return end >= 0;
  }

  #encoded(word: string): FrameOf<E> {
    const { encoding } = this.limits;
    if (encoding === 'latin1') return word as FrameOf<E>;
    const bytes = Buffer.from(word, 'latin1');
    return frameOf(encoding, bytes, 0, bytes.length);
  }

  protected forget(): void {
    this.#words = [];
  }
}
