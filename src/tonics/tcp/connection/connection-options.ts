import * as v from 'valibot';
import type { StreamSettings } from '../../../selector/network.js';
import type { TlsStart } from '../../../selector/tls.js';
import { bytes, count, flag, ms, oneOf } from '../../../core/options/option-schema.js';
import { framingOption } from '../../framing-option.js';
import { STALL_FROM } from './watches/stall-watch.js';
import { rateOption } from '../../rate-option.js';
import type { TokenBucket } from '../../../core/time/token-bucket.js';
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
   * Asks a silent peer whether it is still there, first after so many ms (`SO_KEEPALIVE`, socket(7)); `false` for never. The kernel keeps it in
   * whole seconds.
   */
  keepAlive: v.optional(v.union([wholeSeconds, v.literal(false)], WHOLE_SECONDS), 60_000),
  /**
   * Closes the connection when nothing came and nothing left for so many ms; `false` for never. By side: nothing came (`read`), nothing left (`write`), neither (`either`).
   * A connection can change its own (`setIdleTimeout()`).
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
  /** Whether it stays open for sending after the peer has ended (half-close). Else it ends too, when everything has left. */
  halfOpen: v.optional(flag, false),
  /** How frames lie in what comes, and in what `sendFrame` sends: then `onFrame` is heard, and no `onData`. Default: what the class says. */
  framing: v.optional(framingOption),
  /** With a framing, how long a frame may take from its first byte to its last, in ms (to within one read): then the connection is closed; `false` for ever. */
  frameTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 60_000),
  /** With so many bytes unsent, reading pauses (see `pauseReading`), and `onDrain` will follow. */
  highWaterMark: v.optional(bytes(16_384), 262_144),
  /** When not more than so many bytes are unsent, reading goes on and `onDrain` is heard. Default: a quarter of `highWaterMark`. */
  lowWaterMark: v.optional(bytes(0)),
  /** Whether reading pauses above the high-water mark. (That of a connection whose bytes are relayed to this one always does.) */
  pauseReading: v.optional(flag, true),
  /** The most bytes that may be unsent. */
  unsentLimit: v.optional(bytes(16_384), 16_777_216),
  /** What a send beyond that does: it closes the connection (reason `overflow`), or it is refused and the connection goes on. */
  onUnsentLimit: v.optional(oneOf('close', 'refuse'), 'close'),
  /**
   * How long none of what is unsent may leave, in ms, where that is more than 64 KiB: then the peer is taken for one that does not read, and the connection is
   * closed (reason `stalled`, `TT_WRITE_STALLED`). `false` for ever.
   */
  stallTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 120_000),
  /**
   * The most bytes a second that are read: a number, or `{ perSecond, burst }`. More waits in the kernel, and then at the peer. To within one read, 64 KiB.
   */
  readRate: v.optional(rateOption),
  /**
   * How long the oldest open reply may keep the others waiting without a send, in ms; then the connection ends (`TT_REPLY_TIMEOUT`). `false` for ever.
   */
  replyTimeout: v.optional(v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false'), 30_000),
  /** At so many replies that have not left reading pauses, unless the oldest one needs input. */
  replyLimit: v.optional(count(1), 1_000),
  /**
   * How long a connection that closes waits for the peer in ms without progress: none of what was sent has left, and nothing has come. Then it is given up.
   */
  lingerTimeout: v.optional(ms(), 2_000),
  /** How long it waits in all, in ms, however much progress there is. */
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
  readonly sharedRead: TokenBucket | undefined;
};

/** Takes the settings of connections out of parsed options. */
export function connectionSettings(
  parsed: v.InferOutput<typeof connectionSchema>,
  startTls?: TlsStart,
  sharedRead?: TokenBucket,
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
