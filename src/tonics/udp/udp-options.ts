import { isIP } from 'node:net';
import * as v from 'valibot';
import { badOption } from '../../core/options/option-problem.js';
import { bytes, count, flag, port, settingsIn, text, within } from '../../core/options/option-schema.js';
import { type TonicOptions, tonicOptions } from '../../core/options/tonic-options.js';
import type { OpenPlace } from '../../selector/network.js';
import { framingOption } from '../../framing/framing-option.js';

/** The most that fits: 65,535 less the headers of UDP and, with IPv4, of IP (RFC 768, RFC 791, RFC 8200). */
export const LARGEST = { 4: 65_507, 6: 65_527 } as const;

export const multicastSchema = v.strictObject({
  /** The groups to be a member of, each with the address of the interface to join on (default: the system's choice). */
  groups: v.optional(v.array(v.strictObject({ group: text, interface: v.optional(text) })), []),
  /** How many routers a multicast datagram passes, 0 to 255 (`IP_MULTICAST_TTL`, ip(7)). Default: the system's, 1. */
  ttl: v.optional(within(0, 255)),
  /** Whether members on this machine receive datagrams sent from it. Default: the system's, true. */
  loopback: v.optional(flag),
  /** The interface for sending multicast datagrams. */
  interface: v.optional(text),
});

/** What a UdpSocket and a UdpServer have in common: where they are bound, and what their sockets are given. */
export const boundOptions = {
  ...tonicOptions,
  /** The port to receive on; with 0 the system chooses one, which `onListening` tells. */
  port: v.optional(port(0), 0),
  /** The address to receive on. Default: all of the family. */
  host: v.optional(text),
  /** A descriptor to receive on, instead of a port: of a UDP socket of its `family` that somebody has opened and bound. It is closed with this one. */
  fd: v.optional(count(0)),
  /** Receives on a UDP socket that systemd has passed (sd_listen_fds(3)), instead of a port: one of this name, or with `true` any. */
  systemd: v.optional(v.union([v.literal(true), text], 'must be true or a name')),
  /** IPv4 or IPv6. Default: that of `host`, or of a socket's `remote`, or IPv4. */
  family: v.optional(v.picklist([4, 6], 'must be 4 or 6')),
  /** Lets other sockets have the same port (`SO_REUSEADDR`, socket(7)); needed by several members of a multicast group. */
  reuseAddress: v.optional(flag, false),
  /** Whether `::` does not include IPv4 (`IPV6_V6ONLY`, ipv6(7)). */
  ipv6Only: v.optional(flag, false),
  /**
   * The framing of datagrams and of `sendFrame`: then `onFrame` is called instead of `onDatagram`. Default: what the
   * class says.
   */
  framing: v.optional(framingOption),
  /** How many bytes the kernel buffers while the loop is busy (`SO_RCVBUF`, socket(7)); the system may give less. */
  receiveBuffer: v.optional(count(1), 8_388_608),
  /** (`SO_SNDBUF`, socket(7)). Default: the system's. */
  sendBuffer: v.optional(count(1)),
  /** The most bytes that may be unsent: before it is open, while a name is looked up, or where the kernel takes no more. A datagram beyond that is refused. */
  unsentLimit: v.optional(bytes(1), 16_777_216),
  /** The most datagrams that may be unsent, empty ones included. */
  unsentMessages: v.optional(count(1), 65_536),
};

export const udpSchema = v.strictObject({
  ...boundOptions,
  /** The only peer: only its datagrams are received, its ICMP errors are reported, and `send` needs no address (connect(2)). */
  remote: v.optional(v.strictObject({ host: text, port: port(1) })),
  /** Whether it may send to broadcast addresses (`SO_BROADCAST`, socket(7)). */
  broadcast: v.optional(flag, false),
  /** Options of multicast. */
  multicast: v.optional(multicastSchema),
});

// What a schema spreads loses its doc comments in the declarations; the types that are added bring them back.
/** What a UdpSocket and a UdpServer have in common. */
export type BoundOptions = Readonly<v.InferInput<v.StrictObjectSchema<typeof boundOptions, undefined>>> & TonicOptions;
/** Options of a UdpSocket. */
export type UdpSocketOptions = Readonly<v.InferInput<typeof udpSchema>> & BoundOptions;

/** Where something is bound: with the family that is meant. */
export interface Bound {
  readonly family: 4 | 6;
  /** Where it has been opened already. */
  readonly place: OpenPlace | undefined;
}

/** The options as they hold. */
export type UdpSettings = Omit<v.InferOutput<typeof udpSchema>, 'family'> & Bound;

/** @throws {TaskTonicError} `TT_BAD_OPTION`, also where `family`, `host` and `remote` contradict each other. */
export function udpSettings(options: UdpSocketOptions, className = 'UdpSocket'): UdpSettings {
  const settings = settingsIn(udpSchema, options, className);
  return { ...settings, ...boundBy(settings, options, className) };
}

/**
 * Where options bind it.
 *
 * @param options as they were given.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where they contradict each other.
 */
export function boundBy(
  settings: { readonly host?: string | undefined; readonly family?: 4 | 6 | undefined } & Pick<UdpSettings, 'remote'>,
  options: BoundOptions,
  className: string,
): Bound {
  const place = placeOf(options, className);
  const own = numericFamily(settings.host);
  const far = numericFamily(settings.remote?.host);
  const family = settings.family ?? own ?? far ?? 4;
  const why = settings.family !== undefined ? 'family' : 'host';
  refuseOther(className, 'host', settings.host, own, family, `family is ${family}`);
  const but =
    why === 'family' ? `family is ${family}` : `host is ${JSON.stringify(settings.host)}, an ${nameOf(family)} address`;
  refuseOther(className, 'remote.host', settings.remote?.host, far, family, but);
  return { family, place };
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` where it is said twice. */
function placeOf({ fd, systemd, port, host }: BoundOptions, className: string): OpenPlace | undefined {
  if (fd === undefined && systemd === undefined) return undefined;
  const place = fd === undefined ? 'systemd' : 'fd';
  for (const [option, value] of Object.entries({ port, host, ...(fd !== undefined && { systemd }) }))
    if (value !== undefined) throw badOption(className, option, `it cannot be given together with "${place}"`);
  return fd === undefined ? { systemd: systemd! } : { fd };
}

/** The family of a numeric address; `undefined` for a name, which may have both. */
function numericFamily(host: string | undefined): 4 | 6 | undefined {
  const family = isIP(host ?? '');
  return family === 4 || family === 6 ? family : undefined;
}

export function nameOf(family: 4 | 6): 'IPv4' | 'IPv6' {
  return family === 4 ? 'IPv4' : 'IPv6';
}

function refuseOther(
  of: string,
  option: string,
  host: string | undefined,
  family: 4 | 6 | undefined,
  wanted: 4 | 6,
  but: string,
): void {
  if (family === undefined || family === wanted) return;
  const problem = `it is ${JSON.stringify(host)}, an ${nameOf(family)} address, and ${but}`;
  throw badOption(of, option, problem);
}
