import * as v from 'valibot';
import { TaskTonicError } from '../core/errors.js';
import { callable, checkOption, parseOptions, text } from '../core/options/option-schema.js';
import { badFrame } from './byte-decoder.js';
import { notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { framingOption } from './framing-option.js';
import { ValueDecoder } from './value-decoder.js';

export const mapFramesSchema = v.strictObject({
  /** Its name in errors. Default: that of the framing. */
  name: v.optional(text),
  /** What a frame is heard as. */
  read: callable<(frame: never) => unknown>('a function'),
  /** What is sent for it. */
  write: callable<(value: never) => unknown>('a function'),
});

/** Options of {@link mapFrames}. */
export interface MapFramesOptions<Frame, Sent, Value, SentValue = Value> {
  /** Its name in errors. Default: that of the framing. */
  readonly name?: string | undefined;
  /**
   * What a frame is heard as; `undefined` leaves it out. What it throws becomes `TT_BAD_FRAME`, and decoding goes on behind the frame.
   */
  read(this: void, frame: Frame): Value | undefined;
  /** The frame that is sent for it. What it throws becomes `TT_FRAME_NOT_ENCODED`. */
  write(this: void, value: SentValue): Sent;
}

/**
 * A framing whose frames are made something of: numbers of lines, packets of bytes. A codec of your own or of a library is such a pair
 * of functions.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function mapFrames<Frame, Sent, Value, SentValue = Value>(
  framing: Framing<Frame, Sent>,
  options: MapFramesOptions<Frame, Sent, Value, SentValue>,
): Framing<Value, SentValue> {
  checkOption(framingOption, framing, 'mapFrames()', 'framing');
  parseOptions(mapFramesSchema, options, 'mapFrames()');
  const { name = framing.name, read, write } = options;
  const valueOf = (frame: Frame, place: number): Value | undefined => {
    try {
      return read(frame);
    } catch (thrown) {
      throw badFrame(name, place, `read() threw (${String(thrown)})`, thrown);
    }
  };
  const frameOf = (value: SentValue): Sent => {
    try {
      return write(value);
    } catch (thrown) {
      if (thrown instanceof TaskTonicError) throw thrown;
      throw notEncoded(name, `write() threw (${String(thrown)})`, thrown);
    }
  };
  return {
    name,
    max: framing.max,
    decoder: () => new ValueDecoder(framing.decoder(), valueOf),
    encode: (value) => framing.encode(frameOf(value)),
  };
}
