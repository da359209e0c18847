import * as v from 'valibot';
import type { StreamSettings } from '../../../selector/network.js';
import type { TlsStart } from '../../../selector/tls.js';
import { bytes, count, flag, ms, oneOf } from '../../../core/options/option-schema.js';
import { framingOption } from '../../../framing/framing-option.js';
import { STALL_FROM } from './watches/stall-watch.js';
import { rateOption } from '../../rate-option.js';
import type { Bucket } from '../../../core/time/token-bucket.js';
import { idlePatience } from './watches/idle-watch.js';

const WHOLE_SECONDS = 'must be whole seconds in ms, from 1000 to 32767000, or false';

/** What the kernel can keep: with less than a second, or more than that (MAX_TCP_KEEPIDLE), it stays at its own two hours. */
const wholeSeconds = v.pipe(
  v.number(WHOLE_SECONDS),
  v.minValue(1_000, WHOLE_SECONDS),
  v.maxValue(32_767_000, WHOLE_SECONDS),
  v.multipleOf(1_000, WHOLE_SECONDS),
);

/** The options of a connection, which a TcpServer gives to all of its own. */
export const connectionOptions = {
  /** Sends small writes at once (`TCP_NODELAY`, tcp(7)). Writes of one turn are gathered anyway. */
  noDelay: v.optional(flag, true),
  /**
   * Checks a silent peer, first after this many ms (`SO_KEEPALIVE`, socket(7)); `false` for never. The kernel keeps it
   * in whole seconds.
   */
  keepAlive: v.optional(v.union([wholeSeconds, v.literal(false)], WHOLE_SECONDS), 60_000),
  /**
   * Closes the connection when nothing was received and nothing was sent for this many ms; `false` for never. By
   * direction: nothing received (`read`), nothing sent (`write`), neither (`either`). A connection can change its own
   * (`setIdleTimeout()`).
   */
  idleTimeout: v.optional(
    v.union(
      [
        ms(1),
        v.literal(false),
        v.strictObject({
          read: v.optional(idlePatience),
          write: v.optional(idlePatience),
          either: v.optional(idlePatience),
        }),
      ],
      'must be 1 ms or more, false, or such times by side: { read, write, either }',
    ),
    false,
  ),
  /**
   * Whether it stays open for sending after the peer has ended (half-close). Otherwise it ends too, when all data is
   * sent.
   */
  halfOpen: v.optional(flag, false),
  /**
   * The framing of received data and of `sendFrame`: then `onFrame` is called instead of `onData`. Default: what the
   * class says.
   */
  framing: v.optional(framingOption),
  /**
   * With a framing, how long a frame may take from its first byte to its last, in ms (exact to one read): then the
   * connection is closed; `false` for no limit.
   */
  frameTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 60_000),
  /** When this many bytes are unsent, reading pauses (see `pauseReading`), and `onDrain` will follow. */
  highWaterMark: v.optional(bytes(16_384), 262_144),
  /**
   * When at most this many bytes are unsent, reading continues and `onDrain` is called. Default: a quarter of
   * `highWaterMark`.
   */
  lowWaterMark: v.optional(bytes(0)),
  /**
   * Whether reading pauses above the high-water mark. (A connection whose bytes are relayed to this one always pauses.)
   */
  pauseReading: v.optional(flag, true),
  /** The most bytes that may be unsent. */
  unsentLimit: v.optional(bytes(16_384), 16_777_216),
  /**
   * What happens at a send beyond `unsentLimit`: the connection is closed (reason `overflow`), or the send is refused
   * and the connection goes on.
   */
  onUnsentLimit: v.optional(oneOf('close', 'refuse'), 'close'),
  /**
   * How long more than 64 KiB may stay unsent without progress, in ms: then the peer does not read, and the connection
   * is closed (reason `stalled`, `TT_WRITE_STALLED`). `false` for no limit.
   */
  stallTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 120_000),
  /**
   * The most bytes a second that are read: a number, or `{ perSecond, burst }`. More waits in the kernel, and then at
   * the peer. Exact to one read of 64 KiB.
   */
  readRate: v.optional(rateOption),
  /**
   * How long the oldest open reply may last without a send, in ms; then the connection ends (`TT_REPLY_TIMEOUT`).
   * `false` for no limit.
   */
  replyTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 30_000),
  /** When this many replies are unsent, reading pauses, unless the oldest one needs input. */
  replyLimit: v.optional(count(1), 1_000),
  /**
   * How long a closing connection waits for the peer without progress (nothing sent, nothing received), in ms. Then it
   * is reset.
   */
  lingerTimeout: v.optional(ms(), 2_000),
  /** How long it waits in total, in ms, even with progress. */
  lingerLimit: v.optional(ms(), 60_000),
};

const connectionSchema = v.strictObject(connectionOptions);

/** Options of a connection. */
export type ConnectionOptions = Readonly<v.InferInput<typeof connectionSchema>>;
/** The same, checked and complete; one record serves all connections of a server. */
export type ConnectionSettings = Readonly<v.InferOutput<typeof connectionSchema>> & {
  readonly lowWaterMark: number;
  /** How it goes on under TLS where its protocol says so. */
  readonly startTls: TlsStart | undefined;
  /** With so many bytes unsent it is looked after: the smaller one of the high-water mark and what a stall is watched from. */
  readonly watchMark: number;
  /** What all connections of a server share in what is read. */
  readonly sharedRead: Bucket | undefined;
};

/** Takes the settings of connections out of parsed options. */
export function connectionSettings(
  parsed: v.InferOutput<typeof connectionSchema>,
  startTls?: TlsStart,
  sharedRead?: Bucket,
): ConnectionSettings {
  const { highWaterMark } = parsed;
  const settings = Object.fromEntries(
    Object.keys(connectionOptions).map((key) => [key, parsed[key as keyof ConnectionOptions]]),
  );
  const lowWaterMark = Math.min(parsed.lowWaterMark ?? highWaterMark / 4, highWaterMark);
  return {
    ...(settings as ConnectionSettings),
    lowWaterMark,
    startTls,
    sharedRead,
    watchMark: parsed.stallTimeout === false ? highWaterMark : Math.min(highWaterMark, STALL_FROM),
    unsentLimit: Math.max(parsed.unsentLimit, highWaterMark),
  };
}

/** What the network needs to know of them. */
export function streamSettings({
  noDelay,
  keepAlive,
}: Pick<ConnectionSettings, 'noDelay' | 'keepAlive'>): StreamSettings {
  return { noDelay, keepAlive: keepAlive === false ? undefined : keepAlive };
}
