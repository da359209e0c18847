import * as v from 'valibot';
import { parseOptions } from '../core/options/option-schema.js';
import { DotStuffedDecoder, LINE_WITH_DOT } from './dot-stuffed-decoder.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';

export const dotStuffedSchema = v.strictObject({
  ...limitOptions.entries,
  /** What a text is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
});

/** Options of {@link dotStuffed}. */
export type DotStuffedOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof dotStuffedSchema> & { readonly encoding?: E | undefined };

const NAME = 'dotStuffed()';
const DOT = Buffer.from('.');
const END = Buffer.from('.\r\n');

/**
 * Texts of lines, as SMTP, POP3 and NNTP have them (RFC 5321, section 4.5.2): a dot on a line by itself ends a text, and a line that begins
 * with a dot is sent with another dot before it. Frames are without these dots; `max` does not count them.
 *
 * Only CR and LF end a line. A text without them at its end cannot be sent (`TT_FRAME_NOT_ENCODED`), an empty one can.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function dotStuffed<const E extends FrameEncoding = 'buffer'>(
  options: DotStuffedOptions<E> = {},
): Framing<FrameOf<E>, SentOf<E>> {
  const settings = parseOptions(dotStuffedSchema, options, NAME);
  const encoding = settings.encoding as E;
  const limits = { ...settings, name: NAME, encoding };
  return {
    name: NAME,
    max: settings.max,
    decoder: () => new DotStuffedDecoder(limits),
    encode(text) {
      const given = bytesOf(text, encoding, NAME, settings.max);
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
      if (bytes.length > 0 && !(bytes.at(-2) === 13 && bytes.at(-1) === 10))
        throw notEncoded(NAME, 'its last line does not end with CR and LF');
      return Buffer.concat([...withDots(bytes), END]);
    },
  };
}

/** The parts of a text, with a dot before each one that begins with a dot. */
function* withDots(text: Buffer): Generator<Buffer> {
  let from = 0;
  let dot = text[0] === DOT[0] ? 0 : nextDot(text, 0);
  for (; dot >= 0; from = dot, dot = nextDot(text, dot)) {
    yield text.subarray(from, dot);
    yield DOT;
  }
  yield text.subarray(from);
}

/** Where the next line begins that begins with a dot, or -1. */
function nextDot(text: Buffer, from: number): number {
  const found = text.indexOf(LINE_WITH_DOT, from);
  return found < 0 ? -1 : found + LINE_WITH_DOT.length - 1;
}
