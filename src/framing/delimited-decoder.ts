import { ByteDecoder, type Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, frameOf } from './encoding.js';

const CR = 13;

/** What the decoders of a framing with delimiters share. */
export interface DelimitedLimits<E extends FrameEncoding> extends Limits {
  readonly delimiter: Buffer;
  readonly encoding: E;
  /** Whether a CR right before the delimiter belongs to it. */
  readonly withCr: boolean;
  /** Whether what stands behind the last delimiter is a frame, too. */
  readonly lastWithoutEnd: boolean;
}

/** Frames that end with a delimiter, looked for in the bytes. */
export class DelimitedDecoder<E extends FrameEncoding> extends ByteDecoder<FrameOf<E>> {
  declare protected readonly limits: DelimitedLimits<E>;

  constructor(limits: DelimitedLimits<E>) {
    super(limits);
  }

  protected read(): FrameOf<E> | undefined {
    const { delimiter, max } = this.limits;
    for (;;) {
      if (this.skipping) this.skip();
      if (this.skipping) return undefined;
      const end = this.#end();
      if (end >= 0 && this.#size(end) <= max) {
        const frame = frameOf(this.limits.encoding, this.bytes, this.at, this.at + this.#size(end));
        this.taken(end - this.at + delimiter.length);
        return frame;
      } else if (end < 0 && this.#leastSize() <= max) {
        this.seen = Math.max(0, this.to - this.at - delimiter.length + 1);
        return undefined;
      } else {
        const error = this.tooLong();
        this.skipping = true;
        if (error !== undefined) throw error;
      }
    }
  }

  protected override readLast(): FrameOf<E> | undefined {
    const { lastWithoutEnd, encoding, max } = this.limits;
    if (!lastWithoutEnd) return undefined;
    const size = this.to - this.at;
    if (size > max) {
      const error = this.tooLong();
      this.taken(size);
      if (error !== undefined) throw error;
      return undefined;
    }
    const frame = frameOf(encoding, this.bytes, this.at, this.to);
    this.taken(size);
    return frame;
  }

  #size(end: number): number {
    const size = end - this.at;
    return this.limits.withCr && size > 0 && this.bytes[end - 1] === CR ? size - 1 : size;
  }

  /** How long the frame is at least whose end has not come: the last bytes may be the beginning of the delimiter. */
  #leastSize(): number {
    return this.#size(this.to) - this.limits.delimiter.length + 1;
  }

  /** Where the next delimiter begins, or -1. */
  #end(): number {
    const { delimiter } = this.limits;
    const from = this.at + this.seen;
    return delimiter.length === 1 ? this.find(delimiter[0]!, from) : this.findAll(delimiter, from);
  }

  /** Where the end has not come, what may be the beginning of the delimiter stays. */
  protected override skip(): void {
    const { length } = this.limits.delimiter;
    const end = this.#end();
    if (end >= 0) {
      this.skipping = false;
      this.taken(end - this.at + length);
    } else this.taken(Math.max(0, this.to - this.at - length + 1));
  }
}
