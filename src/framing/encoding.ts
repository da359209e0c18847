import { fail } from '../core/errors.js';

/** As what the bytes of a frame are heard: as they are, or as a text. */
export type FrameEncoding = 'buffer' | 'utf8' | 'latin1' | 'ascii';

/** What is heard in an encoding. */
export type FrameOf<E extends FrameEncoding> = E extends 'buffer' ? Buffer : string;

/** What may be sent in an encoding: texts also as the bytes that they are. */
export type SentOf<E extends FrameEncoding> = E extends 'buffer' ? Uint8Array | string : string;

/** A part of a buffer as a frame: a text is made right from the bytes, and a Buffer is a view of them. */
export function frameOf<E extends FrameEncoding>(encoding: E, bytes: Buffer, from: number, to: number): FrameOf<E> {
  return (encoding === 'buffer' ? bytes.subarray(from, to) : bytes.toString(encoding, from, to)) as FrameOf<E>;
}

/**
 * The bytes of a frame to be sent.
 *
 * @throws {TaskTonicError} `TT_FRAME_NOT_ENCODED` where there are more than `max`, or it is neither bytes nor a text.
 */
export function bytesOf(frame: unknown, encoding: FrameEncoding, framing: string, max: number): Uint8Array {
  if (typeof frame !== 'string' && !(frame instanceof Uint8Array)) {
    throw notEncoded(framing, `it is ${frame === null ? 'null' : typeof frame}, and must be a text or bytes`);
  }
  const bytes = typeof frame === 'string' ? Buffer.from(frame, encoding === 'buffer' ? 'utf8' : encoding) : frame;
  if (bytes.length > max) throw notEncoded(framing, `it has ${bytes.length} bytes, and "max" is ${max}`);
  return bytes;
}

/** The error of a frame that cannot be sent. */
export function notEncoded(framing: string, problem: string, cause?: unknown) {
  return fail('TT_FRAME_NOT_ENCODED', { framing, problem }, cause);
}
