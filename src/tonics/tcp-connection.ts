import type { AnyTonic } from '../core/any-tonic.js';
import { type TaskTonicError, fail } from '../core/errors.js';
import { BINDER, type SparkleBinder, ofFramework } from '../core/plan.js';
import { running } from '../core/running.js';
import type { TonicOptions } from '../core/tonic-options.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { Address, StreamChannel } from '../selector/network.js';
import type { SelectionKey } from '../selector/selection-key.js';
import { Farewell, HOPS, IdleWatch, LastLook, Linger } from './connection-ends.js';
import type { ConnectionSettings } from './connection-options.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import { showAddress, socketError } from './socket-errors.js';
import { type SendResult, type Sendable, SocketTonic, sizeOf } from './socket-tonic.js';

/** The connection's own life, apart from the state machine, which belongs to the protocol. */
export type ConnectionPhase = 'connecting' | 'open' | 'halfClosed' | 'draining' | 'closed';

/** What has passed through a connection. A message is one event `onData`, or one send. */
export interface Traffic {
  receivedBytes: number;
  receivedMessages: number;
  sentBytes: number;
  sentMessages: number;
}

/** What a TcpServer or TcpClient hands to the connection that it makes. */
export interface Adoption {
  readonly settings: ConnectionSettings;
  /** `undefined` for a TcpClient, which opens its own. */
  readonly channel: StreamChannel | undefined;
  /** The key of a channel that is registered already. */
  readonly key?: SelectionKey;
}

let adoption: Adoption | undefined;

/** Makes a connection Tonic for a socket: the constructor of the first one made in `make` takes it. */
export function adopt<T>(given: Adoption, make: () => T): T {
  adoption = given;
  try {
    return make();
  } finally {
    adoption = undefined;
  }
}

const ADOPTION = Symbol('adoption');

/** The options of a TcpClient, which adopts itself. */
export function adopted<T extends TonicOptions>(options: T, given: Adoption): T {
  return { ...options, [ADOPTION]: given };
}

/** Why reading is paused; a sum, since there may be several reasons. */
const Pause = { user: 1, unsent: 2, relay: 4, finish: 8 } as const;

/**
 * One TCP connection. A protocol extends it, with a state machine of its own:
 *
 * ```ts
 * class Echo extends TcpConnection {
 *   ttse__onData(data: Buffer): void { this.send(data); }
 * }
 * ```
 *
 * An event that its class does not define goes to its base, with the connection as the first argument.
 */
export class TcpConnection<State extends string = never> extends SocketTonic<State> {
  /** It is open. */
  ttse__onConnected?(): void;
  /** Bytes have come. The buffer is the receiver's to keep. */
  ttse__onData?(data: Buffer): void;
  /** What waited to be sent has left, down to the low-water mark. */
  ttse__onDrain?(): void;
  /** More bytes are unsent than the high-water mark: `onDrain` will follow. */
  ttse__onHighWater?(unsentBytes: number): void;
  /** The peer will send no more. */
  ttse__onEnd?(): void;
  /** It is closed; the Tonic finishes after this (a TcpClient that tries again does not). */
  ttse__onDisconnected?(info: DisconnectInfo): void;
  /** The socket reported an error, or a send was refused. Unheard, it is logged and counted. */
  ttse__onError?(error: TaskTonicError): void;

  /** @internal */
  static override readonly [BINDER]: SparkleBinder = (sparkle, enqueue) => {
    if (sparkle.key !== 'ttsc__send') return enqueue;
    return function (this: object, ...args: unknown[]): void {
      const size = sizeOf(args[0]);
      enqueue.apply(this, args);
      (this as TcpConnection)._ttOrdered(size);
    };
  };

  /** @internal */ _ttSettings: ConnectionSettings;
  /** @internal */ _ttChannel: StreamChannel | undefined;
  /** @internal */ _ttKey: SelectionKey | undefined = undefined;
  /** @internal Bytes in orders to send that have not run. */
  _ttOrderedBytes = 0;
  #ownOrders = 0;
  #ordersTaken = 0;
  #phase: ConnectionPhase = 'connecting';
  #pauses = 0;
  #blocked = false;
  /** Why it closes, once it does. */
  #closing: DisconnectReason | undefined = undefined;
  #error: Error | undefined = undefined;
  /** The end has been sent, or will be after what waits: no more is taken. */
  #ended = false;
  #discarded = 0;
  /** The socket was closed without waiting for what is unsent. */
  #gone = false;
  #receivedBytes = 0;
  #receivedMessages = 0;
  #sentBytes = 0;
  #sentMessages = 0;
  /** Connections that relay to this one and wait for it. */
  #relays: Set<TcpConnection<string>> | undefined = undefined;
  #idle: IdleWatch | undefined = undefined;
  #linger: Linger | undefined = undefined;

  /** @throws {TaskTonicError} `TT_NO_SOCKET` where neither a TcpServer nor a TcpClient makes it; and as every Tonic. */
  constructor(options: TonicOptions = {}) {
    const own = (options as { readonly [ADOPTION]?: Adoption })[ADOPTION];
    const given = own ?? adoption;
    // Before it enters the app: what is refused leaves nothing behind.
    if (given === undefined) throw fail('TT_NO_SOCKET', { class: new.target.name });
    if (own === undefined) adoption = undefined;
    super(options);
    this._ttSettings = given.settings;
    this._ttChannel = given.channel;
    this._ttKey = given.key;
    given.key?.handOver(this);
    if (given.channel !== undefined) this._ttOpened(given.channel);
  }

  // ---- What it is ----

  /** How far the connection is, apart from the states of a subclass. */
  get phase(): ConnectionPhase {
    return this.#phase;
  }

  /** Its address here; `undefined` while it is not connected. */
  get local(): Address | undefined {
    return this._ttChannel?.local;
  }

  /** The peer's address; `undefined` while it is not connected. */
  get remote(): Address | undefined {
    return this._ttChannel?.remote;
  }

  /** Bytes that were given to be sent and have not left this process, those in waiting orders included. */
  get unsentBytes(): number {
    return this._ttOrderedBytes + (this._ttChannel?.unsent ?? 0);
  }

  /** What has passed through it so far. */
  get traffic(): Readonly<Traffic> {
    return {
      receivedBytes: this.#receivedBytes,
      receivedMessages: this.#receivedMessages,
      sentBytes: this.#sentBytes,
      sentMessages: this.#sentMessages,
    };
  }

  // ---- Sending ----

  /**
   * Sends from one of its own sparkles: the bytes leave with the end of the turn, in one write with the others. It keeps the
   * order with own sends that still wait as orders.
   *
   * @throws {TaskTonicError} `TT_BAD_DATA`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected send(data: Sendable): SendResult {
    this._ttNeedsOwnSparkle();
    if (this.#ownOrders > 0) {
      this.ttsc__send(data);
      this._ttBlock();
      return 'waiting';
    }
    return this._ttSend(data, sizeOf(data));
  }

  /** Sends, on behalf of anybody. A refusal is told by `onError`. */
  ttsc__send(data: Sendable): void {
    this.#tookOrder();
    const from = this.source?.tonic;
    const result = this._ttSend(data, sizeOf(data));
    if (result === 'waiting' && from !== this && from instanceof TcpConnection)
      this.#holdRelay(from as TcpConnection<string>);
  }

  /** @internal */
  _ttSend(data: Sendable, size: number): SendResult {
    const channel = this._ttChannel;
    const { highWaterMark, unsentLimit, onUnsentLimit } = this._ttSettings;
    if (channel === undefined || this.#phase === 'connecting' || this.#ended) return this._ttUnsendable(data, size);
    const unsent = channel.unsent + size;
    if (unsent > unsentLimit) return this.#overflow(size, unsent, onUnsentLimit);
    if (typeof data === 'string' || data instanceof Uint8Array) channel.write(data);
    else for (const part of data) channel.write(part);
    this.#sentBytes += size;
    this.#sentMessages++;
    this.#idle?.touch();
    if (unsent > highWaterMark) this.#block(unsent);
    return this.#blocked ? 'waiting' : 'sent';
  }

  /** @internal Bytes came to be sent while there is no open connection. */
  _ttUnsendable(_data: Sendable, size: number): SendResult {
    return this._ttRefuse(size, 'the connection is closed, or closing');
  }

  /** @internal */
  _ttRefuse(size: number, why: string): SendResult {
    this._ttReport(fail('TT_SEND_REFUSED', { bytes: size, why }));
    return 'refused';
  }

  /** @internal A send was queued as an order. */
  _ttOrdered(size: number): void {
    this._ttOrderedBytes += size;
    if (running.tonic === this) this.#ownOrders++;
  }

  /**
   * The order that runs waits no more. What was ordered counts, not what is sent now: a subclass may send something else for it,
   * and may call `super.ttsc__send()` in other sparkles.
   */
  #tookOrder(): void {
    const { order } = running;
    if (order?.tonic !== this || order.sparkle?.key !== 'ttsc__send' || order.a === undefined) return;
    this._ttOrderedBytes -= sizeOf(order.a);
    this.#ordersTaken++;
    if (order.source === this) this.#ownOrders--;
    order.a = undefined;
  }

  #overflow(size: number, unsent: number, policy: 'close' | 'refuse'): SendResult {
    const error = fail('TT_UNSENT_LIMIT', { bytes: unsent });
    this._ttReport(error);
    if (policy === 'refuse') return 'refused';
    this.#discarded += size;
    this.#abort('overflow', error);
    return 'refused';
  }

  /** Too much waits: reading pauses, so that what is echoed grows no further. */
  #block(unsent: number): void {
    if (this.#blocked) return;
    this._ttBlock();
    if (this._ttSettings.pauseReading) this.#pause(Pause.unsent);
    this._ttEmit('ttse__onHighWater', unsent);
  }

  /** @internal Something waits: `onDrain` will follow, and who relays to this one waits for it. */
  _ttBlock(): void {
    this.#blocked = true;
    this.#applyInterest();
  }

  #unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#resume(Pause.unsent);
    this.#releaseRelays();
    this._ttEmit('ttse__onDrain');
  }

  /** What another connection relays to this one comes faster than it leaves: that one pauses too. */
  #holdRelay(from: TcpConnection<string>): void {
    (this.#relays ??= new Set()).add(from);
    from.#pause(Pause.relay);
  }

  #releaseRelays(): void {
    for (const from of this.#relays ?? []) from.#resume(Pause.relay);
    this.#relays = undefined;
  }

  // ---- Ending ----

  /** Ends sending, after all bytes given before; what the peer sends is still received, until it ends too. */
  ttsc__end(): void {
    if (this.#phase === 'connecting') return this.#close('closedHere');
    if (this._ttChannel === undefined || this.#ended) return undefined;
    if (this.#phase === 'halfClosed') return this.#close('peerEnded');
    this.#ended = true;
    return this._ttChannel.end();
  }

  /** Closes, after all bytes given before have left. */
  ttsc__close(): void {
    this.#close('closedHere');
  }

  /** Closes at once, with a reset; what has not left is discarded, and counted in `onDisconnected`. */
  ttsc__abort(): void {
    this.#abort('aborted');
  }

  /**
   * Receives nothing until `ttsc__resume`: the peer is held back by the kernel's window. It holds for the connection that is there; where
   * there is none yet, for the one that comes.
   */
  ttsc__pause(): void {
    this.#pause(Pause.user);
  }

  /** Receives again. */
  ttsc__resume(): void {
    this.#resume(Pause.user);
  }

  /**
   * Closes in order: what was sent leaves, the peer is told the end, and what it still sends is read and dropped, since
   * unread bytes would make the kernel reset the connection, and what was sent could be lost with it.
   */
  #close(reason: DisconnectReason): void {
    const channel = this._ttChannel;
    if (channel === undefined || this.#closing !== undefined) return;
    this.#closing = reason;
    if (this.#phase === 'connecting') return channel.close();
    this.#phase = 'draining';
    this.#ended = true;
    this.#pauses = 0;
    this.#applyInterest();
    channel.end();
    this.#linger = new Linger(channel, this._ttScheduler, this._ttSettings.lingerTimeout, () => this.#giveUp(channel));
    return this.#closeIfDone();
  }

  #abort(reason: DisconnectReason, error?: Error): void {
    if (this._ttChannel === undefined || this.#gone) return;
    this.#closing = reason;
    this.#ended = true;
    this.#error ??= error;
    this.#destroy(this._ttChannel, true);
  }

  #closeIfDone(): void {
    const channel = this._ttChannel;
    if (channel !== undefined && channel.flushed && channel.ended) channel.close();
  }

  /** The peer did not take part in the end in time. */
  #giveUp(channel: StreamChannel): void {
    this.#destroy(channel, channel.unsent > 0);
  }

  /** Closes the socket at once; what has not left is lost, and counted. */
  #destroy(channel: StreamChannel, reset: boolean): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#discarded += channel.unsent;
    channel.close(reset);
  }

  // ---- What the socket tells ----

  /** @internal A TcpClient begins to connect. */
  _ttConnecting(): void {
    this.#phase = 'connecting';
    this.#closing = undefined;
    this.#gone = false;
    this.#error = undefined;
    this.#discarded = 0;
  }

  /** @internal A TcpClient's protocol has taken the socket over. */
  _ttHandedOver(to: TcpConnection<string>): void {
    this._ttKey = this._ttChannel = undefined;
    this.#phase = 'closed';
    if ((this.#pauses & Pause.user) !== 0) to.#pause(Pause.user);
    this.#pauses = 0;
    // What waited for a connection has one; who relays here is from now on held back by the protocol.
    this.#unblock();
  }

  /** @internal */
  _ttOpened(channel: StreamChannel): void {
    this._ttChannel = channel;
    this.#phase = 'open';
    this.#closing = undefined;
    this.#ended = false;
    this.#gone = false;
    this.#error = undefined;
    this.#discarded = 0;
    this._ttEmit('ttse__onConnected');
    this._ttKey ??= this._ttCatalyst.selector.register(channel, this.#interest, this);
    this.#applyInterest();
    const { idleTimeout } = this._ttSettings;
    if (idleTimeout !== false) this.#idle = new IdleWatch(this, idleTimeout);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    this.#idle?.touch();
    if ((ready & Interest.CONNECT) !== 0) this._ttOpened(channel);
    if ((ready & Interest.READ) !== 0) this.#read(channel);
    if ((ready & Interest.WRITE) !== 0) {
      if (channel.unsent <= this._ttSettings.lowWaterMark) this.#unblock();
      if (this.#closing !== undefined) this.#closeIfDone();
    }
    if ((ready & Interest.HANGUP) !== 0) this.#hangup(channel);
  }

  #read(channel: StreamChannel): void {
    for (let data = channel.take(); data !== undefined; data = channel.take()) {
      this.#receivedBytes += data.length;
      if (this.#closing !== undefined) continue;
      this.#receivedMessages++;
      this._ttCatalyst._ttReceived(data.length);
      this._ttEmit('ttse__onData', data);
    }
    if (!channel.ended) return;
    if (this.#closing !== undefined || this.#phase === 'halfClosed') return this.#closeIfDone();
    this.#phase = 'halfClosed';
    this._ttEmit('ttse__onEnd');
    if (!this._ttSettings.halfOpen || this.#ended) this._ttss__endAfterPeer(-1, HOPS);
  }

  /**
   * The peer has ended, and so does this side, after its answers to what came before: it queues itself behind the orders that
   * lead to them, for so many hops, and then while orders to send are there.
   *
   * @param taken how many of these had been taken when it was queued. Where none was since, none is there.
   * @internal
   */
  _ttss__endAfterPeer(taken: number, hops: number): void {
    if (this.#repliesComing(taken, hops)) this._ttss__endAfterPeer(this.#ordersTaken, hops - 1);
    else this.#close(this.#ended ? 'closedHere' : 'peerEnded');
  }

  #repliesComing(taken: number, hops: number): boolean {
    return hops > 0 || (this._ttOrderedBytes > 0 && this.#ordersTaken !== taken);
  }

  #hangup(channel: StreamChannel): void {
    const error = channel.takeError();
    if (error !== undefined) {
      const reported = socketError(error, this._ttPeer());
      this.#error = reported;
      if (this.#closing === undefined) {
        this.#closing = reported.code === 'TT_PEER_RESET' ? 'peerReset' : 'error';
        this._ttReport(reported);
      }
    }
    if (!channel.closed) return this.#destroy(channel, false);
    if (!this.#gone) this.#discarded += channel.unsent;
    this._ttClosed();
  }

  /** @internal */
  _ttPeer(): string {
    return showAddress(this.remote?.address, this.remote?.port);
  }

  /** @internal The socket is gone. */
  _ttClosed(): void {
    const info: DisconnectInfo = {
      reason: this.#closing ?? 'peerEnded',
      error: this.#error,
      discarded: this.#discarded + this._ttLostOrders(),
    };
    const wasOpen = this.#phase !== 'connecting';
    this.#drop();
    if (wasOpen) this._ttEmit('ttse__onDisconnected', info);
    this._ttss__disconnected(info, wasOpen);
  }

  /** @internal Bytes in orders that can no longer be sent. */
  _ttLostOrders(): number {
    return this._ttOrderedBytes;
  }

  /** @internal After `onDisconnected` was heard. */
  _ttss__disconnected(info: DisconnectInfo, _wasOpen: boolean): void {
    this._ttDrained();
    this.ttsc__finish();
    if (this._ttBase instanceof TcpConnection) this._ttBase._ttProtocolClosed(info, this as TcpConnection<string>);
  }

  /** @internal A connection that this one infused is over: the protocol of a TcpClient, or another one. */
  _ttProtocolClosed(_info: DisconnectInfo, _connection: TcpConnection<string>): void {}

  /** Lets go of the socket and of everything that belongs to it. */
  #drop(): void {
    // A client that is paused before it is connected is so until it is, however many tries that takes.
    this.#pauses &= this.#phase === 'connecting' ? Pause.user : 0;
    this.#phase = 'closed';
    this.#blocked = false;
    this.#releaseRelays();
    this.#idle?.stop();
    this.#linger?.stop();
    this.#idle = this.#linger = undefined;
    this._ttKey?.cancel();
    this._ttKey = this._ttChannel = undefined;
  }

  // ---- Its end as a Tonic ----

  /** @internal What was received before is still answered: the end comes after one more look at the socket. */
  override _ttDrain(): boolean {
    if (this._ttChannel === undefined) return true;
    if (this.#phase !== 'connecting') this.#phase = 'draining';
    this._ttScheduler.timers.add(new LastLook(this));
    return false;
  }

  /**
   * As {@link _ttss__endAfterPeer}. What has not been read by now is not: its replies would come after the last hop.
   * @internal
   */
  _ttss__closeForFinish(taken: number, hops: number): void {
    this.#pause(Pause.finish);
    if (this.#repliesComing(taken, hops)) this._ttss__closeForFinish(this.#ordersTaken, hops - 1);
    else if (this._ttChannel === undefined) this._ttDrained();
    else this.#close('finished');
  }

  /** @internal */
  override _ttRelease(): void {
    const channel = this._ttChannel;
    if (channel !== undefined && this.#phase !== 'connecting') this.#part(channel);
    this.#drop();
  }

  /** Its Tonic goes before its socket: it failed, or was aborted at a deadline. */
  #part(channel: StreamChannel): void {
    const { error } = this._ttEnding ?? {};
    const key = this._ttKey;
    if (error !== undefined && key !== undefined && !this.#gone) {
      // A throw keeps what was given before it: that still leaves.
      this._ttKey = undefined;
      new Farewell(channel, key, this._ttScheduler, this._ttSettings.lingerTimeout);
    } else this.#destroy(channel, channel.unsent > 0);
    const discarded = this.#discarded + this._ttOrderedBytes;
    this._ttEmit('ttse__onDisconnected', { reason: error === undefined ? 'finished' : 'error', error, discarded });
  }

  // ---- Reading ----

  #pause(reason: number): void {
    if (this.#closing !== undefined) return;
    this.#pauses |= reason;
    this.#applyInterest();
  }

  #resume(reason: number): void {
    this.#pauses &= ~reason;
    this.#applyInterest();
  }

  get #interest(): InterestSet {
    const read = this.#pauses === 0 ? Interest.READ : Interest.NONE;
    const write = this.#blocked || this.#closing !== undefined ? Interest.WRITE : Interest.NONE;
    return read | write;
  }

  #applyInterest(): void {
    if (this.#phase === 'connecting') return;
    this._ttKey?.modify(this.#interest);
  }

  /** @internal A connection's events are for its own bytes: what it infuses must hear its own. */
  override _ttListeningBase(): AnyTonic | undefined {
    return this._ttBase instanceof TcpConnection ? this._ttBase._ttProtocolListener() : this._ttBase;
  }

  /** @internal Who hears the events of a connection that this one infused. */
  _ttProtocolListener(): AnyTonic | undefined {
    return undefined;
  }

  /** @internal */
  _ttIdle(): void {
    this.#close('idle');
  }
}
ofFramework(TcpConnection);
