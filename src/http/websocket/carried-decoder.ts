import type { Decoder, Framing } from '../../framing/framing.js';
import { Control, type Item, MessageDecoder, type MessageLimits } from './message-decoder.js';

/**
 * Decodes messages that carry a byte stream: a message may contain a part of a frame, or several frames. Without a
 * framing the bytes of each message are delivered as they are. Control frames keep their place in the order.
 */
export class CarriedDecoder extends MessageDecoder {
  /** The framing of the byte stream; `undefined` if its bytes are delivered. */
  carried: Framing<unknown> | undefined;
  #inner: Decoder<unknown> | undefined;
  #skippedBefore = 0;

  constructor(limits: MessageLimits, carried: Framing<unknown> | undefined) {
    super(limits);
    this.carried = carried;
    this.#inner = carried?.decoder();
  }

  /**
   * Changes the framing from the next frame on. @returns the bytes that were not delivered yet, if there is no framing
   * any more.
   */
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

  /** The bytes of messages that were not delivered yet. */
  takeCarried(): Buffer | undefined {
    const rest = this.#inner?.takeBuffered();
    return rest === undefined || rest.length === 0 ? undefined : rest;
  }

  override get buffered(): number {
    return super.buffered + (this.#inner?.buffered ?? 0);
  }

  /** The place in the byte stream. It stays the same while a frame is incomplete, however many messages arrive. */
  override get place(): number {
    return this.#inner?.place ?? super.place;
  }

  override get broken(): boolean {
    return super.broken || this.#inner?.broken === true;
  }

  /** @returns a frame, the bytes of a message, or a control frame. A frame may have any type. */
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
