import * as v from 'valibot';
import { flag, parseOptions } from '../core/options/option-schema.js';
import { DelimitedDecoder } from './delimited-decoder.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, notEncoded } from './encoding.js';
import type { Decoder, Framing } from './framing.js';
import { LinesDecoder } from './lines-decoder.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';

export const linesSchema = v.strictObject({
  ...limitOptions.entries,
  /** What a line is decoded to. */
  encoding: v.optional(encodingOption, 'utf8'),
  /** The line end that `encode()` writes. Both are accepted in received data. */
  end: v.optional(v.picklist(['\n', '\r\n'], 'must be \\n or \\r\\n'), '\n'),
  /** Whether text after the last line end is a line, too, when the stream has ended. If not, it is an error. */
  lastWithoutEnd: v.optional(flag, false),
});

/** Options of {@link lines}. */
export type LinesOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof linesSchema> & {
    readonly encoding?: E | undefined;
  };

const LF = Buffer.from('\n');

/**
 * Lines, without their ends: LF, or CR and LF. Empty lines are lines.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function lines<const E extends FrameEncoding = 'utf8'>(
  options: LinesOptions<E> = {},
): Framing<FrameOf<E>, SentOf<E>> {
  const { max, onTooLong, encoding, end, lastWithoutEnd } = parseOptions(linesSchema, options, 'lines()');
  const name = 'lines()';
  const limits = { name, max, onTooLong, lastWithoutEnd };
  const decoder = (): Decoder<string> | Decoder<Buffer> =>
    encoding === 'buffer'
      ? new DelimitedDecoder({ ...limits, encoding, delimiter: LF, withCr: true })
      : new LinesDecoder({ ...limits, encoding });
  const isUtf8 = encoding === 'buffer' || encoding === 'utf8';
  const ending = Buffer.from(end);
  return {
    name,
    max,
    decoder: decoder as () => Decoder<FrameOf<E>>,
    encode(line) {
      // The way of nearly all: one buffer, and no copy. (In other encodings several characters become a line feed.)
      if (isUtf8 && typeof line === 'string' && line.length * 3 <= max && !line.includes('\n') && !line.endsWith('\r'))
        return Buffer.from(line + end);
      const bytes = bytesOf(line, encoding, name, max);
      if (bytes.includes(10)) throw notEncoded(name, 'it has a line feed in it, which would end it there');
      if (bytes.at(-1) === 13)
        throw notEncoded(name, 'it ends with a carriage return, which would be taken for a part of the end');
      return Buffer.concat([bytes, ending]);
    },
  };
}
