import type { Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, frameOf } from './encoding.js';
import { BAD, RespDecoder, WAITS } from './resp-decoder.js';
import { DEEPEST } from './resp-reply.js';

/** A reply of RESP2 as it is heard. A number that is not exact as one is a bigint; the null bulk string and the null array are both `null`. */
export type RespReplyOf<E extends FrameEncoding> =
  FrameOf<E> | number | bigint | null | { readonly status: string } | { readonly error: string } | RespReplyOf<E>[];

/** What the decoders of a framing of replies share. */
export interface RespRepliesLimits<E extends FrameEncoding> extends Limits {
  readonly encoding: E;
}

/** An array whose parts have not all come. */
interface OpenArray<E extends FrameEncoding> {
  readonly parts: RespReplyOf<E>[];
  missing: number;
}

const [LF, CR, DOLLAR, STAR, PLUS, MINUS, COLON] = [10, 13, 36, 42, 43, 45, 58] as const;
/** `+`, a line end. */
const SHORTEST_PART = 3;
const INTEGER = /^[-+]?\d{1,19}$/;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Replies of RESP2, with arrays in arrays: these are kept on a list, so that no depth of them is one of calls. */
export class RespRepliesDecoder<E extends FrameEncoding> extends RespDecoder<RespReplyOf<E>> {
  declare protected readonly limits: RespRepliesLimits<E>;
  #open: OpenArray<E>[] = [];
  /** How many parts are still to come, as far as is known: in all open arrays, or the reply itself. */
  #missing = 1;
  /** So far from `at` on the end of a line was looked for in vain. */
  #searched = 0;
  /** It is in the middle of a line that is left out. */
  #inLine = false;

  constructor(limits: RespRepliesLimits<E>) {
    super(limits);
  }

  override takeBuffered(): Buffer {
    this.#beginAnew();
    return super.takeBuffered();
  }

  protected read(): RespReplyOf<E> | undefined {
    while (this.to - this.at > (this.skipping ? 0 : this.seen)) {
      if (this.skipping) {
        if (!this.#skipParts()) return undefined;
        continue;
      }
      const before = this.seen;
      const part = this.#readPart();
      const whole = part === undefined ? undefined : this.#added(part);
      if (whole === undefined) {
        // It waits for more, unless it has got on.
        if (this.seen === before && !this.skipping) return undefined;
        continue;
      }
      this.taken(this.seen);
      this.#beginAnew();
      return whole;
    }
    return undefined;
  }

  protected forget(): void {
    this.#open = [];
  }

  #beginAnew(): void {
    this.#open = [];
    this.#missing = 1;
    this.#searched = 0;
    this.#inLine = false;
  }

  /** Puts a part where it belongs; the whole reply where it was the last one. */
  #added(part: RespReplyOf<E>): RespReplyOf<E> | undefined {
    let whole = part;
    for (let last = this.#open.at(-1); last !== undefined; last = this.#open.at(-1)) {
      last.parts.push(whole);
      if (--last.missing > 0) return undefined;
      this.#open.pop();
      whole = last.parts;
    }
    return whole;
  }

  // ---- A part ----

  /** What begins there; `undefined` where it has not all come, is left out, or is an array whose parts follow. */
  #readPart(): RespReplyOf<E> | undefined {
    const at = this.at + this.seen;
    const type = this.bytes[at]!;
    if (type === DOLLAR) return this.#readBulk(at);
    if (type === STAR) return this.#readArray(at);
    if (!isLine(type)) throw this.#noReply(type);
    const end = this.#endOfLine();
    if (end === undefined) return undefined;
    this.#read(end + 1 - this.at);
    if (type === COLON) return this.#integer(this.bytes.toString('latin1', at + 1, end - 1));
    const text = this.#text(at + 1, end - 1);
    return type === PLUS ? { status: text } : { error: text };
  }

  /** Where the line at hand ends; `undefined` where that has not come, or is too far. */
  #endOfLine(): number | undefined {
    const end = this.find(LF, this.at + Math.max(this.#searched, this.seen));
    this.#searched = (end < 0 ? this.to : end + 1) - this.at;
    if (this.#isTooLong(this.#searched)) return undefined;
    if (end < 0) return this.#waits();
    if (this.bytes[end - 1] !== CR) throw this.bad('a line does not end with CR LF');
    return end;
  }

  #readBulk(at: number): RespReplyOf<E> | undefined {
    const length = this.#lengthAt(at);
    if (length === WAITS) return this.#waits();
    const from = this.behind;
    const end = from + length;
    const size = (length < 0 ? from : end + 2) - this.at;
    if (this.#isTooLong(size)) return undefined;
    if (this.at + size > this.to) return this.#waits(size);
    if (length >= 0 && !this.endsAsBulk(end)) throw this.bad('a bulk string does not end with CR LF where it must');
    this.#read(size);
    return length < 0 ? null : frameOf(this.limits.encoding, this.bytes, from, end);
  }

  #readArray(at: number): RespReplyOf<E> | undefined {
    const length = this.#lengthAt(at);
    if (length === WAITS) return this.#waits();
    const size = this.behind - this.at;
    this.#missing += Math.max(length, 0);
    // What its parts need at least counts before they have come.
    if (this.#isTooLong(size)) {
      this.#missing -= Math.max(length, 0);
      return undefined;
    }
    this.#read(size);
    if (length <= 0) return length < 0 ? null : [];
    if (this.#open.length === DEEPEST) throw this.bad(`its arrays are more than ${DEEPEST} deep`);
    this.#open.push({ parts: [], missing: length });
    return undefined;
  }

  #lengthAt(at: number): number {
    const length = this.lengthAt(at + 1);
    if (length === BAD || (length < -1 && length !== WAITS)) throw this.bad('a length is not a whole number from -1');
    return length;
  }

  #integer(digits: string): number | bigint {
    if (!INTEGER.test(digits)) throw this.bad('an integer is not a whole number');
    const number = Number(digits);
    if (Number.isSafeInteger(number)) return number;
    const exact = BigInt(digits);
    if (exact < LEAST || exact > MOST) throw this.bad('an integer has more than 64 bits');
    return exact;
  }

  #text(from: number, to: number): string {
    const { encoding } = this.limits;
    return this.bytes.toString(encoding === 'buffer' ? 'utf8' : encoding, from, to);
  }

  /** One part has been read, and ends so far from `at`. */
  #read(size: number): void {
    this.seen = size;
    this.#missing--;
  }

  #isTooLong(size: number): boolean {
    return this.insistOn(size + SHORTEST_PART * (this.#missing - 1));
  }

  /** @param size how many bytes it needs from `at` on, where that is known: where not, the window grows by itself. */
  #waits(size = 0): undefined {
    this.need = size;
  }

  #noReply(type: number): Error {
    return this.bad(
      `a reply begins with '+', '-', ':', '$' or '*', and not with ${JSON.stringify(String.fromCharCode(type))}`,
    );
  }

  // ---- A reply that is left out ----

  protected override skip(): void {
    this.#skipParts();
  }

  /** Goes over parts without making them; whether it has come to the end of the reply. */
  #skipParts(): boolean {
    while (this.#missing > 0) {
      const at = this.at + this.seen;
      if (at >= this.to) return this.drop();
      if (!(this.#inLine || isLine(this.bytes[at]!) ? this.#skipLine(at) : this.#skipLength(at))) return this.drop();
    }
    this.#beginAnew();
    this.skipping = false;
    this.leaveOut(this.seen);
    return true;
  }

  #skipLine(at: number): boolean {
    const end = this.find(LF, at);
    this.#inLine = end < 0;
    this.seen = (end < 0 ? this.to : end + 1) - this.at;
    if (end >= 0) this.#missing--;
    return end >= 0;
  }

  #skipLength(at: number): boolean {
    const type = this.bytes[at]!;
    if (type !== DOLLAR && type !== STAR) throw this.#noReply(type);
    const length = this.#lengthAt(at);
    if (length === WAITS) return false;
    this.#read(this.behind - this.at + (type === DOLLAR && length >= 0 ? length + 2 : 0));
    if (type === STAR) this.#missing += Math.max(length, 0);
    return true;
  }
}

/** Whether a part that begins so is a line. */
function isLine(type: number): boolean {
  return type === PLUS || type === MINUS || type === COLON;
}
