import { toError } from '../core/errors.js';
import type { Decoder, Framing } from './framing.js';

/** A framing for one frame, and another one for those behind it. What is sent is encoded by the latter. */
export class OneFrame<Frame, Sent> implements Framing<Frame, Sent> {
  readonly name: string;
  readonly max: number;
  readonly #first: Framing<Frame, unknown>;
  readonly #behind: Framing<Frame, Sent>;

  constructor(first: Framing<Frame, unknown>, behind: Framing<Frame, Sent>) {
    this.name = first.name;
    this.max = first.max;
    this.#first = first;
    // What goes back to another one-frame framing goes back to what that goes back to.
    this.#behind = behind instanceof OneFrame ? (behind as OneFrame<Frame, Sent>).#behind : behind;
  }

  decoder(): Decoder<Frame> {
    return new OneFrameDecoder(this.#first.decoder(), this.#behind);
  }

  encode(frame: Sent): Buffer {
    return this.#behind.encode(frame);
  }
}

/**
 * The first frame by a decoder of its own, which then hands over what it has not decoded. A frame that cannot be decoded counts as well; one
 * that is too long is told at its end, where the next one begins.
 */
class OneFrameDecoder<Frame> implements Decoder<Frame> {
  /** What comes now. */
  #decoder: Decoder<Frame>;
  /** What the frames behind the first one are; `undefined` when they come. */
  #behind: Framing<Frame> | undefined;
  /** What is wrong with the first frame, the rest of which is left out. */
  #error: Error | undefined = undefined;
  #placeBefore = 0;
  #skippedBefore = 0;
  #ended = false;

  constructor(first: Decoder<Frame>, behind: Framing<Frame, never>) {
    this.#decoder = first;
    this.#behind = behind as Framing<Frame>;
  }

  get buffered(): number {
    return this.#decoder.buffered;
  }

  get place(): number {
    return this.#placeBefore + this.#decoder.place;
  }

  get skipped(): number {
    return this.#skippedBefore + this.#decoder.skipped;
  }

  get broken(): boolean {
    return this.#decoder.broken;
  }

  get busy(): boolean {
    return this.#decoder.busy === true;
  }

  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  next(): Frame | undefined {
    return this.#behind === undefined ? this.#decoder.next() : this.#first(this.#behind);
  }

  takeBuffered(): Buffer {
    return this.#decoder.takeBuffered();
  }

  end(): void {
    this.#ended = true;
    this.#decoder.end();
  }

  #first(behind: Framing<Frame>): Frame | undefined {
    if (this.#error === undefined) {
      try {
        const frame = this.#decoder.next();
        if (frame !== undefined) this.#goOn(behind);
        return frame;
      } catch (thrown) {
        if (this.#decoder.broken) throw thrown;
        this.#error = toError(thrown);
      }
    }
    if (this.#decoder.skipRest?.() === false && !this.#ended) return undefined;
    this.#goOn(behind);
    throw this.#error;
  }

  #goOn(behind: Framing<Frame>): void {
    const first = this.#decoder;
    const { place, skipped } = first;
    const rest = first.takeBuffered();
    this.#placeBefore = place;
    this.#skippedBefore = skipped;
    this.#behind = undefined;
    this.#decoder = behind.decoder();
    if (rest.length > 0) this.#decoder.push(rest);
    if (this.#ended) this.#decoder.end();
  }
}
