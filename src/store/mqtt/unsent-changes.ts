import { BoundedMap } from '../../collections/bounded-map.js';

/** A change that is to be published. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** How much may wait, and what is dropped when there is more. */
export interface UnsentLimits {
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
export class UnsentChanges {
  readonly #waiting: BoundedMap<string | number, Outgoing>;
  readonly #keepsEvery: boolean;
  #next = 0;

  constructor({ messages, bytes, keep, drop }: UnsentLimits) {
    const whenFull = drop === 'oldest' ? 'dropOldest' : 'refuse';
    this.#waiting = new BoundedMap({ items: messages, bytes, sizeOf, whenFull });
    this.#keepsEvery = keep === 'every';
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#waiting.bytes;
  }

  /** Adds a message, at the position of an older value. Returns how many messages were dropped for it, itself included. */
  put(message: Outgoing): number {
    const before = this.#waiting.dropped;
    const isKept = this.#waiting.set(this.#keepsEvery ? this.#next++ : message.topic, message);
    return isKept ? this.#waiting.dropped - before : 1;
  }

  take(): Outgoing | undefined {
    for (const [key, message] of this.#waiting) {
      this.#waiting.delete(key);
      return message;
    }
    return undefined;
  }
}

export function sizeOf({ topic, payload }: Outgoing): number {
  return topic.length * 2 + payload.length + OVERHEAD;
}
