import type { Channel } from './channel.js';
import type { TlsInfo, TlsSide } from './tls.js';

/** Where a socket is bound or connected to. */
export interface Address {
  /** A numeric IPv4 or IPv6 address; of a UNIX socket its path, `''` for a peer without a name. */
  readonly address: string;
  /** 1 to 65535; 0 of a UNIX socket. */
  readonly port: number;
  /** Which of these `address` is, where that is known. */
  readonly family?: 'IPv4' | 'IPv6' | 'UNIX' | undefined;
}

/** Data to be sent; text is sent as UTF-8. The bytes must not be changed after the call. */
export type Bytes = Uint8Array | string;

/**
 * A socket that is already open: a descriptor, or the sockets that systemd has passed (those with this name, or all).
 */
export type OpenPlace = { readonly fd: number } | { readonly systemd: string | true };

/** Where a listener listens if not on a port: at the path of a UNIX socket, or on a socket that is already open. */
export type ListenPlace = { readonly path: string; readonly mode: number } | OpenPlace;

/** How a listener is opened. */
export interface ListenSettings {
  /** Replaces `host` and `port`. */
  readonly place?: ListenPlace | undefined;
  readonly host: string | undefined;
  readonly port: number;
  readonly backlog: number;
  readonly ipv6Only: boolean;
  /** Others may listen on the port as well, and the kernel spreads the connections. */
  readonly reusePort: boolean;
  /** So many listeners of this thread share the port, where that is possible: each poll of the kernel accepts one connection of each. */
  readonly listeners: number;
  /** Whether what it accepts is to be moved to other threads: then {@link ListenerChannel.takeSocket} has it. */
  readonly handsOver: boolean;
  /** More of its connections than this are turned away; `undefined`: as many as {@link Network.watchCapacity} tells. */
  readonly maxConnections: number | undefined;
  readonly stream: StreamSettings;
  /** What the process that replaces this one gets together with the listener. */
  readonly successor?: ForSuccessor | undefined;
}

/** What an upgrade of the program hands over with a listener. */
export interface ForSuccessor {
  /** The name of the listening Tonic, if it was given one. */
  readonly name: string | undefined;
  /** The present keys of its TLS tickets. */
  readonly ticketKeys: Buffer | undefined;
}

/** What every stream socket is given. */
export interface StreamSettings {
  readonly noDelay: boolean;
  /** `SO_KEEPALIVE`: the first probe after so many ms, whole seconds of them; `undefined` for none. */
  readonly keepAlive: number | undefined;
}

/** How a stream is connected: to one address. Names are looked up before, with {@link Network.lookup}. */
export interface ConnectSettings {
  /** The path of a UNIX socket; it replaces addresses and ports. */
  readonly path?: string | undefined;
  /** Numeric. */
  readonly address: string;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly stream: StreamSettings;
}

/** A server of a service, as an SRV record names it (RFC 2782). */
export interface SrvRecord {
  /** The name of the host; `''` or `.` means that the service does not exist. */
  readonly name: string;
  readonly port: number;
  /** Clients use the servers with the lowest priority as long as one of them answers. 0 to 65535. */
  readonly priority: number;
  /** Its share of the clients, relative to the other servers of its priority. 0 to 65535. */
  readonly weight: number;
}

/** How a datagram socket is opened. */
export interface BindSettings {
  /** Instead of `host` and `port`. */
  readonly place?: OpenPlace | undefined;
  readonly family: 4 | 6;
  readonly host: string | undefined;
  readonly port: number;
  /** The socket is connected to this peer: it receives only datagrams and ICMP errors of that peer. */
  readonly remote: { readonly host: string; readonly port: number } | undefined;
  readonly reuseAddress: boolean;
  readonly ipv6Only: boolean;
  readonly broadcast: boolean;
  /** Bytes; `undefined` for the system's default. */
  readonly receiveBuffer: number | undefined;
  readonly sendBuffer: number | undefined;
  readonly multicast: MulticastSettings | undefined;
}

/** What holds for all multicast datagrams that are sent. Groups and interface are set when it is open, one by one: each may fail. */
export interface MulticastSettings {
  readonly ttl: number | undefined;
  readonly loopback: boolean | undefined;
}

/** What all sockets have. */
export interface SocketChannel extends Channel {
  /** The address that the socket is bound to, once it is open. */
  readonly local: Address | undefined;
  /** Returns the last error, once; `undefined` if there was none. */
  takeError(): Error | undefined;
  /** The socket is closed, and signals nothing any more. */
  readonly closed: boolean;
}

/**
 * A listening socket. Ready to CONNECT: it listens. To ACCEPT: {@link take} has something. To HANGUP: it failed, or
 * {@link takeTurnedAway} has something, which it may have without interest in ACCEPT.
 */
export interface ListenerChannel extends SocketChannel {
  take(): StreamChannel | undefined;
  /** The next accepted socket, if it will be moved to another thread: nothing was read from it. */
  takeSocket(): unknown;
  /** A peer that was accepted and closed at once, for the limit of connections or for lack of descriptors. */
  takeTurnedAway(): TurnedAway | undefined;
}

/** Why a peer was turned away: what `counts.turnedAway` of a server has a number for. */
export type TurnedAwayReason =
  /** Too many connections. */
  | 'maxConnections'
  /** No descriptor was left. */
  | 'descriptors'
  /** The server is paused. */
  | 'paused'
  /** Too many connections of one address. */
  | 'addressLimit'
  /** Too many connections in a short time. */
  | 'rate'
  /** The address of the peer is denied, or is not among the allowed ones. */
  | 'denied'
  /** The peer sent no PROXY header although it must, or an invalid one, or is not allowed to send one. */
  | 'proxy'
  /** Too many accepted peers were still sending their PROXY header or doing their TLS handshake. */
  | 'handshakes'
  /** Its TLS handshake failed, or took too long. */
  | 'handshake';

/** A connection that was accepted and closed, as Node cannot leave it in the kernel, before there was a Tonic for it. */
export interface TurnedAway {
  /** The peer; `undefined` where the system tells none. */
  readonly remote: Address | undefined;
  readonly reason: TurnedAwayReason;
  /** What was wrong, where that is more than the reason says. */
  readonly error?: Error;
  /** Where this stands for several that came within a second: how many. `remote` and `error` are those of the last one. */
  readonly count?: number;
}

/**
 * A connection. Ready to CONNECT: it is connected. To READ: {@link take} has bytes, or {@link ended} became true. To WRITE: what
 * waited has left.
 */
export interface StreamChannel extends SocketChannel {
  readonly remote: Address | undefined;
  /** Returns the next received bytes, at most `most`. They belong to the caller. */
  take(most?: number): Buffer | undefined;
  /**
   * Gives back bytes that were taken and not used: the next call of {@link take} returns them, also to another owner.
   */
  putBack(bytes: Buffer): void;
  /** Bytes that were received and not taken. */
  readonly received: number;
  /** The peer has ended its side, and all received bytes were taken. */
  readonly ended: boolean;
  /** Bytes that were written and have not left this process, to within one piece (64 KiB). */
  readonly unsent: number;
  /**
   * Gathers bytes; all of a turn leave at its end in one write, or earlier with {@link flush}.
   * @param size how many they are.
   */
  write(bytes: Bytes, size: number): void;
  /**
   * Hands the gathered bytes to the kernel, as far as it accepts them; the rest is sent later without a further call.
   */
  flush(): void;
  /** Returns, once, the number of bytes that were lost because their buffer was transferred before they were sent. */
  takeLost(): number;
  /** Gives up what is unsent behind the first so many bytes (to within a piece that has begun to leave); tells how many those were. */
  keepOnly(most: number): number;
  /** Ends this side of the connection after the written bytes. */
  end(): void;
  /** All written bytes were sent, and so was the end. */
  readonly flushed: boolean;
  /** Closes at once; unsent bytes are lost. With `reset` the peer gets a reset. */
  close(reset?: boolean): void;
  /** Gives what comes from now on straight to who takes it, in the callback that brings it, and keeps what that one does not take. Where it is not there, all is kept. */
  straightTo?(taker: StraightTaker | undefined): void;
  /** What the TLS handshake has agreed on. */
  readonly tls?: TlsInfo | undefined;
  /** Under TLS: the peer's side ended without close_notify, so the received data may have been cut off. */
  readonly truncated?: boolean;
  /**
   * Sent bytes are in the kernel, and nothing in this process refers to them. If this field is missing, something may.
   */
  readonly handsToKernel?: boolean;
}

/** Takes what a stream receives in the callback that brings it, without a turn of the loop. */
export interface StraightTaker {
  /** @returns what was done with the bytes. */
  takes(bytes: Buffer): Taken;
}

/**
 * What has become of bytes that a stream has received.
 *
 * - `'not'`: they are not taken now. The stream keeps them, and is ready to READ.
 * - `'kept'`: they are taken, and may be needed for longer.
 * - `'left'`: they are taken, and nobody needs them any more. The stream may free their memory.
 */
export type Taken = 'not' | 'kept' | 'left';

/**
 * A datagram socket. Ready to CONNECT: it is bound (and connected). To READ: {@link take} has a datagram. To WRITE: what was given
 * {@link settled}, every datagram of it. To HANGUP: {@link takeFailure} or {@link takeError} has something.
 */
export interface DatagramChannel extends SocketChannel {
  /** Its one peer, once it is connected to it. */
  readonly remote: Address | undefined;
  take(): Datagram | undefined;
  /** Datagrams that were dropped here because READ was off or the inbox full. */
  readonly dropped: number;
  /**
   * Datagrams that the kernel dropped because its buffer was full; `undefined` if unknown. Each access reads a file.
   */
  readonly kernelDropped?: number | undefined;
  /**
   * Gathers a datagram of so many bytes; those of a turn leave at its end, or earlier where they are many. One to a name leaves when
   * that has been looked up: then it tells false.
   */
  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean;
  /** Sends the gathered datagrams at once. */
  flush(): void;
  /** Datagrams that were given and have not left this process, those included whose name is being looked up. */
  readonly unsentMessages: number;
  /** Bytes of these. */
  readonly unsent: number;
  /** Every datagram that was given has been sent or has failed. */
  readonly settled: boolean;
  /** Datagrams that the kernel has taken. */
  readonly sentMessages: number;
  /** Bytes of these. */
  readonly sentBytes: number;
  /** Datagrams that were given and could not be sent. */
  readonly failedMessages: number;
  /** Returns the next failure, once: datagrams to one address that failed in the same way are one failure. */
  takeFailure(): SendFailure | undefined;
  /** @throws {Error} what the system says. */
  setMembership(group: string, member: boolean, networkInterface: string | undefined): void;
  /**
   * Chooses the interface that multicast datagrams leave by.
   * @throws {Error} what the system says.
   */
  setMulticastInterface(networkInterface: string): void;
  /** Closes at once. What is gathered is handed to the kernel before; what still waits is lost, and {@link takeFailure} tells why. */
  close(why?: string): void;
}

/** Datagrams that could not be sent. */
export interface SendFailure {
  /** The error of the system, or a {@link DatagramLost}. */
  readonly error: Error;
  /** Where they were to go, as it was given; `undefined` for the one peer of a connected socket. */
  readonly to: Address | undefined;
  /** How many, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** There were failures of more kinds, or to more addresses, than are told one by one; these are the rest, with the last error. */
  readonly others: boolean;
}

/** A datagram could not be sent, for a reason that does not come from the system; the message says which. */
export class DatagramLost extends Error {}

/** One datagram that was received. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly from: Address;
}

/**
 * Everything that opens sockets goes through here, so that a test can put another network under the same Selector,
 * Catalysts and Tonics.
 *
 * None of these throws for what the network does: a channel that could not be opened is ready to HANGUP, with an error.
 */
export interface Network {
  /** Whether several listeners, of this process or others, can share a port. */
  readonly canReusePort: boolean;
  /** Whether a socket that was accepted can be moved to another thread. */
  readonly canHandOver: boolean;
  /**
   * Threads of this process listen there, each with a socket of its own: so that an upgrade of the program waits until those of the new process do.
   *
   * @returns they do so no more.
   */
  announce?(settings: ListenSettings, local: Address): () => void;
  /** Makes a stream of a socket that another thread has accepted. */
  receive(socket: unknown, settings: StreamSettings): StreamChannel;
  listen(settings: ListenSettings): ListenerChannel;
  /** Opens a connection to one address. Its error, where it has one, tells which end it is about: `address` and `port`. */
  connect(settings: ConnectSettings): StreamChannel;
  /**
   * Goes on under TLS: what a stream has received and nobody has taken is the beginning of the handshake, and what was written
   * before leaves before it.
   *
   * @returns the stream above it, which is ready to CONNECT when the handshake is done, and to HANGUP where that fails. The given one is closed
   *   from then on for whoever has it: to cancel its key touches nothing.
   */
  secure(channel: StreamChannel, side: TlsSide): StreamChannel;
  /**
   * Looks a name up: its addresses, those of one family or (0) of both, in the order in which the system would try them. A numeric host is
   * its own answer, whatever the family. Where there is no address `done` gets an error.
   *
   * @returns ends it: after that `done` is not called any more. Nor is it ever called within this call.
   */
  lookup(
    host: string,
    family: 0 | 4 | 6,
    done: (error: Error | undefined, addresses: readonly string[]) => void,
  ): () => void;
  /**
   * Looks the SRV records of a service up, such as `_redis._tcp.example.org`, in no order. Where there is none `done` gets an error.
   *
   * @returns as {@link lookup}.
   */
  lookupSrv(name: string, done: (error: Error | undefined, records: readonly SrvRecord[]) => void): () => void;
  bind(settings: BindSettings): DatagramChannel;
  /** The addresses of one family that its interfaces have just now, loopback included: where a socket can be bound. */
  localAddresses(family: 4 | 6): readonly string[];
  /**
   * Tells how many connections there may be at once, as far as descriptors go: at once, and again whenever that has changed, until the
   * returned function is called. `Infinity` where no bound is known. Whoever opens other things changes it at any time.
   */
  watchCapacity(tell: (most: number) => void): () => void;
}
