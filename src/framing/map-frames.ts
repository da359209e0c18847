import * as v from 'valibot';
import { TaskTonicError } from '../core/errors.js';
import { badOption } from '../core/options/option-problem.js';
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
  read: v.optional(callable<(frame: never) => unknown>('a function')),
  /** In place of `read`, for a codec with a state: makes what reads the frames of one connection. */
  reader: v.optional(callable<() => (frame: never) => unknown>('a function')),
  /** What is sent for it. */
  write: callable<(value: never) => unknown>('a function'),
});

/** What of {@link mapFrames} does not say how a frame is read. */
interface MapFramesWrite<Sent, SentValue> {
  /** Its name in errors. Default: that of the framing. */
  readonly name?: string | undefined;
  /** The frame that is sent for it. What it throws becomes `TT_FRAME_NOT_ENCODED`. */
  write(this: void, value: SentValue): Sent;
}

/** Options of {@link mapFrames} for a codec that knows a frame by itself. */
export interface MapFramesRead<Frame, Sent, Value, SentValue = Value> extends MapFramesWrite<Sent, SentValue> {
  /**
   * What a frame is heard as; `undefined` leaves it out. What it throws becomes `TT_BAD_FRAME`, and decoding goes on behind the frame.
   */
  read(this: void, frame: Frame): Value | undefined;
  readonly reader?: undefined;
}

/** Options of {@link mapFrames} for a codec with a state, or one that tells what it has read by a callback or an event. */
export interface MapFramesReader<Frame, Sent, Value, SentValue = Value> extends MapFramesWrite<Sent, SentValue> {
  /**
   * Makes what reads the frames of one connection. It calls `emit` with what a frame is heard as, before it returns: once, or not at all
   * to leave the frame out. What it throws becomes `TT_BAD_FRAME`; then a new one is made, and decoding goes on behind the frame.
   */
  reader(this: void, emit: (value: Value) => void): (frame: Frame) => void;
  readonly read?: undefined;
}

/** Options of {@link mapFrames}. */
export type MapFramesOptions<Frame, Sent, Value, SentValue = Value> =
  MapFramesRead<Frame, Sent, Value, SentValue> | MapFramesReader<Frame, Sent, Value, SentValue>;

/** Reads by a reader that emits. One that threw may be in the middle of a frame: a new one takes its place. */
function emitted<Frame, Value>(
  reader: (emit: (value: Value) => void) => (frame: Frame) => void,
): (frame: Frame) => Value | undefined {
  let value: Value | undefined;
  const emit = (given: Value): void => {
    if (value !== undefined) throw new Error('it emitted two values for one frame');
    value = given;
  };
  let readFrame: ((frame: Frame) => void) | undefined;
  return (frame) => {
    try {
      readFrame ??= reader(emit);
      readFrame(frame);
      return value;
    } catch (thrown) {
      readFrame = undefined;
      throw thrown;
    } finally {
      value = undefined;
    }
  };
}

/**
 * A framing whose frames are made something of: numbers of lines, packets of bytes. A codec of your own or of a library is such a pair
 * of functions. For a library whose parser has a state or emits events, give `reader` in place of `read`.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function mapFrames<Frame, Sent, Value, SentValue = Value>(
  framing: Framing<Frame, Sent>,
  options: MapFramesOptions<Frame, Sent, Value, SentValue>,
): Framing<Value, SentValue> {
  checkOption(framingOption, framing, 'mapFrames()', 'framing');
  parseOptions(mapFramesSchema, options, 'mapFrames()');
  const { name = framing.name, read, reader, write } = options;
  if ((read === undefined) === (reader === undefined))
    throw badOption('mapFrames()', 'read', 'give either this or "reader"');
  const valuesOf = (readFrame: (frame: Frame) => Value | undefined) => (frame: Frame, place: number) => {
    try {
      return readFrame(frame);
    } catch (thrown) {
      throw badFrame(name, place, `${read === undefined ? 'reader' : 'read'}() threw (${String(thrown)})`, thrown);
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
    decoder: () => new ValueDecoder(framing.decoder(), valuesOf(read ?? emitted(reader!))),
    encode: (value) => framing.encode(frameOf(value)),
  };
}
