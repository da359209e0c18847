import * as v from 'valibot';
import { badOption } from '../core/options/option-problem.js';
import { count, flag, parseOptions } from '../core/options/option-schema.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type LengthPrefix, prefix, prefixBytes, prefixOf } from './length-prefix.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';
import { SizedDecoder, type SizedLimits } from './sized-decoder.js';

export const lengthPrefixedSchema = v.strictObject({
  ...limitOptions.entries,
  /** How many bytes the length has; `varint` has seven bits in each, the lowest first, and the eighth bit says that more follow. */
  bytes: v.optional(v.picklist([1, 2, 3, 4, 8, 'varint'], 'must be 1, 2, 3, 4, 8 or varint'), 4),
  /** Which byte of the length comes first: the highest or the lowest. */
  endian: v.optional(v.picklist(['big', 'little'], 'must be big or little'), 'big'),
  /** What the length counts besides what follows it: nothing, its own bytes (`true`), or the whole frame (`'all'`). Not with `varint`. */
  headerCounted: v.optional(v.union([flag, v.literal('all')], 'must be true, false or all'), false),
  /** The number of header bytes before the length. With any, frames are received and sent with their header. */
  before: v.optional(count(0), 0),
  /** The number of bytes after the length that it does not count, such as the rest of the header. With any, frames are received and sent with their header. */
  after: v.optional(count(0), 0),
  /** What a frame is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
});

/** Options of {@link lengthPrefixed}. */
export type LengthPrefixedOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof lengthPrefixedSchema> & { readonly encoding?: E | undefined };

const NAME = 'lengthPrefixed()';

/**
 * Frames that each begin with their length, or with a header that has their length in it (`before`, `after`).
 *
 * A frame of the first kind is what follows its length. One of the second kind is whole: `max` counts all of it, and when it is sent the
 * length in it must be right.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function lengthPrefixed<const E extends FrameEncoding = 'buffer'>(
  options: LengthPrefixedOptions<E> = {},
): Framing<FrameOf<E>, SentOf<E>> {
  const settings = parseOptions(lengthPrefixedSchema, options, NAME);
  const { max, bytes, headerCounted, before, after } = settings;
  if (bytes === 'varint' && headerCounted !== false) {
    const problem = `it is ${headerCounted}, and a varint counts only what follows it`;
    throw badOption(NAME, 'headerCounted', problem);
  }
  const encoding = settings.encoding as E;
  const counted = headerCounted === false || bytes === 'varint' ? 0 : bytes;
  const limits: PrefixLimits<E> = {
    ...settings,
    name: NAME,
    encoding,
    counted: headerCounted === 'all' ? before + counted + after : counted,
    isWhole: before + after > 0,
  };
  return {
    name: NAME,
    max,
    decoder: () => new LengthPrefixedDecoder(limits),
    encode: (frame) => (limits.isWhole ? wholeFrame(frame, limits) : withLength(frame, limits)),
  };
}

interface PrefixLimits<E extends FrameEncoding> extends SizedLimits<E>, LengthPrefix {
  readonly before: number;
  readonly after: number;
  /** How many bytes the length counts besides those that the frame has behind its header. */
  readonly counted: number;
}

class LengthPrefixedDecoder<E extends FrameEncoding> extends SizedDecoder<E> {
  declare protected readonly limits: PrefixLimits<E>;
  protected override readonly trailer: number;

  constructor(limits: PrefixLimits<E>) {
    super(limits);
    this.trailer = limits.after;
  }

  protected readHeader(): boolean {
    const { limits } = this;
    const { before, bytes, counted } = limits;
    const at = this.at + before;
    try {
      const size = prefixBytes(limits, this.bytes, at, this.to);
      if (size === 0) {
        this.need = bytes === 'varint' ? Math.max(before, this.to - this.at) + 1 : before + bytes;
        return false;
      }
      const length = prefixOf(limits, this.bytes, at, size);
      this.header = before + size;
      this.body = length - counted;
    } catch (error) {
      throw this.bad((error as RangeError).message);
    }
    if (this.body >= 0) return true;
    throw this.bad(`its length is ${this.body + counted}, less than the ${counted} bytes that it counts itself`);
  }
}

function withLength(frame: unknown, limits: PrefixLimits<FrameEncoding>): Buffer {
  const body = bytesOf(frame, limits.encoding, NAME, limits.max);
  try {
    return Buffer.concat([prefix(body.length + limits.counted, limits), body]);
  } catch (error) {
    throw notEncoded(NAME, (error as RangeError).message);
  }
}

/** The frame as it is, where it has the length that it tells. */
function wholeFrame(frame: unknown, limits: PrefixLimits<FrameEncoding>): Buffer {
  const given = bytesOf(frame, limits.encoding, NAME, limits.max);
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const { before, after, counted } = limits;
  const size = bytes.length < before ? 0 : prefixBytes(limits, bytes, before, bytes.length);
  if (size === 0) throw notEncoded(NAME, `it has ${bytes.length} bytes, and its length is not among them`);
  const body = prefixOf(limits, bytes, before, size) - counted;
  const here = bytes.length - before - size - after;
  if (body !== here)
    throw notEncoded(NAME, `its length says that ${body} bytes follow its header, and there are ${here}`);
  return bytes;
}
