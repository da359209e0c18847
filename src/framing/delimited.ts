import * as v from 'valibot';
import { flag, parseOptions } from '../core/options/option-schema.js';
import { DelimitedDecoder } from './delimited-decoder.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';

/** By a name of its own, which the types of the package keep: written out, TypeScript before 5.7 cannot read it. */
type Delimiter = string | Uint8Array;

export const delimitedSchema = v.strictObject({
  ...limitOptions.entries,
  /** What a frame ends with, as a text (UTF-8) or bytes: one byte or more. */
  delimiter: v.pipe(
    v.custom<Delimiter>((given) => typeof given === 'string' || given instanceof Uint8Array, 'must be a text or bytes'),
    v.check(({ length }) => length > 0, 'must not be empty'),
  ),
  /** What a frame is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
  /** Whether bytes after the last delimiter are a frame, too, when the stream has ended. If not, they are an error. */
  lastWithoutEnd: v.optional(flag, false),
});

/** Options of {@link delimited}. */
export type DelimitedOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof delimitedSchema> & {
    readonly encoding?: E | undefined;
  };

/**
 * Frames that end with a delimiter, which is no part of them.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function delimited<const E extends FrameEncoding = 'buffer'>(
  options: DelimitedOptions<E>,
): Framing<FrameOf<E>, SentOf<E>> {
  const { delimiter: given, max, ...settings } = parseOptions(delimitedSchema, options, 'delimited()');
  const name = 'delimited()';
  const delimiter = Buffer.from(given);
  const encoding = settings.encoding as E;
  const limits = { ...settings, name, max, delimiter, encoding, withCr: false };
  return {
    name,
    max,
    decoder: () => new DelimitedDecoder(limits),
    encode(frame) {
      const bytes = Buffer.concat([bytesOf(frame, encoding, name, max), delimiter]);
      // One that begins in the frame and ends in the delimiter would end it, too.
      if (bytes.indexOf(delimiter) < bytes.length - delimiter.length) {
        throw notEncoded(name, 'it has the delimiter in it, which would end it there');
      }
      return bytes;
    },
  };
}
