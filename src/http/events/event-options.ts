import type { OutgoingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { OptionCheck } from '../../core/options/option-check.js';
import { aSparkle, bytes, ms, oneOf } from '../../core/options/option-schema.js';

export const eventStreamSchema = v.strictObject({
  /** How long a browser waits before it reconnects, in ms. Default: as the browser does, some seconds. */
  retry: v.optional(ms()),
  /**
   * When nothing was sent for this many ms, a comment is sent, so that proxies keep the connection and a dead peer is
   * noticed; `false` for never.
   */
  pingEvery: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 15_000),
  /** The most bytes that may be unsent. */
  unsentLimit: v.optional(bytes(0), 1_048_576),
  /**
   * What happens at an event beyond `unsentLimit`: the stream is closed, and the browser reconnects; or the event is
   * refused, and the stream goes on.
   */
  onUnsentLimit: v.optional(oneOf('close', 'refuse'), 'close'),
  /** A sparkle that is called when the stream ends without `end()`: the peer has gone, or was too slow. */
  onGone: v.optional(aSparkle<(...args: never[]) => void>()),
  /** Further headers of the answer. */
  headers: v.optional(
    v.custom<OutgoingHttpHeaders>((value) => typeof value === 'object' && value !== null, 'must be an object'),
  ),
});

export const eventStreamCheck = OptionCheck.of(eventStreamSchema);
