import * as v from 'valibot';
import { count, parseOptions } from '../core/options/option-schema.js';
import { ByteDecoder, type Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, frameOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { encodingOption } from './options.js';

export const fixedSchema = v.strictObject({
  /** How many bytes each frame has. */
  size: count(1),
  /** What a frame is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
});

/** Options of {@link fixed}. */
export type FixedOptions<E extends FrameEncoding = FrameEncoding> = v.InferInput<typeof fixedSchema> & {
  readonly encoding?: E | undefined;
};

/**
 * Frames that all have the same number of bytes.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function fixed<const E extends FrameEncoding = 'buffer'>(
  options: FixedOptions<E>,
): Framing<FrameOf<E>, SentOf<E>> {
  const settings = parseOptions(fixedSchema, options, 'fixed()');
  const { size: max } = settings;
  const name = 'fixed()';
  const encoding = settings.encoding as E;
  const limits: FixedLimits<E> = { name, max, onTooLong: 'error', encoding };
  return {
    name,
    max,
    decoder: () => new FixedDecoder(limits),
    encode(frame) {
      const bytes = bytesOf(frame, encoding, name, max);
      if (bytes.length < max) throw notEncoded(name, `it has ${bytes.length} bytes, and "size" is ${max}`);
      return Buffer.from(bytes);
    },
  };
}

interface FixedLimits<E extends FrameEncoding> extends Limits {
  readonly encoding: E;
}

class FixedDecoder<E extends FrameEncoding> extends ByteDecoder<FrameOf<E>> {
  declare protected readonly limits: FixedLimits<E>;

  protected read(): FrameOf<E> | undefined {
    const { max, encoding } = this.limits;
    if (this.to - this.at < max) {
      this.need = max;
      return undefined;
    }
    const frame = frameOf(encoding, this.bytes, this.at, this.at + max);
    this.taken(max);
    return frame;
  }
}
