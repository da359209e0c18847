import * as v from 'valibot';
import { parseOptions } from '../core/options/option-schema.js';
import { type FrameEncoding, type FrameOf, type SentOf, bytesOf } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';
import { SizedDecoder, type SizedLimits } from './sized-decoder.js';

export const netstringsSchema = v.strictObject({
  ...limitOptions.entries,
  /** What a frame is decoded to. */
  encoding: v.optional(encodingOption, 'buffer'),
});

/** Options of {@link netstrings}. */
export type NetstringsOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof netstringsSchema> & {
    readonly encoding?: E | undefined;
  };

const [ZERO, NINE, COLON, COMMA] = [48, 57, 58, 44];
/** A number of so many digits is whole in JavaScript. */
const DIGITS = 15;

/**
 * Netstrings (https://cr.yp.to/proto/netstrings.txt): `5:hello,`.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function netstrings<const E extends FrameEncoding = 'buffer'>(
  options: NetstringsOptions<E> = {},
): Framing<FrameOf<E>, SentOf<E>> {
  const { max, onTooLong, encoding: given } = parseOptions(netstringsSchema, options, 'netstrings()');
  const name = 'netstrings()';
  const encoding = given as E;
  const limits: SizedLimits<E> = { name, max, onTooLong, encoding };
  return {
    name,
    max,
    decoder: () => new NetstringDecoder(limits),
    encode(frame) {
      const bytes = bytesOf(frame, encoding, name, max);
      return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);
    },
  };
}

class NetstringDecoder<E extends FrameEncoding> extends SizedDecoder<E> {
  protected override readonly trailer = 1;

  protected readHeader(): boolean {
    const { bytes, at, to } = this;
    let length = 0;
    for (let digits = 0; at + digits < to; digits++) {
      const byte = bytes[at + digits]!;
      if (byte === COLON && digits > 0) {
        this.header = digits + 1;
        this.body = length;
        return true;
      }
      if (byte < ZERO || byte > NINE) throw this.bad(`where its length should be there is the byte ${byte}`);
      if (digits === DIGITS) throw this.bad(`its length has more than ${DIGITS} digits`);
      if (digits === 1 && length === 0) throw this.bad('its length begins with a needless 0');
      length = length * 10 + byte - ZERO;
    }
    this.need = to - at + 1;
    return false;
  }

  protected override problemBehind(at: number): string | undefined {
    const byte = this.bytes[at];
    return byte === COMMA ? undefined : `where its comma should be there is the byte ${byte}`;
  }
}
