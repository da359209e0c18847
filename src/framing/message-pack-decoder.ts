import { ByteDecoder, type Limits, badFrame } from './byte-decoder.js';

/** What the decoders of a framing of MessagePack share. */
export interface MessagePackLimits extends Limits {
  readonly codec: { unpack(bytes: Uint8Array): unknown };
}

/** By the types from 0xc0 to 0xdf: how many bytes tell a length, and how many follow besides. */
const LENGTH = [0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4];
const FOLLOW = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0];
const [MAP, ARRAY, TEXT, OTHERS, UNUSED, ARRAY_16, MAP_16, NEGATIVE] = [
  0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xdc, 0xde, 0xe0,
] as const;

/**
 * Values of MessagePack. It walks along the types to find where a value ends, and goes on there when more bytes have come; then the codec
 * makes the value. `seen` is how far it has walked, perhaps beyond what has come.
 */
export class MessagePackDecoder<Value> extends ByteDecoder<Value> {
  declare protected readonly limits: MessagePackLimits;
  /** How many values are still to come until the one at hand is whole. */
  #open = 1;

  constructor(limits: MessagePackLimits) {
    super(limits);
  }

  override takeBuffered(): Buffer {
    this.#open = 1;
    return super.takeBuffered();
  }

  protected read(): Value | undefined {
    while (this.to > this.at) {
      const goesOn = this.#walk();
      if (this.skipping) {
        if (!this.#leaveOutWalked()) return undefined;
      } else if (this.seen + this.#open > this.limits.max) {
        const error = this.tooLong();
        this.skipping = true;
        if (error !== undefined) throw error;
      } else if (goesOn || this.at + this.seen > this.to) {
        this.need = this.seen + Math.max(this.#open, goesOn ? 1 : 0);
        return undefined;
      } else return this.#value();
    }
    return undefined;
  }

  /** Walks on, to the end of the value or of the bytes; true where it has not found the end. */
  #walk(): boolean {
    const { bytes, to } = this;
    const most = this.skipping ? Infinity : this.limits.max;
    while (this.#open > 0 && this.seen + this.#open <= most) {
      const at = this.at + this.seen;
      if (at >= to) return true;
      const type = bytes[at]!;
      if (type === UNUSED) throw this.bad('0xc1 is not a type of MessagePack');
      const lengthBytes = type >= OTHERS && type < NEGATIVE ? LENGTH[type - OTHERS]! : 0;
      if (at + 1 + lengthBytes > to) return true;
      const length = lengthBytes === 0 ? shortLength(type) : bytes.readUIntBE(at + 1, lengthBytes);
      const values = valuesEach(type);
      this.#open += values * length - 1;
      const follow = type >= OTHERS && type < NEGATIVE ? FOLLOW[type - OTHERS]! : 0;
      this.seen += 1 + lengthBytes + follow + (values === 0 ? length : 0);
    }
    return this.#open > 0;
  }

  protected override skip(): void {
    this.#walk();
    this.#leaveOutWalked();
  }

  /** What was walked over is left out; true where that was the whole value. */
  #leaveOutWalked(): boolean {
    const here = Math.min(this.seen, this.to - this.at);
    this.at += here;
    this.seen -= here;
    if (this.#open > 0 || this.seen > 0) return false;
    this.#open = 1;
    this.skipping = false;
    return true;
  }

  #value(): Value {
    const bytes = this.bytes.subarray(this.at, this.at + this.seen);
    const { place } = this;
    this.taken(this.seen);
    this.#open = 1;
    try {
      return (this.limits.codec.unpack(bytes) ?? null) as Value;
    } catch (thrown) {
      throw badFrame(this.limits.name, place, `it cannot be unpacked (${String(thrown)})`, thrown);
    }
  }
}

/** A length in the type itself. */
function shortLength(type: number): number {
  if (type < MAP || type >= OTHERS) return 0;
  return type < TEXT ? type & 0x0f : type & 0x1f;
}

/** How many values each one of its length means; 0 where it counts bytes. */
function valuesEach(type: number): 0 | 1 | 2 {
  if ((type >= MAP && type < ARRAY) || (type >= MAP_16 && type < NEGATIVE)) return 2;
  return (type >= ARRAY && type < TEXT) || (type >= ARRAY_16 && type < MAP_16) ? 1 : 0;
}
