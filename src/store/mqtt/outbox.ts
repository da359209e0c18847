/** A change that is to be published. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** How much may wait, and what is dropped when there is more. */
export interface OutboxLimits {
  readonly messages: number;
  readonly bytes: number;
  /** Whether only the newest value of each topic waits, or each value. */
  readonly keep: 'latest' | 'every';
  /** What is dropped when the limit is reached. */
  readonly drop: 'oldest' | 'newest';
}

/** The counted bytes of a message besides its topic and payload. */
const OVERHEAD = 64;

/** Changes that wait to be published, in their order. It is bounded, so memory does not fill while a broker is away. */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #waiting = new Map<string | number, Outgoing>();
  #bytes = 0;
  #next = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message. Returns how many messages were dropped for it, itself included. */
  put(message: Outgoing): number {
    const { keep, drop, messages, bytes } = this.#limits;
    const key = keep === 'latest' ? message.topic : this.#next++;
    const size = sizeOf(message);
    const before = this.#waiting.get(key);
    const grown = size - (before === undefined ? 0 : sizeOf(before));
    if (size > bytes) return 1;
    if (drop === 'newest' && (this.#bytes + grown > bytes || (before === undefined && this.#waiting.size >= messages)))
      return 1;
    // The new value takes the position of the old one, so frequent changes of one topic cannot delay it for ever.
    this.#waiting.set(key, message);
    this.#bytes += grown;
    return this.#shrink();
  }

  take(): Outgoing | undefined {
    for (const [key, message] of this.#waiting) {
      this.#waiting.delete(key);
      this.#bytes -= sizeOf(message);
      return message;
    }
    return undefined;
  }

  #shrink(): number {
    let dropped = 0;
    for (; this.#waiting.size > this.#limits.messages || this.#bytes > this.#limits.bytes; dropped++) this.take();
    return dropped;
  }
}

export function sizeOf({ topic, payload }: Outgoing): number {
  return topic.length * 2 + payload.length + OVERHEAD;
}
