import type { Decoder } from './framing.js';

/** Makes values of the frames of another decoder. */
export class ValueDecoder<Frame, Value> implements Decoder<Value> {
  readonly #frames: Decoder<Frame>;
  readonly #read: (frame: Frame, place: number) => Value | undefined;

  /** @param read what to make of a frame, which begins at that place; `undefined` leaves it out. */
  constructor(frames: Decoder<Frame>, read: (frame: Frame, place: number) => Value | undefined) {
    this.#frames = frames;
    this.#read = read;
  }

  get buffered(): number {
    return this.#frames.buffered;
  }

  get place(): number {
    return this.#frames.place;
  }

  get skipped(): number {
    return this.#frames.skipped;
  }

  get broken(): boolean {
    return this.#frames.broken;
  }

  push(chunk: Uint8Array): void {
    this.#frames.push(chunk);
  }

  next(): Value | undefined {
    for (;;) {
      const { place } = this.#frames;
      const frame = this.#frames.next();
      if (frame === undefined) return undefined;
      const value = this.#read(frame, place);
      if (value !== undefined) return value;
    }
  }

  skipRest(): boolean {
    return this.#frames.skipRest?.() ?? true;
  }

  takeBuffered(): Buffer {
    return this.#frames.takeBuffered();
  }

  end(): void {
    this.#frames.end();
  }
}
