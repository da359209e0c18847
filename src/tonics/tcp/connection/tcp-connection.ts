import type { AnyTonic } from '../../../core/any-tonic.js';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import { NO_OPTIONS, type TonicOptions, tonicSettings } from '../../../core/options/tonic-options.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { TonicConstructor, With } from '../../../core/plan/said.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { Address, StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import type { TlsInfo } from '../../../selector/tls.js';
import type { SaidOfSocket, StatesOf } from '../../said-of-socket.js';
import { showPeer, socketError } from '../../socket-errors.js';
import type { ProxyInfo } from '../proxy/proxy-header.js';
import { type Adoption, takeAdoption } from '../server/adoption.js';
import type { Arrival } from '../server/door/arrival.js';
import { LIFE } from './connection-life.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import { TakenConnection } from './taken-connection.js';
import { IdleWatch } from './watches/idle-watch.js';

export type { ConnectionPhase } from './connection-life.js';
export type { Traffic } from './receiving-connection.js';

/** What `onRelayEnded` is given. */
export interface RelayEnd {
  /** The connection that this one was joined with. */
  readonly other: TcpConnection<string>;
  /** Bytes that came from this one and were given to the other. */
  readonly toOther: number;
  /** Bytes that came from the other and were given to this one. */
  readonly fromOther: number;
  /** Which of the two was closed first. */
  readonly endedBy: TcpConnection<string>;
  /** Why that one was closed: `peerEnded` where both peers had ended, so that both streams are whole. */
  readonly reason: DisconnectReason;
  /** Its error, where it was one. */
  readonly error: Error | undefined;
}

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
 *
 * Here is what its socket tells it. What it does stands in the classes below it, one idea in each: it sends (`sending-connection.ts`), receives (`receiving-`),
 * answers (`answering-`), has a life of steps (`living-`), gives its last answers (`finishing-`), goes on under TLS (`securing-`), closes (`closing-`) and is taken over (`taken-`).
 */
export class TcpConnection<State extends string = never, Frame = unknown, Sent = Frame> extends TakenConnection<
  State,
  Frame,
  Sent
> {
  /** It is open. */
  ttse__onConnected?(): void | undefined;
  /** Bytes were received. You may keep the buffer. */
  ttse__onData?(data: Buffer): void | undefined;
  /** The unsent bytes have fallen to the low-water mark. */
  ttse__onDrain?(): void | undefined;
  /** More bytes are unsent than the high-water mark: `onDrain` will follow. Called before the next order. */
  ttse__onHighWater?(unsentBytes: number): void | undefined;
  /** The peer will send no more. */
  ttse__onEnd?(): void | undefined;
  /** It uses TLS now: the handshake of `startTls()` is complete. */
  ttse__onSecure?(tls: TlsInfo): void | undefined;
  /** It was joined with another connection by `relay()`, and that is over: one of the two is closed, and the other closes. */
  ttse__onRelayEnded?(end: RelayEnd): void | undefined;
  /** It is closed; the Tonic finishes after this (except a TcpClient that reconnects). */
  ttse__onDisconnected?(info: DisconnectInfo): void | undefined;
  /** The socket reported an error, or a send was refused. Without this event it is logged and counted. */
  ttse__onError?(error: TaskTonicError): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: [
      'onConnected',
      'onData',
      'onFrame',
      'onDrain',
      'onHighWater',
      'onEnd',
      'onSecure',
      'onRelayEnded',
      'onDisconnected',
      'onError',
    ],
    mistaken: {
      onMessage: 'onData',
      onLine: 'onFrame',
      onConnect: 'onConnected',
      onOpen: 'onConnected',
      onClose: 'onDisconnected',
      onSecureConnect: 'onSecure',
    },
  };

  /** As {@link Tonic.with}. */
  declare static with: <
    C extends TonicConstructor,
    const State extends string = StatesOf<C>,
    Frame = unknown,
    Sent = Frame,
  >(
    this: C,
    said: SaidOfSocket<State, Frame, Sent>,
  ) => With<C, TcpConnection<State, Frame, Sent>>;

  /** What is known of its peer beyond its socket. */
  readonly #arrival: Arrival | undefined;

  /** @throws {TaskTonicError} `TT_NO_SOCKET` where neither a TcpServer nor a TcpClient makes it; and as every Tonic. */
  constructor(options: TonicOptions = NO_OPTIONS) {
    // Before it enters the app: what is refused leaves nothing behind.
    const own = tonicSettings(options, new.target);
    const given = takeAdoption(own);
    if (given === undefined) throw fail('TT_NO_SOCKET', { class: new.target.name });
    super(own, given.settings);
    this.#arrival = given.arrival;
    if (given.channel !== undefined) this._ttOpened(given.channel, given.key);
  }

  // ---- What it is ----

  /** Its address here; `undefined` while it is not connected. */
  get local(): Address | undefined {
    const channel = this._ttChannel;
    return channel === undefined || this.#arrival === undefined ? channel?.local : this.#arrival.local;
  }

  /** The peer's address; `undefined` while it is not connected. */
  get remote(): Address | undefined {
    const channel = this._ttChannel;
    return channel === undefined || this.#arrival === undefined ? channel?.remote : this.#arrival.remote;
  }

  /**
   * The values of its PROXY header; `undefined` without one. With a header, {@link remote} and {@link local} are those
   * of the header.
   */
  get proxy(): ProxyInfo | undefined {
    return this.#arrival?.proxy;
  }

  /**
   * Tells that the connection works, so that a TcpClient counts it as a success, however soon it ends. No effect in a
   * server.
   */
  protected established(): void {
    if (this._ttBase instanceof TcpConnection) this._ttBase._ttEstablished();
    else this._ttEstablished();
  }

  /** @internal */
  _ttEstablished(): void {}

  // ---- What the socket tells ----

  /** @internal It has a socket that is open. */
  _ttOpened(channel: StreamChannel, key?: SelectionKey): void {
    this._ttChannel = channel;
    this._ttStep = 'open';
    this._ttClosing = undefined;
    this._ttBeginsAnew();
    this._ttEmit('ttse__onConnected');
    key?.handOver(this);
    this._ttKey = key ?? this._ttCatalyst.selector.register(channel, this._ttInterest, this);
    this._ttApplyInterest();
    this._ttGoesStraight();
    this._ttTaker?.opened();
    // It may have closed while nobody had it.
    if (channel.closed) this._ttKey.signal(Interest.HANGUP);
    if (this._ttSettings.idleTimeout !== false) this._ttIdleWatch = IdleWatch.of(this, this._ttSettings.idleTimeout);
  }

  /** @internal */
  override onReady(_key: SelectionKey, ready: InterestSet): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    this._ttIdleWatch?.touchAll(ready);
    if (this._ttUpgrade?.begun === true && (ready & Interest.CONNECT) !== 0) this._ttSecured(channel.tls);
    if (this._ttSettings.startTls !== undefined && this._ttTaker === undefined && this._ttBeginsWithTls(channel))
      return this._ttUpgradeFailed(fail('TT_TLS_UNEXPECTED', { address: this._ttPeer() }));
    if ((ready & Interest.WRITE) !== 0) {
      if (channel.unsent + this._ttHeld <= this._ttSettings.lowWaterMark) this._ttUnblock();
      else if (this._ttReplies !== undefined) this._ttPaceReading();
    }
    // What came before its end is heard first, unless nobody reads.
    const reads = (ready & Interest.READ) !== 0 || (this.#isUnheard(channel) && this._ttPauses === 0);
    if (reads && !this._ttRead(channel, ready)) return;
    this.#ends(channel, ready, reads);
    return this._ttCloseIfDone();
  }

  /** Something that has come was not heard yet. */
  #isUnheard(channel: StreamChannel): boolean {
    return channel.received > 0 || this._ttFeed?.dry === false;
  }

  /** All that came was read, or is not to be read now. */
  #ends(channel: StreamChannel, ready: InterestSet, reads: boolean): void {
    const error = (ready & Interest.HANGUP) === 0 ? undefined : channel.takeError();
    // With an error no end is told: cut data would be taken for whole.
    if (error !== undefined) this.#failed(channel, error);
    else if (reads && channel.ended) this.#peerEnded();
    this.#tellLost(channel.takeLost());
    // What a paused one has not heard is heard before its end.
    if (channel === this._ttChannel && channel.closed && !(this._ttHears && this.#isUnheard(channel)))
      this._ttClosed(channel);
  }

  #peerEnded(): void {
    const taker = this._ttTaker;
    const isCut = this._ttChannel?.truncated === true;
    // Who has it is not told of an end that was none: so nobody would ever end this side. What its guest ends has no half-close.
    const staysOpen = this._ttSettings.halfOpen || (taker !== undefined && this._ttGuest === undefined);
    const goesOn = staysOpen && !isCut;
    const input = goesOn ? 'peerEnded' : 'peerEndedBoth';
    // While it finishes this is looked at more than once.
    if (LIFE[this._ttStep].on[input] === undefined || this._ttMadeClosing.reason === 'peerEnded') return;
    // What was cut off is not to be taken for whole.
    if (isCut) this._ttMadeClosing.truncated = true;
    else if (this._ttHears) {
      if (taker === undefined) this._ttEmit('ttse__onEnd');
      else taker.peerEnded();
    }
    this._ttNoMoreAnswers();
    this._ttMadeClosing.reason ??= 'peerEnded';
    this._ttInput(input);
  }

  /** Bytes were moved to another thread before they had left: the others have left. */
  #tellLost(bytes: number): void {
    if (bytes === 0) return;
    this._ttMadeClosing.discarded += bytes;
    this._ttReport(fail('TT_DATA_MOVED', { bytes }));
  }

  #failed(channel: StreamChannel, cause: Error): void {
    const { startTls } = this._ttSettings;
    const details = startTls?.name === undefined ? undefined : { name: startTls.name };
    const error = socketError(cause, this._ttPeer(), details);
    const heard = this.phase !== 'draining';
    if (!this._ttInputFor(error.code === 'TT_PEER_RESET' ? 'peerReset' : 'error', 'failed', error)) return;
    if (heard) this._ttReport(error);
    this._ttLosesReplies();
    this._ttMadeClosing.discarded += channel.unsent;
    channel.close();
  }

  /** @internal */
  override _ttPeer(): string {
    // Of a peer that has gone before it was accepted the system tells none.
    return showPeer(this.remote, this.local);
  }

  /** @internal */
  override _ttTellBase(info: DisconnectInfo): void {
    if (this._ttBase instanceof TcpConnection) this._ttBase._ttProtocolClosed(info, this as TcpConnection<string>);
  }

  /** @internal A connection that this one infused is over: the protocol of a TcpClient, or another one. */
  _ttProtocolClosed(_info: DisconnectInfo, _connection: TcpConnection<string>): void {}

  /** @internal Another Tonic has its socket from now on: this one finishes, without an end. `undefined` where there is nothing to hand over. */
  _ttHandOver(): Omit<Adoption, 'settings'> | undefined {
    const channel = this._ttChannel;
    const key = this._ttKey;
    if (channel === undefined || key === undefined || this._ttStep !== 'open') return undefined;
    this._ttKey = this._ttChannel = undefined;
    this._ttStep = 'closed';
    this._ttDrop();
    this._ttDrained();
    this.ttsc__finish();
    return { channel, key, arrival: this.#arrival };
  }

  // ---- What it wants to hear ----

  /** @internal What is dropped is read, whoever paused it. */
  override get _ttInterest(): InterestSet {
    const { phase, hears } = LIFE[this._ttStep];
    const closes = phase === 'draining' && !hears;
    const read = this._ttPauses === 0 || closes ? Interest.READ : Interest.NONE;
    const write = this._ttBacklog?.blocked === true || closes ? Interest.WRITE : Interest.NONE;
    return this._ttUpgrade === undefined ? read | write : read | write | Interest.CONNECT;
  }

  /** @internal */
  override _ttApplyInterest(): void {
    this._ttKey?.modify(this._ttInterest);
  }

  /** @internal A connection's events are for its own bytes: what it infuses must hear its own. */
  override _ttListeningBase(): AnyTonic | undefined {
    return this._ttBase instanceof TcpConnection ? this._ttBase._ttProtocolListener() : this._ttBase;
  }

  /** @internal Who hears the events of a connection that this one infused. */
  _ttProtocolListener(): AnyTonic | undefined {
    return undefined;
  }
}
ofFramework(TcpConnection);
