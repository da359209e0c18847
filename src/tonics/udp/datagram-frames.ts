import { TaskTonicError } from '../../core/errors.js';
import type { Decoder, Framing } from '../../framing/framing.js';

/** The frames of one datagram after the other, each of which has whole ones: so there is a decoder for each. */
export class DatagramFrames {
  /** Frames that were left out, since they were too long. */
  skipped = 0;
  /** Of the datagram at hand. */
  #decoder: Decoder<unknown> | undefined = undefined;

  /** The datagram at hand has more frames, as far as is known. */
  get waits(): boolean {
    return this.#decoder !== undefined;
  }

  /**
   * The next frame of the datagram at hand; `undefined` where it has no more.
   *
   * @param bytes of a new datagram, where none is at hand.
   * @throws {Error} what is wrong with it; where it may have more frames, {@link waits} says so.
   */
  next(framing: Framing<unknown>, bytes: Buffer | undefined): unknown {
    try {
      if (bytes !== undefined) this.#begin(framing, bytes);
      const frame = this.#decoder!.next();
      if (frame === undefined) this.done();
      return frame;
    } catch (thrown) {
      if (this.#decoder?.broken !== false || !(thrown instanceof TaskTonicError)) this.done();
      throw thrown;
    }
  }

  /** The datagram at hand is over; nobody hears what is left of it. */
  done(): void {
    this.skipped += this.#decoder?.skipped ?? 0;
    this.#decoder = undefined;
  }

  #begin(framing: Framing<unknown>, bytes: Buffer): void {
    this.#decoder = framing.decoder();
    this.#decoder.push(bytes);
    this.#decoder.end();
  }
}
