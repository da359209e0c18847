import * as v from 'valibot';
import { bytes, count, flag, ms, within } from '../../core/options/option-schema.js';

const timeLimit = v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false');

export const deflateSchema = v.strictObject({
  /** Messages of fewer bytes are sent as they are. */
  threshold: v.optional(bytes(0), 1_024),
  /** How hard it tries: 1 (fast) to 9 (small). */
  level: v.optional(within(1, 9), 3),
  /** How much memory a connection takes to compress: 1 to 9, `2^(memLevel + 9)` bytes. */
  memLevel: v.optional(within(1, 9), 7),
  /** The size of its window: 9 to 15, `2^(windowBits + 2)` bytes to compress. */
  windowBits: v.optional(within(9, 15), 13),
  /** Whether each message is compressed independently: that takes less memory between messages, and more bytes. */
  noContextTakeover: v.optional(flag, true),
});

/** Options of `perMessageDeflate`. */
export type DeflateOptions = Readonly<v.InferInput<typeof deflateSchema>>;

/** What holds for a WebSocket on either side. */
export const webSocketOptions = {
  /**
   * The most bytes of a received message, with all its frames, decompressed; a longer one closes the WebSocket with 1009.
   */
  maxPayload: v.optional(count(1), 1_048_576),
  /** A peer that has sent nothing for this many ms gets a ping; `false` for never. */
  pingInterval: v.optional(timeLimit, 30_000),
  /**
   * How long it may then take to send anything, in ms; after that the connection is closed (`TT_PEER_SILENT`). `false`
   * for no limit.
   */
  pongTimeout: v.optional(timeLimit, 20_000),
  /** How long the peer may take, in ms, to answer the close frame of this side. */
  closeTimeout: v.optional(ms(), 5_000),
  /**
   * Compresses messages (RFC 7692) if the peer supports it; this takes memory for each connection, and CPU time. `true`
   * for the defaults.
   */
  perMessageDeflate: v.optional(v.union([flag, deflateSchema], 'must be true, false or options'), false),
};

/** The options that a WebSocket needs at run time. */
export type WebSocketSettings = Readonly<v.InferOutput<v.StrictObjectSchema<typeof webSocketOptions, undefined>>>;
