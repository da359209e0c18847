import * as v from 'valibot';
import { nodeOs } from '../../../core/lazy-node.js';
import { count, flag, ms, port, text, within } from '../../../core/options/option-schema.js';
import { type TonicOptions, tonicOptions } from '../../../core/options/tonic-options.js';
import { type ConnectionOptions, connectionOptions } from '../connection/connection-options.js';
import { protocolOption } from '../connection/protocol.js';
import { addressRules } from '../../address-list.js';
import { rateOption } from '../../rate-option.js';
import { proxySchema } from '../proxy/proxy-option.js';
import { serverTlsSchema } from '../../tls/tls-options.js';
import { placeOptions } from './server-place.js';

/** Where several listeners can share a port. More make the longest wait no shorter. */
const LISTENERS = 4;
/** With fewer connections than this, or descriptors for them, one listener is enough. */
const MANY = 256;

export const catalystsOption = v.optional(
  v.union([v.literal('all'), count(1)], "must be 'all' or a whole number, 1 or more"),
  1,
);

export const serverSchema = v.strictObject({
  ...tonicOptions,
  ...connectionOptions,
  /**
   * The port to listen on; with 0 the system chooses one, which `onListening` tells. Required, unless `path`, `fd` or
   * `systemd` is given.
   */
  port: v.optional(port(0)),
  /** The address to listen on. Default: all, IPv6 and IPv4. */
  host: v.optional(text),
  /** Whether `::` does not include IPv4 (`IPV6_V6ONLY`, ipv6(7)). */
  ipv6Only: v.optional(flag, false),
  ...placeOptions,
  /** How many connections may wait in the kernel to be accepted (listen(2)); the system may have a lower bound. */
  backlog: v.optional(count(1), 511),
  /** How many connections may be open; more are accepted and closed, with `onTurnedAway`. Default: as the descriptors of the process allow, less a reserve. */
  maxConnections: v.optional(count(0)),
  /** How many connections one address may have, of IPv6 one net of 64 bits. */
  maxConnectionsPerAddress: v.optional(count(1)),
  /** How many peers a second are accepted: a number, or `{ perSecond, burst }`. More are turned away. */
  acceptRate: v.optional(rateOption),
  /** The most bytes a second that all its connections read, together: as `readRate`, which is for each of them. */
  totalReadRate: v.optional(rateOption),
  /**
   * The only addresses that may connect: IP addresses and networks such as `10.0.0.0/8`, or a `net.BlockList`. It does
   * not apply to peers over UNIX sockets.
   */
  allow: v.optional(addressRules),
  /** Addresses that may not connect, even if `allow` contains them. A BlockList may be changed later. */
  deny: v.optional(addressRules),
  /** Lets others (threads, processes) listen on the port as well: the kernel spreads the connections (`SO_REUSEPORT`, socket(7)). Needs Node 22.12 or 23.1. */
  reusePort: v.optional(flag, false),
  /**
   * How many listeners of this thread share its port, 1 to 64. The kernel hands Node one new connection a poll and listener, so beside a
   * thousand busy connections a new one waits a quarter as long where there are four. A port that somebody else has is refused nevertheless.
   * Needs Node 22.12 or 23.1, and neither macOS nor Windows: there the default is 4, or 1 with `reusePort` or a limit below 256
   * connections; on others there is one.
   */
  listeners: v.optional(within(1, 64)),
  /**
   * How many threads run its connections, each with a SelectorCatalyst of its own; 1 for none but this one, `'all'` for as many as this
   * process can run at once (`os.availableParallelism()`). The protocol is then a class
   * that says where it is: `static readonly module = import.meta.url`. From Node 24.20 and 26.6 each connection goes to the thread that has
   * the fewest; from 22.12 and 23.1 the kernel spreads them; on others there is a warning and no further thread.
   */
  catalysts: catalystsOption,
  /**
   * Takes PROXY headers (version 1 and 2) of these peers, so that `remote` and `local` of a connection are those of the client, and not of the
   * proxy: `{ trusted: ['10.0.0.0/8'] }`. See docs/use/behind-a-proxy.md.
   */
  proxyProtocol: v.optional(proxySchema),
  /** How long a peer may take, in ms, for its PROXY header and its TLS handshake, before its Tonic is made. */
  handshakeTimeout: v.optional(ms(1), 10_000),
  /** How many peers may be in a PROXY header or a TLS handshake at once; more are turned away. */
  handshakes: v.optional(count(1), 1_024),
  /** Speaks TLS, with this certificate: see [TLS of a TcpServer](#tls-of-a-tcpserver). */
  tls: v.optional(serverTlsSchema),
  /** Makes the Tonic of each connection. Default: a connection whose events go to the server, and on to its base. */
  protocol: protocolOption,
});

/** Whether it is said where a server listens. */
export const isPlaced = ({ port: given, path, fd, systemd }: Placed): boolean =>
  (given ?? path ?? fd ?? systemd) !== undefined;
export const NOT_PLACED = 'must be given, or "path", "fd" or "systemd"';
type Placed = { readonly [option in 'port' | 'path' | 'fd' | 'systemd']?: unknown };

/** The same, for who looks at options before a server is made of them. */
export const placedServerSchema = v.pipe(
  serverSchema,
  v.forward(
    v.check((options) => isPlaced(options), NOT_PLACED),
    ['port'],
  ),
);

/** A server's options, checked and complete. */
export type ServerSettings = v.InferOutput<typeof serverSchema>;

type Input = Readonly<v.InferInput<typeof serverSchema>>;
type OfPort = 'port' | 'host' | 'ipv6Only' | 'reusePort' | 'listeners';
type OfPlace = keyof typeof placeOptions;
/** None of these is given; an editor shows what they would mean. */
type Without<K extends OfPort | OfPlace> = {
  readonly [Key in keyof Pick<Input & PlaceInput, K>]?: undefined;
};

/** Where a TcpServer listens: on a port, at a path, or on what somebody else has opened. Only one of these can be said. */
export type ListenOptions =
  | (Pick<Input, OfPort> & { readonly port: number } & Without<OfPlace>)
  | (Pick<PlaceInput, 'path' | 'mode'> & { readonly path: string } & Without<OfPort | 'fd' | 'systemd'>)
  | (Pick<PlaceInput, 'fd'> & { readonly fd: number } & Without<OfPort | 'path' | 'mode' | 'systemd'>)
  | (Pick<PlaceInput, 'systemd'> & { readonly systemd: string | true } & Without<OfPort | 'path' | 'mode' | 'fd'>);
type PlaceInput = Readonly<v.InferInput<v.StrictObjectSchema<typeof placeOptions, undefined>>>;

// What a schema spreads loses its doc comments in the declarations; the types that are added bring them back.
/** Options of a {@link TcpServer}. */
export type TcpServerOptions = Omit<Input, OfPort | OfPlace> & ConnectionOptions & TonicOptions & ListenOptions;

/** How many threads that are, on this machine. */
export function threadsOf(catalysts: number | 'all' = 1): number {
  return catalysts === 'all' ? nodeOs().availableParallelism() : catalysts;
}

/** How many listeners it has where they can share a port, and where so many connections can be. */
export function listenersOf({ listeners, reusePort }: ServerSettings, maxConnections: number): number {
  return listeners ?? (reusePort || maxConnections < MANY ? 1 : LISTENERS);
}
