import { ByteDecoder, type Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, frameOf } from './encoding.js';

const [LF, CR, DOT] = [10, 13, 46];
/** Before a dot that begins a line, and is no part of what was written. */
export const LINE_WITH_DOT = Buffer.from('\r\n.');
const LAST_LINE = Buffer.from('\r\n.\r\n');

/** What the decoders of texts that end with a dot share. */
export interface DotLimits<E extends FrameEncoding> extends Limits {
  readonly encoding: E;
}

/** Texts of whole lines, each of which ends with a dot on a line by itself. */
export class DotStuffedDecoder<E extends FrameEncoding> extends ByteDecoder<FrameOf<E>> {
  declare protected readonly limits: DotLimits<E>;
  /** Dots in what was seen of the text that are not a part of it. */
  #dots = 0;

  constructor(limits: DotLimits<E>) {
    super(limits);
  }

  override takeBuffered(): Buffer {
    this.#dots = 0;
    return super.takeBuffered();
  }

  protected read(): FrameOf<E> | undefined {
    for (;;) {
      if (this.skipping) this.skip();
      if (this.skipping || this.to === this.at) return undefined;
      const end = this.#end();
      // What was seen is a part of the text, and so is the end of the line before the last one.
      const size = (end < 0 ? this.seen : end - this.at) - this.#dots;
      if (size > this.limits.max) this.#tooLong();
      else if (end < 0) return undefined;
      else return this.#frame(end);
    }
  }

  /** Where the dot is that ends the text, or -1. Each other dot that begins a line is counted. */
  #end(): number {
    if (this.seen === 0 && this.bytes[this.at] === DOT) {
      if (this.to - this.at < 3) return -1;
      if (this.#isLast(this.at)) return this.at;
      this.#dots++;
      this.seen = 1;
    }
    for (;;) {
      const found = this.findAll(LINE_WITH_DOT, this.at + this.seen);
      if (found < 0 || found + LAST_LINE.length > this.to) {
        this.seen = Math.max(this.seen, (found < 0 ? this.to - LINE_WITH_DOT.length + 1 : found) - this.at);
        return -1;
      }
      const dot = found + LINE_WITH_DOT.length - 1;
      if (this.#isLast(dot)) return dot;
      this.#dots++;
      this.seen = dot + 1 - this.at;
    }
  }

  #isLast(dot: number): boolean {
    return this.bytes[dot + 1] === CR && this.bytes[dot + 2] === LF;
  }

  #frame(end: number): FrameOf<E> {
    const { encoding } = this.limits;
    const frame =
      this.#dots === 0
        ? frameOf(encoding, this.bytes, this.at, end)
        : frameOf(encoding, withoutDots(this.bytes.subarray(this.at, end), this.#dots), 0, end - this.at - this.#dots);
    this.taken(end + 3 - this.at);
    this.#dots = 0;
    return frame;
  }

  #tooLong(): void {
    const error = this.tooLong();
    this.skipping = true;
    this.#dots = 0;
    if (error !== undefined) throw error;
  }

  /** Where the end has not come, what may be its beginning stays. */
  protected override skip(): void {
    const end = this.findAll(LAST_LINE, this.at);
    this.skipping = end < 0;
    this.taken(end < 0 ? Math.max(0, this.to - this.at - LAST_LINE.length + 1) : end + LAST_LINE.length - this.at);
  }
}

/** A copy without so many dots, each the first of its line. */
function withoutDots(text: Buffer, dots: number): Buffer {
  const copy = Buffer.allocUnsafe(text.length - dots);
  let from = text[0] === DOT ? 1 : 0;
  let to = 0;
  while (from < text.length) {
    const found = text.indexOf(LINE_WITH_DOT, from);
    const end = found < 0 ? text.length : found + LINE_WITH_DOT.length - 1;
    to += text.copy(copy, to, from, end);
    from = end + 1;
  }
  return copy;
}
