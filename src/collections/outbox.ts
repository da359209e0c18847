import * as v from 'valibot';
import { bytes, callable, count, parseOptions, within } from '../core/options/option-schema.js';

/** What may wait for one receiver. */
export const outboxBounds = {
  /** The most messages that wait for their acknowledgement. */
  messages: v.optional(count(1), 1_000),
  /** The most bytes of these. */
  bytes: v.optional(bytes(1), 1_048_576),
  /** Numbers of messages go from 1 up to this, and then begin again at 1. */
  numbers: v.optional(within(1, Number.MAX_SAFE_INTEGER, 'a number'), 65_535),
};

export const outboxSchema = v.strictObject({
  ...outboxBounds,
  /** The first message is missed: its receiver does not keep up. */
  onBehind: v.optional(callable<() => void>('a function')),
  /** It goes on, and has missed so many messages. */
  onCaughtUp: v.optional(callable<(missed: number) => void>('a function')),
});

/** Options of an {@link Outbox}. */
export type OutboxOptions = Readonly<v.InferInput<typeof outboxSchema>>;

/** A message that waits for its acknowledgement. */
export interface OutboxEntry<Message> {
  /** What its receiver acknowledges it by. */
  readonly number: number;
  readonly message: Message;
  readonly size: number;
  /** How often it was sent: for you to count. */
  tries: number;
}

/**
 * What one receiver is to get at least once: each message is kept until its number is acknowledged, and is sent again after a new
 * connection. It is for one loop, and it sends nothing itself.
 *
 * It has a bound. Where a message has no room, its receiver is behind and misses it, and all others, until half of the bound is free.
 */
export class Outbox<Message> implements Iterable<OutboxEntry<Message>> {
  readonly #entries = new Map<number, OutboxEntry<Message>>();
  readonly #settings: v.InferOutput<typeof outboxSchema>;
  #bytes = 0;
  #number = 0;
  #missed = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: OutboxOptions = {}) {
    this.#settings = parseOptions(outboxSchema, options, 'Outbox');
  }

  /** How many messages wait for their acknowledgement. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many bytes these have. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many messages its receiver has missed since it is behind. */
  get missed(): number {
    return this.#missed;
  }

  /**
   * Keeps a message.
   *
   * @param size how many bytes it has.
   * @param unsent how many bytes wait on the connection of its receiver: `unsentBytes`. They count for the bound where they are more.
   * @returns it, with its number; `undefined` where there is no room: it is missed.
   */
  add(message: Message, size: number, unsent = 0): OutboxEntry<Message> | undefined {
    if (!this.admits(size, unsent)) return undefined;
    const entry = { number: this.#nextNumber(), message, size, tries: 0 };
    this.#entries.set(entry.number, entry);
    this.#bytes += size;
    return entry;
  }

  /** Whether a message that is not kept may be sent, within the same bound; where not, it is missed. */
  admits(size: number, unsent = 0): boolean {
    const { messages, bytes: most, numbers, onBehind, onCaughtUp } = this.#settings;
    const part = this.#missed > 0 ? 0.5 : 1;
    const waiting = Math.max(this.#bytes, unsent);
    if (this.size >= messages * part || this.size >= numbers || waiting + size > most * part) {
      if (this.#missed++ === 0) onBehind?.();
      return false;
    }
    const missed = this.#missed;
    this.#missed = 0;
    if (missed > 0) onCaughtUp?.(missed);
    return true;
  }

  /** A message has come; it is given, or `undefined` where none with that number waits. */
  acknowledge(number: number): Message | undefined {
    const entry = this.#entries.get(number);
    if (entry === undefined) return undefined;
    this.#entries.delete(number);
    this.#bytes -= entry.size;
    return entry.message;
  }

  /** What waits, the oldest first: to be sent again. */
  [Symbol.iterator](): Iterator<OutboxEntry<Message>> {
    return this.#entries.values();
  }

  /** Gives up what waits. */
  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #nextNumber(): number {
    do this.#number = (this.#number % this.#settings.numbers) + 1;
    while (this.#entries.has(this.#number));
    return this.#number;
  }
}
