import * as v from 'valibot';
import { amount, bytes, oneOf, parseOptions } from './option-schema.js';

export const inboxSchema = v.strictObject(
  {
    /** The most calls that may wait for it. */
    orders: v.optional(amount(1), 1_000),
    /** The most bytes of texts and buffers in the arguments of the waiting calls. A single call may have more. */
    bytes: v.optional(bytes(1), Infinity),
    /**
     * What happens to one more: the call throws `TT_INBOX_FULL` (`'refuse'`); the oldest that waits is dropped
     * (`'drop-oldest'`); or it is accepted, and reading from the caller's connection pauses until half of the inbox is
     * free (`'hold'`).
     */
    policy: v.optional(oneOf('refuse', 'drop-oldest', 'hold'), 'refuse'),
  },
  'must be an object',
);

/** How many calls may wait for a Tonic: `static readonly inboxLimit = { orders: 100, policy: 'drop-oldest' }`. */
export type InboxLimit = Readonly<v.InferInput<typeof inboxSchema>>;

/** The same, checked and complete. */
export type InboxBound = Readonly<v.InferOutput<typeof inboxSchema>>;

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function inboxBound(limit: unknown, className: string): InboxBound | undefined {
  return limit === undefined ? undefined : parseOptions(inboxSchema, limit, `${className}.inboxLimit`);
}
