import { valueText } from '../core/options/value-text.js';
import * as v from 'valibot';
import { parseOptions, text } from '../core/options/option-schema.js';
import { ByteDecoder, type Limits, badFrame } from './byte-decoder.js';
import { bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, limitOptions } from './options.js';

export const customSchema = v.strictObject({
  ...limitOptions.entries,
  /** Its name in errors. */
  name: v.optional(text, 'custom()'),
  /** The length of the frame at the start of the given bytes; see {@link custom}. */
  size: v.custom<CustomOptions<unknown>['size']>((value) => typeof value === 'function', 'must be a function'),
  /** Decodes the bytes of one frame. Default: the bytes. */
  read: v.optional(v.custom<(frame: Buffer) => unknown>((value) => typeof value === 'function', 'must be a function')),
  /** Encodes a frame to bytes or a text (UTF-8), which are not copied. Default: it is sent as it is. */
  write: v.optional(
    v.custom<(frame: unknown) => Uint8Array | string>((value) => typeof value === 'function', 'must be a function'),
  ),
});

/** Options of {@link custom}. */
export interface CustomOptions<Frame> extends FramingOptions {
  /** Its name in errors. Default: `custom()`. */
  readonly name?: string | undefined;
  /**
   * The length in bytes of the whole frame at the start of `bytes`; `undefined` if more bytes are needed to know it.
   *
   * @param bytes all that have come, perhaps of further frames, too.
   * @param seen the number of bytes at the last call, which returned `undefined`: a search can continue there.
   */
  size(this: void, bytes: Buffer, seen: number): number | undefined;
  /** Decodes all bytes of one frame. An exception becomes `TT_BAD_FRAME`, and decoding continues after the frame. */
  read?(this: void, frame: Buffer): Frame;
  /** The bytes of a frame, or its text (UTF-8). Bytes are not copied: do not change them afterwards. */
  write?(this: void, frame: Frame): Uint8Array | string;
}

/**
 * A framing of your own: tell how long a frame is, how it is read and how it is written. Here `max` counts all bytes of a frame. Where
 * `size` throws, or does not know the size within `max` bytes, it is not known where the next frame begins.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function custom<Frame = Buffer>(options: CustomOptions<Frame>): Framing<Frame> {
  const settings = parseOptions(customSchema, options, 'custom()');
  const { name, max } = settings;
  const limits = { ...settings, read: settings.read ?? itself } as CustomLimits<Frame>;
  const write = settings.write ?? itself;
  return {
    name,
    max,
    decoder: () => new CustomDecoder(limits),
    encode(frame) {
      const bytes = bytesOf(write(frame), 'buffer', name, max);
      if (bytes.length === 0) throw notEncoded(name, 'it has no bytes');
      return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}

function itself<T>(value: T): T {
  return value;
}

interface CustomLimits<Frame> extends Limits {
  readonly size: CustomOptions<Frame>['size'];
  readonly read: (frame: Buffer) => Frame;
}

class CustomDecoder<Frame> extends ByteDecoder<Frame> {
  declare protected readonly limits: CustomLimits<Frame>;

  protected read(): Frame | undefined {
    while (this.to > this.at) {
      const size = this.need > 0 ? this.need : this.#size();
      if (size === undefined) {
        this.seen = this.to - this.at;
        return undefined;
      }
      if (size > this.limits.max) {
        const error = this.tooLong();
        const goesOn = this.leaveOut(size);
        if (error !== undefined) throw error;
        if (goesOn) continue;
        return undefined;
      }
      if (this.to - this.at < size) {
        this.need = size;
        return undefined;
      }
      return this.#frame(size);
    }
    return undefined;
  }

  #size(): number | undefined {
    const { max } = this.limits;
    const here = this.to - this.at;
    let size: number | undefined;
    try {
      size = this.limits.size(this.bytes.subarray(this.at, this.to), this.seen);
    } catch (thrown) {
      throw this.bad(`size() threw (${String(thrown)})`, thrown);
    }
    if (size === undefined) {
      if (here <= max) return undefined;
      throw this.breaks(this.longer());
    }
    if (Number.isSafeInteger(size) && size > 0) return size;
    throw this.bad(`size() gave ${valueText(size)}, and must give a whole number from 1`);
  }

  #frame(size: number): Frame {
    const bytes = this.bytes.subarray(this.at, this.at + size);
    const { place } = this;
    this.taken(size);
    let frame: Frame;
    try {
      frame = this.limits.read(bytes);
    } catch (thrown) {
      throw badFrame(this.limits.name, place, `read() threw (${String(thrown)})`, thrown);
    }
    if (frame !== undefined) return frame;
    throw badFrame(this.limits.name, place, 'read() gave nothing');
  }
}
