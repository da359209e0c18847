/**
 * How frames lie in a stream of bytes. One framing serves any number of connections: each has a decoder of its own.
 *
 * @typeParam Frame what is heard: a line, a Buffer, a value.
 * @typeParam Sent what may be sent. Default: the same.
 */
export interface Framing<Frame, Sent = Frame> {
  /** Its name in errors, such as `lines()`. */
  readonly name: string;
  /** The most bytes that one frame may have, without what is around it. */
  readonly max: number;
  /** A new decoder, for one stream of bytes from its beginning. */
  decoder(): Decoder<Frame>;
  /**
   * The bytes of one frame, with all that belongs around it.
   *
   * @throws {TaskTonicError} `TT_FRAME_NOT_ENCODED` where it would come back as another frame, or as none.
   */
  encode(frame: Sent): Buffer;
}

/**
 * Bytes in, frames out, one at a time. What was not taken yet stays bytes. It decodes only what `next()` asks for, in a time that is
 * linear in the bytes, however they are cut.
 *
 * It holds no more than a frame that is not complete yet, and what was pushed and not yet asked for: who pushes bounds that.
 */
export interface Decoder<Frame> {
  /** How many bytes were pushed and are not decoded yet. */
  readonly buffered: number;
  /** Where the next frame begins, as the number of bytes of the stream before it. */
  readonly place: number;
  /** How many frames were skipped because they were longer than `max`. */
  readonly skipped: number;
  /**
   * Whether it has thrown an error after which the start of the next frame is not known: each further call throws it
   * again.
   */
  readonly broken: boolean;
  /** @internal It has taken bytes that it is still at work on: `next()` has nothing until it says so. */
  readonly busy?: boolean;
  /** @internal Leaves out what has come of a frame that was too long, and no more. @returns whether its end has come. */
  skipRest?(): boolean;
  /** The next bytes of the stream. They are not copied: do not change them afterwards. */
  push(chunk: Uint8Array): void;
  /**
   * The next frame, or `undefined` until more bytes have come.
   *
   * A frame that is a Buffer is a view of a pushed chunk: copy it if you keep it for long.
   *
   * @throws {TaskTonicError} `TT_FRAME_TOO_LONG`, `TT_BAD_FRAME`, or after {@link end} `TT_FRAME_INCOMPLETE`; see {@link broken}.
   */
  next(): Frame | undefined;
  /**
   * Returns all bytes not decoded yet, for another framing, or for code that takes over the stream. The decoder is
   * empty afterwards.
   */
  takeBuffered(): Buffer;
  /** Tells that the stream has ended: an incomplete frame at the end is then an error. */
  end(): void;
}
