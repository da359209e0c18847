import * as v from 'valibot';
import { badOption } from '../core/options/option-problem.js';
import { flag, parseOptions } from '../core/options/option-schema.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';
import { SizedDecoder, type SizedLimits } from './sized-decoder.js';
import { VARINT_BYTES, varint, varintBytes, varintOf } from './varint.js';

export const lengthPrefixedSchema = v.strictObject({
  ...limitOptions.entries,
  /** How many bytes the length has; `varint` has seven bits in each, the lowest first, and the eighth bit says that more follow. */
  bytes: v.optional(v.picklist([1, 2, 4, 8, 'varint'], 'must be 1, 2, 4, 8 or varint'), 4),
  /** Which byte of the length comes first: the highest or the lowest. */
  endian: v.optional(v.picklist(['big', 'little'], 'must be big or little'), 'big'),
  /** Whether the length counts its own bytes, too. Not with `varint`. */
  headerCounted: v.optional(flag, false),
  /** What a frame is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
});

/** Options of {@link lengthPrefixed}. */
export type LengthPrefixedOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof lengthPrefixedSchema> & { readonly encoding?: E | undefined };

/** The numbers up to here are whole in JavaScript. */
const HIGHEST_OF_8 = Math.floor(Number.MAX_SAFE_INTEGER / 2 ** 32);

/**
 * Frames that each begin with their length.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function lengthPrefixed<const E extends FrameEncoding = 'buffer'>(
  options: LengthPrefixedOptions<E> = {},
): Framing<FrameOf<E>, SentOf<E>> {
  const settings = parseOptions(lengthPrefixedSchema, options, 'lengthPrefixed()');
  const { max, bytes, headerCounted } = settings;
  if (bytes === 'varint' && headerCounted) {
    const problem = 'it is true, and a varint does not count itself';
    throw badOption('lengthPrefixed()', 'headerCounted', problem);
  }
  const name = 'lengthPrefixed()';
  const encoding = settings.encoding as E;
  const limits: PrefixLimits<E> = { ...settings, name, encoding };
  return {
    name,
    max,
    decoder: () => new LengthPrefixedDecoder(limits),
    encode(frame) {
      const body = bytesOf(frame, encoding, name, max);
      return Buffer.concat([prefixOf(body.length, limits), body]);
    },
  };
}

interface PrefixLimits<E extends FrameEncoding> extends SizedLimits<E> {
  readonly bytes: 1 | 2 | 4 | 8 | 'varint';
  readonly endian: 'big' | 'little';
  readonly headerCounted: boolean;
}

class LengthPrefixedDecoder<E extends FrameEncoding> extends SizedDecoder<E> {
  declare protected readonly limits: PrefixLimits<E>;

  protected readHeader(): boolean {
    const { bytes, headerCounted } = this.limits;
    if (bytes === 'varint') return this.#readVarint();
    if (this.to - this.at < bytes) {
      this.need = bytes;
      return false;
    }
    const length = this.#length(bytes) - (headerCounted ? bytes : 0);
    if (length < 0) throw this.bad(`its length is ${length + bytes}, less than the ${bytes} bytes that the length has`);
    this.header = bytes;
    this.body = length;
    return true;
  }

  #length(bytes: 1 | 2 | 4 | 8): number {
    const isBig = this.limits.endian === 'big';
    if (bytes < 8) return isBig ? this.bytes.readUIntBE(this.at, bytes) : this.bytes.readUIntLE(this.at, bytes);
    const high = isBig ? this.bytes.readUInt32BE(this.at) : this.bytes.readUInt32LE(this.at + 4);
    const low = isBig ? this.bytes.readUInt32BE(this.at + 4) : this.bytes.readUInt32LE(this.at);
    if (high > HIGHEST_OF_8) throw this.bad('its length is more than 9,007,199,254,740,991');
    return high * 2 ** 32 + low;
  }

  #readVarint(): boolean {
    const size = varintBytes(this.bytes, this.at, this.to);
    if (size === 0) {
      if (this.to - this.at >= VARINT_BYTES) throw this.bad('its length has more than 49 bits');
      this.need = this.to - this.at + 1;
      return false;
    }
    this.header = size;
    this.body = varintOf(this.bytes, this.at, size);
    return true;
  }
}

function prefixOf<E extends FrameEncoding>(
  body: number,
  { name, bytes, endian, headerCounted }: PrefixLimits<E>,
): Buffer {
  if (bytes === 'varint') return varint(body);
  const length = body + (headerCounted ? bytes : 0);
  if (length >= 2 ** (8 * bytes)) throw notEncoded(name, `a length of ${length} does not fit into ${bytes} bytes`);
  const prefix = Buffer.alloc(bytes);
  if (bytes === 8) {
    const high = Math.floor(length / 2 ** 32);
    const low = length % 2 ** 32;
    if (endian === 'big') prefix.writeUInt32BE(low, prefix.writeUInt32BE(high, 0));
    else prefix.writeUInt32LE(high, prefix.writeUInt32LE(low, 0));
  } else if (endian === 'big') prefix.writeUIntBE(length, 0, bytes);
  else prefix.writeUIntLE(length, 0, bytes);
  return prefix;
}
