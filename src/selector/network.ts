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

/** What is sent: text goes as UTF-8. What was given is not to be changed afterwards. */
export type Bytes = Uint8Array | string;

/** A socket that is open already: a descriptor, or those that systemd has passed (of this name, or all). */
export type OpenPlace = { readonly fd: number } | { readonly systemd: string | true };

/** Where it listens when it is not on a port: at the path of a UNIX socket, or where others have opened it. */
export type ListenPlace = { readonly path: string; readonly mode: number } | OpenPlace;

/** How a listener is opened. */
export interface ListenSettings {
  /** Instead of `host` and `port`, which then mean nothing. */
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
  /** What the process that replaces this one is told of it. */
  readonly successor?: ForSuccessor | undefined;
}

/** What an upgrade of the program hands over with a listener. */
export interface ForSuccessor {
  /** The name that the Tonic was given which listens. */
  readonly name: string | undefined;
  /** The keys of its TLS tickets, as they are now. */
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
  /** The path of a UNIX socket, instead of all that is said of addresses and ports. */
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
  /** The host's name; `''` or `.`: the service is not there. */
  readonly name: string;
  readonly port: number;
  /** Those with the lowest are for all, as long as one of them answers. 0 to 65535. */
  readonly priority: number;
  /** Which part of the clients of its priority it is to have. 0 to 65535. */
  readonly weight: number;
}

/** How a datagram socket is opened. */
export interface BindSettings {
  /** Instead of `host` and `port`. */
  readonly place?: OpenPlace | undefined;
  readonly family: 4 | 6;
  readonly host: string | undefined;
  readonly port: number;
  /** Only datagrams of this peer are received, and its ICMP errors are heard. */
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
  /** Where it is bound, once it is open. */
  readonly local: Address | undefined;
  /** What went wrong last, taken once; `undefined` where nothing did. */
  takeError(): Error | undefined;
  /** It is closed, and nothing more will happen. */
  readonly closed: boolean;
}

/**
 * A listening socket. Ready to CONNECT: it listens. To ACCEPT: {@link take} has something. To HANGUP: it failed, or
 * {@link takeTurnedAway} has something, which it may have without interest in ACCEPT.
 */
export interface ListenerChannel extends SocketChannel {
  take(): StreamChannel | undefined;
  /** The next one, where it is to be moved to another thread: nobody has read from it. */
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
  /** Its address is denied, or others alone are allowed. */
  | 'denied'
  /** It sent no PROXY header where it must, or one that cannot be read, or may not send one. */
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
  /** Takes the next bytes that were received, at most so many. They are the taker's to keep. */
  take(most?: number): Buffer | undefined;
  /** Gives back what was taken, and is not the taker's: it is the next to be taken, by whoever has the channel then. */
  putBack(bytes: Buffer): void;
  /** Bytes that were received and not taken. */
  readonly received: number;
  /** The peer will send no more, and all that it sent was taken. */
  readonly ended: boolean;
  /** Bytes that were written and have not left this process, to within one piece (64 KiB). */
  readonly unsent: number;
  /**
   * Gathers bytes; all of a turn leave at its end in one write, or earlier with {@link flush}.
   * @param size how many they are.
   */
  write(bytes: Bytes, size: number): void;
  /** Hands over what is gathered, as far as the kernel takes it; the rest follows by itself. */
  flush(): void;
  /** Bytes that were given and could not be sent, since their buffer had been moved away before they left; told once. */
  takeLost(): number;
  /** Gives up what is unsent behind the first so many bytes (to within a piece that has begun to leave); tells how many those were. */
  keepOnly(most: number): number;
  /** After what was written the peer is told that no more will come. */
  end(): void;
  /** Everything that was written has left, and so has the end. */
  readonly flushed: boolean;
  /** Closes at once; what has not left is lost. With `reset` the peer is told so. */
  close(reset?: boolean): void;
  /** Gives what comes from now on straight to who takes it, in the callback that brings it, and keeps what that one does not take. Where it is not there, all is kept. */
  straightTo?(taker: StraightTaker | undefined): void;
  /** What was agreed, under TLS. */
  readonly tls?: TlsInfo | undefined;
  /** Under TLS: the peer's side has ended, and it did not say so. What came may have been cut off. */
  readonly truncated?: boolean;
  /** Bytes that are not unsent any more are the kernel's: nobody in this process has them. Where it is not there, somebody may. */
  readonly handsToKernel?: boolean;
}

/** Takes what a stream receives in the callback that brings it, without a turn of the loop. */
export interface StraightTaker {
  /** @returns what has become of it. */
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
  /** Datagrams that the kernel dropped, since its buffer was full; `undefined` where it does not tell. To look costs a read of a file. */
  readonly kernelDropped?: number | undefined;
  /**
   * Gathers a datagram of so many bytes; those of a turn leave at its end, or earlier where they are many. One to a name leaves when
   * that has been looked up: then it tells false.
   */
  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean;
  /** What was gathered leaves at once. */
  flush(): void;
  /** Datagrams that were given and have not left this process, those included whose name is being looked up. */
  readonly unsentMessages: number;
  /** Bytes of these. */
  readonly unsent: number;
  /** It is known of each datagram that was given what became of it. */
  readonly settled: boolean;
  /** Datagrams that the kernel has taken. */
  readonly sentMessages: number;
  /** Bytes of these. */
  readonly sentBytes: number;
  /** Datagrams that were given and will not leave. */
  readonly failedMessages: number;
  /** Tells of them, once each: those that failed in the same way on their way to the same address are one failure. */
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

/** Datagrams that did not leave. */
export interface SendFailure {
  /** Why: what the system says, or a {@link DatagramLost}. */
  readonly error: Error;
  /** Where they were to go, as it was given; `undefined` for the one peer of a connected socket. */
  readonly to: Address | undefined;
  /** How many, and their bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** There were failures of more kinds, or to more addresses, than are told one by one; these are the rest, with the last error. */
  readonly others: boolean;
}

/** A datagram did not leave, for a reason that does not come from the system; its message says which. */
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
