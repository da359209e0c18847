import type { OutgoingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { OptionCheck } from '../../core/options/option-check.js';
import { aSparkle, bytes, ms, oneOf } from '../../core/options/option-schema.js';

export const eventStreamSchema = v.strictObject({
  /** How long a browser waits before it connects again, in ms. Default: as the browser does, some seconds. */
  retry: v.optional(ms()),
  /** When nothing was sent for so many ms a comment is, so that proxies keep the connection and a peer that has gone is noticed; `false` for never. */
  pingEvery: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 15_000),
  /** The most bytes that may be unsent. */
  unsentLimit: v.optional(bytes(0), 1_048_576),
  /** What an event beyond that does: the stream is closed, and the browser comes back; or the event is refused, and the stream goes on. */
  onUnsentLimit: v.optional(oneOf('close', 'refuse'), 'close'),
  /** A sparkle that hears that the stream is over without an `end()` from here: the peer has gone, or was too slow. */
  onGone: v.optional(aSparkle<(...args: never[]) => void>()),
  /** Headers of the answer besides. */
  headers: v.optional(
    v.custom<OutgoingHttpHeaders>((value) => typeof value === 'object' && value !== null, 'must be an object'),
  ),
});

export const eventStreamCheck = OptionCheck.of(eventStreamSchema);
