import { type ServerEvent, eventBytes } from './event-bytes.js';
import type { EventStream } from './event-stream.js';

/** A set of event streams that get the same events: each event is encoded once. A stream that ends is removed. */
export class EventStreams {
  readonly #streams = new Set<EventStream>();

  /** The number of streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** The streams of the set. */
  [Symbol.iterator](): Iterator<EventStream> {
    return this.#streams.values();
  }

  /** Adds a stream, unless it has ended. */
  add(stream: EventStream): this {
    if (stream.open) {
      this.#streams.add(stream);
      stream._ttIn(this);
    }
    return this;
  }

  /** Removes a stream; the stream stays open. */
  delete(stream: EventStream): void {
    this.#streams.delete(stream);
    stream._ttOut(this);
  }

  /**
   * Sends an event to all.
   * @returns how many took it: the others are over, or refuse it since too much is unsent.
   * @throws {TaskTonicError} `TT_BAD_EVENT`
   */
  send(event: ServerEvent): number {
    const bytes = eventBytes(event);
    let taken = 0;
    for (const stream of this.#streams) if (stream._ttSend(bytes) !== 'refused') taken++;
    return taken;
  }

  /** Ends all streams. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }
}
