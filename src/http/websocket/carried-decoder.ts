import type { Decoder, Framing } from '../../framing/framing.js';
import { Control, type Item, MessageDecoder, type MessageLimits } from './message-decoder.js';

/**
 * What messages carry, where they are a stream of bytes: a message may hold half a frame, or several. Without a framing the bytes of
 * each message are heard as they come. Control frames come in their place among them.
 */
export class CarriedDecoder extends MessageDecoder {
  /** The framing of what is carried; `undefined` where that is heard as bytes. */
  carried: Framing<unknown> | undefined;
  #inner: Decoder<unknown> | undefined;
  #skippedBefore = 0;

  constructor(limits: MessageLimits, carried: Framing<unknown> | undefined) {
    super(limits);
    this.carried = carried;
    this.#inner = carried?.decoder();
  }

  /** From the next frame on another framing is carried, or none. @returns the bytes that were carried and not heard. */
  carry(framing: Framing<unknown> | undefined): Buffer | undefined {
    const rest = this.takeCarried();
    this.#skippedBefore += this.#inner?.skipped ?? 0;
    this.skipped = this.#skippedBefore;
    this.carried = framing;
    this.#inner = framing?.decoder();
    if (this.#inner === undefined) return rest;
    if (rest !== undefined) this.#inner.push(rest);
    return undefined;
  }

  /** What messages have brought and nobody has heard yet. */
  takeCarried(): Buffer | undefined {
    const rest = this.#inner?.takeBuffered();
    return rest === undefined || rest.length === 0 ? undefined : rest;
  }

  override get buffered(): number {
    return super.buffered + (this.#inner?.buffered ?? 0);
  }

  /** Of what is carried: so it stands still while a frame is not whole, in however many messages that comes. */
  override get place(): number {
    return this.#inner?.place ?? super.place;
  }

  override get broken(): boolean {
    return super.broken || this.#inner?.broken === true;
  }

  /** @returns a frame, the bytes of a message, or a control frame: whatever it is, it is no `Item` but for the last. */
  override next(): Item | undefined {
    for (;;) {
      const frame = this.#innerNext();
      if (frame !== undefined) return frame as Item;
      const item = super.next();
      if (item === undefined || item instanceof Control) return item;
      const bytes = typeof item === 'string' ? Buffer.from(item) : item;
      if (this.#inner !== undefined) this.#inner.push(bytes);
      else if (bytes.length > 0) return bytes;
    }
  }

  #innerNext(): unknown {
    const inner = this.#inner;
    if (inner === undefined) return undefined;
    try {
      return inner.next();
    } finally {
      this.skipped = this.#skippedBefore + inner.skipped;
    }
  }

  override end(): void {
    super.end();
    this.#inner?.end();
  }

  override takeBuffered(): Buffer {
    this.#inner?.takeBuffered();
    return super.takeBuffered();
  }
}
