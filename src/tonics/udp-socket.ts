import { isIPv6 } from 'node:net';
import * as v from 'valibot';
import { type TaskTonicError, fail } from '../core/errors.js';
import { BINDER, type SparkleBinder, ofFramework } from '../core/plan.js';
import type { TonicOptions } from '../core/tonic-options.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { Address, DatagramChannel } from '../selector/network.js';
import type { SelectionKey } from '../selector/selection-key.js';
import { bytes, count, flag, parseOptions, port, text } from '../core/option-schema.js';
import { tonicOptions } from './options.js';
import { showAddress, socketError } from './socket-errors.js';
import { type SendResult, type Sendable, SocketTonic, sizeOf } from './socket-tonic.js';
import { type ListenInfo, tellListening } from './tcp-server.js';

const multicastSchema = v.strictObject({
  /** The groups to be a member of, each with the address of the interface to join on (default: the system's choice). */
  groups: v.optional(v.array(v.strictObject({ group: text, interface: v.optional(text) })), []),
  /** How many routers a multicast datagram passes, 0 to 255 (`IP_MULTICAST_TTL`, ip(7)). Default: the system's, 1. */
  ttl: v.optional(v.pipe(count(0), v.maxValue(255, 'must be 255 or less'))),
  /** Whether this machine's members hear what is sent from here. Default: the system's, true. */
  loopback: v.optional(flag),
  /** The interface that multicast datagrams leave by. */
  interface: v.optional(text),
});

export const udpSchema = v.strictObject({
  ...tonicOptions,
  /** The port to receive on; 0 takes a free one, which `onListening` tells. */
  port: v.optional(port(0), 0),
  /** The address to receive on. Default: all of the family. */
  host: v.optional(text),
  /** IPv4 or IPv6. Default: that of `host`, of `remote`, or IPv4. */
  family: v.optional(v.picklist([4, 6], 'must be 4 or 6')),
  /** The one peer: only its datagrams are received, its ICMP errors are heard, and `send` needs no address (connect(2)). */
  remote: v.optional(v.strictObject({ host: text, port: port(1) })),
  /** Lets other sockets have the same port (`SO_REUSEADDR`, socket(7)); needed by several members of a multicast group. */
  reuseAddress: v.optional(flag, false),
  /** Whether `::` leaves IPv4 alone (`IPV6_V6ONLY`, ipv6(7)). */
  ipv6Only: v.optional(flag, false),
  /** Whether it may send to broadcast addresses (`SO_BROADCAST`, socket(7)). */
  broadcast: v.optional(flag, false),
  /** What concerns multicast. */
  multicast: v.optional(multicastSchema),
  /** What the kernel keeps while the loop is busy (`SO_RCVBUF`, socket(7)); the system may give less. */
  receiveBuffer: v.optional(count(1), 8_388_608),
  /** (`SO_SNDBUF`, socket(7)). Default: the system's. */
  sendBuffer: v.optional(count(1)),
  /** The most bytes that may be unsent; a datagram beyond that is refused. */
  unsentLimit: v.optional(bytes(1), 16_777_216),
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link UdpSocket}. */
export type UdpSocketOptions = v.InferInput<typeof udpSchema> & TonicOptions;

/** The life of a datagram socket, apart from the state machine of a subclass. */
export type UdpPhase = 'opening' | 'open' | 'draining' | 'closed';

/** The most that fits: 65,535 less the headers of UDP and, with IPv4, of IP (RFC 768, RFC 791, RFC 8200). */
const LARGEST = { 4: 65_507, 6: 65_527 } as const;

/** A datagram takes so much of a socket's share of a turn at least. */
const SMALLEST_SHARE = 64;

/**
 * A UDP socket. Its events are its own, or else its base's with the socket as the first argument.
 */
export class UdpSocket<State extends string = never> extends SocketTonic<State> {
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = udpSchema;
  /** It is bound (and connected, where it has one peer); tells the real address and port. */
  ttse__onListening?(info: ListenInfo): void;
  /** A datagram has come. The buffer is the receiver's to keep. */
  ttse__onDatagram?(data: Buffer, from: Address): void;
  /**
   * The socket reported an error, or a datagram was refused. An ICMP error of a datagram sent earlier does not end the socket; one
   * that keeps it from opening finishes it, where nobody hears of that as a failure.
   */
  ttse__onError?(error: TaskTonicError): void;

  /** @internal */
  static override readonly [BINDER]: SparkleBinder = (sparkle, enqueue) => {
    if (sparkle.key !== 'ttsc__send') return enqueue;
    return function (this: object, ...args: unknown[]): void {
      sizeOf(args[0]);
      enqueue.apply(this, args);
    };
  };

  readonly #settings: v.InferOutput<typeof udpSchema>;
  readonly #family: 4 | 6;
  #channel: DatagramChannel | undefined;
  #key: SelectionKey | undefined;
  #phase: UdpPhase = 'opening';
  #receivedBytes = 0;
  #receivedMessages = 0;
  #sentBytes = 0;
  #sentMessages = 0;
  /** Dropped by then, when it has closed. */
  #dropped = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every Tonic. */
  constructor(options: UdpSocketOptions = {}) {
    const settings = parseOptions(udpSchema, options, 'UdpSocket');
    super(settings);
    this.#settings = settings;
    this.#family = settings.family ?? (isIPv6(settings.host ?? settings.remote?.host ?? '') ? 6 : 4);
    this._ttss__bind();
  }

  /** How far the socket is, apart from the states of a subclass. */
  get phase(): UdpPhase {
    return this.#phase;
  }

  /** Where it is bound; `undefined` before and after. */
  get local(): Address | undefined {
    return this.#channel?.local;
  }

  /** Bytes that were given to be sent and have not left this process. */
  get unsentBytes(): number {
    return this.#channel?.unsent ?? 0;
  }

  /** What has passed through it; `dropped` datagrams came and were not heard: it was paused, or the loop too slow. */
  get traffic(): {
    readonly receivedBytes: number;
    readonly receivedMessages: number;
    readonly sentBytes: number;
    readonly sentMessages: number;
    readonly dropped: number;
  } {
    return {
      receivedBytes: this.#receivedBytes,
      receivedMessages: this.#receivedMessages,
      sentBytes: this.#sentBytes,
      sentMessages: this.#sentMessages,
      dropped: this.#channel?.dropped ?? this.#dropped,
    };
  }

  /**
   * Sends a datagram from one of its own sparkles: it leaves with the end of the turn. A list becomes one datagram.
   *
   * @param to where to; left out where the socket has one peer.
   * @throws {TaskTonicError} `TT_BAD_DATA`, `TT_BAD_ADDRESS`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected send(data: Sendable, to?: Address): SendResult {
    this._ttNeedsOwnSparkle();
    return this.#send(data, to);
  }

  /** Sends a datagram, on behalf of anybody. A refusal (before `onListening`, for one) is told by `onError`. */
  ttsc__send(data: Sendable, to?: Address): void {
    this.#send(data, to);
  }

  /** Drops and counts what comes, until `ttsc__resume`. (Node cannot leave datagrams in the kernel's buffer.) */
  ttsc__pause(): void {
    this.#key?.modify(Interest.CONNECT);
  }

  /** Receives again. */
  ttsc__resume(): void {
    this.#key?.modify(Interest.CONNECT | Interest.READ);
  }

  /** Closes the socket, after what was sent before has left, and finishes; what is sent later is refused. */
  ttsc__close(): void {
    if (this.#phase !== 'closed') this.#phase = 'draining';
    this.ttsc__finish();
  }

  /**
   * Becomes a member of a multicast group, or leaves it.
   * @param networkInterface the address of the interface; default: the system's choice.
   */
  ttsc__setMembership(group: string, member: boolean, networkInterface?: string): void {
    try {
      this.#channel?.setMembership(group, member, networkInterface);
    } catch (thrown) {
      this._ttReport(socketError(thrown as Error, group));
    }
  }

  #send(data: Sendable, to: Address | undefined): SendResult {
    const size = sizeOf(data);
    const { remote, unsentLimit } = this.#settings;
    const largest = LARGEST[this.#family];
    if (size > largest) return this.#refused(fail('TT_DATAGRAM_TOO_LARGE', { bytes: size, max: largest }));
    if (remote === undefined && !isAddress(to))
      return this.#refused(fail('TT_BAD_ADDRESS', { what: JSON.stringify(to) ?? 'nothing' }));
    const channel = this.#channel;
    if (this.#phase === 'opening')
      return this.#refused(fail('TT_SEND_REFUSED', { bytes: size, why: 'the socket is not open before onListening' }));
    if (channel === undefined || this.#phase !== 'open')
      return this.#refused(fail('TT_SEND_REFUSED', { bytes: size, why: `the socket is ${this.#phase}` }));
    if (channel.unsent + size > unsentLimit)
      return this.#refused(fail('TT_UNSENT_LIMIT', { bytes: channel.unsent + size }));
    channel.send(data, to);
    this.#sentBytes += size;
    this.#sentMessages++;
    return 'sent';
  }

  #refused(error: TaskTonicError): SendResult {
    this._ttReport(error);
    return 'refused';
  }

  /** @internal */
  _ttss__bind(): void {
    if (!this._ttMayInfuse) return;
    const {
      host,
      port: at,
      remote,
      reuseAddress,
      ipv6Only,
      broadcast,
      receiveBuffer,
      sendBuffer,
      multicast,
    } = this.#settings;
    const groups = (multicast?.groups ?? []).map((member) => ({ group: member.group, interface: member.interface }));
    this.#channel = this._ttCatalyst.network.bind({
      family: this.#family,
      host,
      port: at,
      remote,
      reuseAddress,
      ipv6Only,
      broadcast,
      receiveBuffer,
      sendBuffer,
      multicast: multicast && {
        groups,
        ttl: multicast.ttl,
        loopback: multicast.loopback,
        interface: multicast.interface,
      },
    });
    this.#key = this._ttCatalyst.selector.register(this.#channel, Interest.CONNECT | Interest.READ, this);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const channel = this.#channel!;
    if ((ready & Interest.CONNECT) !== 0) this.#opened(channel);
    if ((ready & Interest.READ) !== 0) this.#read(channel);
    if ((ready & Interest.HANGUP) !== 0) {
      const error = channel.takeError();
      if (error !== undefined) this._ttss__failed(error);
    }
  }

  /** Takes what it may in this turn; the rest comes with a later one. */
  #read(channel: DatagramChannel): void {
    const catalyst = this._ttCatalyst;
    for (let share = catalyst._ttShare; share > 0; share = Math.min(share, catalyst._ttShare)) {
      const datagram = channel.take();
      if (datagram === undefined) return;
      const { length } = datagram.bytes;
      // Each is an order, however small it is.
      share -= Math.max(length, SMALLEST_SHARE);
      this.#receivedBytes += length;
      this.#receivedMessages++;
      catalyst._ttReceived(length);
      this._ttEmit('ttse__onDatagram', datagram.bytes, datagram.from);
    }
    this.#key?.again(Interest.READ);
  }

  #opened(channel: DatagramChannel): void {
    const { local } = channel;
    if (local === undefined) return;
    if (this.#phase === 'opening') this.#phase = 'open';
    tellListening(this, { ...local, transport: 'udp', tonic: this as SocketTonic<string>, maxConnections: Infinity });
  }

  /** @internal In a sparkle, for rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    const opening = this.#phase === 'opening';
    const { remote, host, port: at } = this.#settings;
    const heard = this._ttReport(
      socketError(cause, remote === undefined ? showAddress(host, at) : showAddress(remote.host, remote.port)),
    );
    if (!opening) return;
    this.#close();
    if (!heard) throw socketError(cause, showAddress(host, at));
    this.ttsc__finish();
  }

  #close(): void {
    this.#dropped = this.#channel?.dropped ?? this.#dropped;
    this.#key?.cancel();
    this.#key = this.#channel = undefined;
    this.#phase = 'closed';
  }

  /** @internal */
  override _ttRelease(): void {
    this.#close();
  }
}
ofFramework(UdpSocket);

function isAddress(to: unknown): to is Address {
  const { address, port: at } = (to ?? {}) as Partial<Address>;
  return typeof address === 'string' && address !== '' && Number.isInteger(at) && at! >= 1 && at! <= 65_535;
}
