import { ByteDecoder } from './byte-decoder.js';

const [LF, CR, MINUS, ZERO] = [10, 13, 45, 48] as const;
/** More digits than a length within any `max` that is used has. */
const DIGITS = 9;
/** What is no length: its line has not all come, or is no number. */
export const WAITS = -2_000_000_000;
export const BAD = -2_000_000_001;

/**
 * What both sides of RESP2 do alike. A part of a frame is made as soon as it is there, so that each byte is looked at once; its bytes stay in
 * the window until the frame is whole. `seen` is how far that has come; while a frame is left out, perhaps beyond what has come.
 */
export abstract class RespDecoder<Frame> extends ByteDecoder<Frame> {
  /** Where the line behind the length begins that was read last. */
  protected behind = 0;

  /** Forgets what was made of the frame at hand: it is left out. */
  protected abstract forget(): void;

  /** The length of the line that begins there, {@link WAITS} or {@link BAD}. */
  protected lengthAt(from: number): number {
    const { bytes, to } = this;
    const isNegative = bytes[from] === MINUS;
    const first = isNegative ? from + 1 : from;
    let number = 0;
    let at = first;
    for (; at < to && bytes[at] !== CR; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9 || at - first === DIGITS) return BAD;
      number = number * 10 + digit;
    }
    if (at + 1 >= to) return WAITS;
    if (at === first || bytes[at + 1] !== LF) return BAD;
    this.behind = at + 2;
    return isNegative ? -number : number;
  }

  /** Whether a bulk string that begins there, so many bytes long, ends as it must. */
  protected endsAsBulk(end: number): boolean {
    return this.bytes[end] === CR && this.bytes[end + 1] === LF;
  }

  /** That it has no more bytes than it may have; true where it is left out. */
  protected insistOn(size: number): boolean {
    if (size <= this.limits.max) return false;
    const error = this.tooLong();
    this.skipping = true;
    this.forget();
    if (error !== undefined) throw error;
    return true;
  }

  /** Leaves out what was gone over, as far as it has come: what follows is gone over when it has. */
  protected drop(): false {
    const here = Math.min(this.seen, this.to - this.at);
    this.at += here;
    this.seen -= here;
    this.need = 0;
    return false;
  }

  protected waitsFor(size: number): false {
    this.need = size;
    return false;
  }
}
