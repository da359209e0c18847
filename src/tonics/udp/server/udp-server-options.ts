import * as v from 'valibot';
import { badOption } from '../../../core/options/option-problem.js';
import { bytes, count, flag, oneOf, settingsIn } from '../../../core/options/option-schema.js';
import { addressRules } from '../../address-list.js';
import { rateOption } from '../../rate-option.js';
import { catalystsOption } from '../../tcp/server/server-options.js';
import { type Bound, type BoundOptions, boundBy, boundOptions } from '../udp-options.js';
import { idlePatience } from './idle-patience.js';
import type { UdpSession } from './udp-session.js';

/** Makes the session of each peer: a class that extends UdpSession, or a function that makes a new one each time. */
export type SessionProtocol = (new () => UdpSession<string>) | (() => UdpSession<string>);

/** The largest datagram, with what it counts for besides, must have room. */
const LEAST = 65_600;

export const udpServerSchema = v.strictObject({
  ...boundOptions,
  /** Makes the session of each peer. Default: a session whose events go to the server, and on to its base. */
  protocol: v.optional(
    v.custom<SessionProtocol>((value) => typeof value === 'function', 'must be a class or a function'),
  ),
  /**
   * Ends a session when nothing has come from its peer for so many ms; `false` for never. What is sent is no sign of life: nobody knows whether it arrives.
   * A session can change its own (`setIdleTimeout()`). Default: 120,000, as long as a NAT keeps an address for a peer (RFC 4787).
   */
  idleTimeout: v.optional(idlePatience, 120_000),
  /** How many sessions there may be. */
  maxPeers: v.optional(count(1), 10_000),
  /** What becomes of somebody new when there are so many: the datagram is dropped (`refuse`), or the session ends that has heard nothing for longest (`dropIdlest`). */
  whenFull: v.optional(oneOf('refuse', 'dropIdlest'), 'refuse'),
  /** How many sessions one address may have, of IPv6 one net of 64 bits. */
  maxPeersPerAddress: v.optional(count(1)),
  /** How many new peers a second get a session: a number, or `{ perSecond, burst }`. Datagrams of more are dropped. */
  acceptRate: v.optional(rateOption),
  /** Who may get a session, and nobody else: IP addresses and nets such as `10.0.0.0/8`, or a `net.BlockList`. */
  allow: v.optional(addressRules),
  /** Who may not, whatever `allow` says. A BlockList may be changed later, and holds for whoever comes then. */
  deny: v.optional(addressRules),
  /**
   * Whether each address of this machine has a socket of its own, so that a session knows which one its peer has sent to (`local`), and answers from it. Node
   * tells no destination of a datagram, so the price is a descriptor and a receive buffer for each address, and that addresses which come later are not heard.
   * Without it the system chooses the address that answers leave from: by the route to the peer.
   */
  socketPerAddress: v.optional(flag, false),
  /**
   * How many threads run its sessions, each with a SelectorCatalyst of its own; 1 for none but this one, `'all'` for as many as this
   * process can run at once (`os.availableParallelism()`). The protocol is then a class that says where it is:
   * `static readonly module = import.meta.url`. This thread has the sockets, and gives each new peer to the thread that has the fewest.
   */
  catalysts: catalystsOption,
  /** The most datagrams of one peer that may wait to be heard; more are dropped and counted. */
  unheardMessagesPerPeer: v.optional(count(1), 256),
  /** The most bytes of these; each datagram counts as 64 bytes more than it has. */
  unheardLimitPerPeer: v.optional(bytes(LEAST), 1_048_576),
  /** The most datagrams of all peers that may wait to be heard. */
  unheardMessages: v.optional(count(1), 65_536),
  /** The most bytes of these, counted in the same way. */
  unheardLimit: v.optional(bytes(LEAST), 16_777_216),
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link UdpServer}. */
export type UdpServerOptions = Readonly<v.InferInput<typeof udpServerSchema>> & BoundOptions;

/** A server's options, checked and complete. */
export type UdpServerSettings = Omit<v.InferOutput<typeof udpServerSchema>, 'family'> & Bound;

/** @throws {TaskTonicError} `TT_BAD_OPTION`, also where options contradict each other. */
export function udpServerSettings(options: UdpServerOptions, className: string): UdpServerSettings {
  const settings = settingsIn(udpServerSchema, options, className);
  const bound = boundBy({ host: settings.host, family: settings.family, remote: undefined }, options, className);
  if (settings.socketPerAddress)
    for (const option of ['host', 'fd', 'systemd'] as const)
      if (settings[option] !== undefined)
        throw badOption(className, option, 'with "socketPerAddress" it is bound to each address of this machine');
  return { ...settings, ...bound };
}
