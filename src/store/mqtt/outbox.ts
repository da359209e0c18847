/** A change on its way to a broker. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** How much may wait, and what becomes of more. */
export interface OutboxLimits {
  readonly messages: number;
  readonly bytes: number;
  /** Whether only the newest value of each topic waits, or each value. */
  readonly keep: 'latest' | 'every';
  /** What is dropped when the limit is reached. */
  readonly drop: 'oldest' | 'newest';
}

/** What each message takes at least, besides its topic and payload. */
const OVERHEAD = 64;

/** Changes that wait to be published, in their order. It is bounded: a broker that is away fills no memory. */
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

  /** Lets one wait. Returns how many were given up for that, itself included. */
  put(message: Outgoing): number {
    const { keep, drop, messages, bytes } = this.#limits;
    const key = keep === 'latest' ? message.topic : this.#next++;
    const size = sizeOf(message);
    const before = this.#waiting.get(key);
    const grown = size - (before === undefined ? 0 : sizeOf(before));
    if (size > bytes) return 1;
    if (drop === 'newest' && (this.#bytes + grown > bytes || (before === undefined && this.#waiting.size >= messages)))
      return 1;
    // It keeps its place: what is new of one topic may not keep it back for ever.
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
