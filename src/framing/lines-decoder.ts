import { ByteDecoder, type Limits } from './byte-decoder.js';

const LF = 10;
const CR = 13;
/**
 * How many bytes are made into one text: a part of it keeps the whole in memory, so a line that is kept for long costs this much at
 * worst. Less is slower.
 */
const AT_ONCE = 16_384;

/** What the decoders of lines as texts share. */
export interface LineLimits extends Limits {
  readonly encoding: 'utf8' | 'latin1' | 'ascii';
  readonly lastWithoutEnd: boolean;
}

/**
 * Lines as texts. As many whole lines as fit are made into one text at once, which is cut where it is asked for: several times as fast as
 * a text for each line. `at` goes along in the bytes, so that what is not taken yet is known: a text with as many characters as bytes has
 * each one at its place; in any other, also with bytes that are no UTF-8, there is a line feed for each one in the bytes.
 */
export class LinesDecoder extends ByteDecoder<string> {
  declare protected readonly limits: LineLimits;
  /** Whole lines, and how far they are taken. */
  #text = '';
  #from = 0;
  /** Whether each character is a byte. */
  #even = false;

  constructor(limits: LineLimits) {
    super(limits);
  }

  override takeBuffered(): Buffer {
    this.#text = '';
    this.#from = 0;
    return super.takeBuffered();
  }

  override next(): string | undefined {
    const text = this.#text;
    const from = this.#from;
    if (from >= text.length) return super.next();
    if (!this.#even) return this.#cut() ?? super.next();
    // The way of nearly all lines.
    const end = text.indexOf('\n', from);
    if (end - from > this.limits.max) return this.#cut() ?? super.next();
    this.at += end - from + 1;
    this.#from = end + 1;
    return text.slice(from, text.charCodeAt(end - 1) === CR && end > from ? end - 1 : end);
  }

  protected read(): string | undefined {
    while (this.#from < this.#text.length || this.#fill()) {
      const line = this.#cut();
      if (line !== undefined) return line;
    }
    return undefined;
  }

  /** The next line of the text; `undefined` where it is left out. */
  #cut(): string | undefined {
    const text = this.#text;
    const from = this.#from;
    const end = text.indexOf('\n', from);
    const size = this.#even ? end - from : this.find(LF, this.at) - this.at;
    const hasCr = end > from && text.charCodeAt(end - 1) === CR;
    if (size > this.limits.max && size - (hasCr ? 1 : 0) > this.limits.max) return this.#leaveOut(size);
    this.at += size + 1;
    this.#from = end + 1;
    return text.slice(from, hasCr ? end - 1 : end);
  }

  /** A whole line that is too long. */
  #leaveOut(size: number): undefined {
    // Where the decoder has come to its end, the text is not looked at again.
    const text = this.#text;
    this.#text = '';
    const error = this.tooLong();
    this.#text = text;
    this.#from = text.indexOf('\n', this.#from) + 1;
    this.at += size + 1;
    if (error !== undefined) throw error;
    return undefined;
  }

  protected override readLast(): string | undefined {
    const { lastWithoutEnd, encoding } = this.limits;
    if (!lastWithoutEnd) return undefined;
    const size = this.to - this.at;
    const line = this.bytes.toString(encoding, this.at, this.at + this.#contentOf(size));
    this.taken(size);
    return line;
  }

  /** Makes a text of the next whole lines; false where there is none. */
  #fill(): boolean {
    this.#text = '';
    this.#from = 0;
    for (;;) {
      if (this.skipping) this.skip();
      if (this.skipping) return false;
      const end = this.#endOfLines();
      const size = (end < 0 ? this.to : end) - this.at;
      if (end >= 0 && size <= AT_ONCE) {
        return this.#decode(end + 1);
      } else if (this.#contentOf(size) > this.limits.max) {
        const error = this.tooLong();
        this.skipping = true;
        if (error !== undefined) throw error;
      } else if (end >= 0) {
        return this.#decode(end + 1);
      } else {
        this.seen = size;
        return false;
      }
    }
  }

  protected override skip(): void {
    const end = this.find(LF, this.at + this.seen);
    this.skipping = end < 0;
    this.taken((end < 0 ? this.to : end + 1) - this.at);
  }

  #decode(to: number): boolean {
    const { encoding } = this.limits;
    this.#text = this.bytes.toString(encoding, this.at, to);
    this.#even = this.#text.length === to - this.at;
    this.seen = 0;
    return true;
  }

  /** The last line feed of those that are near, or the first one. */
  #endOfLines(): number {
    const from = this.at + this.seen;
    const near = Math.min(this.at + AT_ONCE, this.to);
    if (near - from < 2) return this.find(LF, from);
    const last = this.bytes.subarray(from, near).lastIndexOf(LF);
    return last < 0 ? this.find(LF, near) : from + last;
  }

  #contentOf(size: number): number {
    return size > 0 && this.bytes[this.at + size - 1] === CR ? size - 1 : size;
  }
}
