import type { AnyTonic } from '../../../core/any-tonic.js';
import { type TaskTonicError, fail, toError } from '../../../core/errors.js';
import { extrasOf } from '../../../core/guests/extras.js';
import { Life, queueEnd } from '../../../core/life.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { letGoOfOwed, whenSettled } from '../../../core/asking/owed.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { NO_OPTIONS, type TonicOptions, tonicSettings } from '../../../core/options/tonic-options.js';
import type { TonicConstructor, With } from '../../../core/plan/said.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { Address, StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import type { TlsInfo } from '../../../selector/tls.js';
import { MOST_READY } from '../../../selector/selector.js';
import { type Adoption, takeAdoption } from '../server/adoption.js';
import type { Arrival } from '../server/door/arrival.js';
import { type ConnectionPhase, type Deed, type Input, LIFE, type Step } from './connection-life.js';
import { NextTurn, Watch } from './connection-watches.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import { AnsweringConnection } from './answering-connection.js';
import { Backlog } from './backlog.js';
import { type IdleSide, IdleWatch, checkIdleTimeout } from './idle-watch.js';
import { awaitsPeer } from './request.js';
import { Pause } from './pause.js';
import type { ProxyInfo } from '../proxy/proxy-header.js';
import { Upgrade } from './upgrade.js';
import type { SaidOfSocket, StatesOf } from '../../said-of-socket.js';
import { showPeer, socketError } from '../../socket-errors.js';

export type { ConnectionPhase } from './connection-life.js';
export type { Traffic } from './receiving-connection.js';

/**
 * How many orders, one after the other, an answer may take from its request and still leave before the end: the handler calls
 * another Tonic, which calls a third, which sends. What takes longer is a question (`ask`) or a promise (`pipe`): those are waited for.
 */
const HOPS = 16;

/** Node reads an end with the poll after the last bytes: so one look for those, and one for it. */
const LAST_LOOKS = 2;

const NOTHING = Buffer.alloc(0);

/** All reasons for a pause but that what has come is still being worked on. */
const ANY_PAUSE = ~Pause.stream;

/** How records of TLS begin that may come first, an alert and a handshake, and the byte behind that (RFC 8446, 5.1). */
const TLS_RECORDS: ReadonlySet<number> = new Set([0x15, 0x16]);
const TLS_MAJOR = 3;

/** Steps in which it may be idle. */
const WATCHED: ReadonlySet<Step> = new Set<Step>(['open', 'ended', 'halfClosed']);

/** Of a connection that ends. */
class Closing {
  /** Why it closes, or would if it closed now. */
  reason: DisconnectReason | undefined = undefined;
  error: Error | undefined = undefined;
  /** Bytes that were given and are known to be lost. */
  discarded = 0;
  /** How long it waits for its peer, or for its answers. */
  linger: Watch | undefined = undefined;
  /** On which side nothing happened, if that is why. */
  idle: IdleSide | undefined = undefined;
  /** Its peer has ended without saying so under TLS. */
  truncated = false;
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
 * An event that its class does not define goes to its base, with the connection as the first argument. Its life is the table in
 * `connection-life.ts`: each command and each event is an input to that. How it sends, receives, hears frames and answers stands in the classes below it:
 * `sending-connection.ts`, `receiving-connection.ts`, `answering-connection.ts`.
 */
export class TcpConnection<State extends string = never, Frame = unknown, Sent = Frame> extends AnsweringConnection<
  State,
  Frame,
  Sent
> {
  /** It is open. */
  ttse__onConnected?(): void | undefined;
  /** Bytes have come. The buffer is the receiver's to keep. */
  ttse__onData?(data: Buffer): void | undefined;
  /** What waited to be sent has left, down to the low-water mark. */
  ttse__onDrain?(): void | undefined;
  /** More bytes are unsent than the high-water mark: `onDrain` will follow. Heard before the next order. */
  ttse__onHighWater?(unsentBytes: number): void | undefined;
  /** The peer will send no more. */
  ttse__onEnd?(): void | undefined;
  /** It goes on under TLS: the handshake that `startTls()` began is done. */
  ttse__onSecure?(tls: TlsInfo): void | undefined;
  /** It is closed; the Tonic finishes after this (a TcpClient that tries again does not). */
  ttse__onDisconnected?(info: DisconnectInfo): void | undefined;
  /** The socket reported an error, or a send was refused. Unheard, it is logged and counted. */
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

  #step: Step = 'connecting';
  /** Made when it begins to end. */
  #closing: Closing | undefined = undefined;
  #idle: IdleWatch | undefined = undefined;
  /** While it goes on under TLS. */
  #upgrade: Upgrade | undefined = undefined;
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

  /** How far the connection is, apart from the states of a subclass. */
  get phase(): ConnectionPhase {
    return LIFE[this.#step].phase;
  }

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

  /** How it came by way of a proxy, which its PROXY header tells; `undefined` without one. Its {@link remote} and {@link local} are those of the header then. */
  get proxy(): ProxyInfo | undefined {
    return this.#arrival?.proxy;
  }

  /** What was agreed under TLS, and who the peer is; `undefined` where it speaks plain text, or is not connected. */
  get tls(): TlsInfo | undefined {
    return this._ttChannel?.tls;
  }

  // ---- Its life: one step with one table ----

  /** An input to the table of its life; true where that changed something. */
  #input(input: Input): boolean {
    const { on } = LIFE[this.#step];
    const parts = (input === 'close' || input === 'answered') && this._ttGuest?.parts === true;
    const next = (parts ? on.part : undefined) ?? on[input];
    if (next === undefined) return false;
    this.#step = next[0];
    this.#do(next[1]);
    return true;
  }

  /** An input that is a reason to close, where it has an effect. */
  #inputFor(reason: DisconnectReason, input: Input, error?: Error): boolean {
    if (LIFE[this.#step].on[input] === undefined) return false;
    this.#end.reason = reason;
    this.#end.error ??= error;
    return this.#input(input);
  }

  #do(deed: Deed): void {
    switch (deed) {
      case 'sayEnd':
        return this._ttChannel?.end();
      case 'awaitAnswers':
        return this.#awaitAnswers(HOPS);
      case 'lookOnce':
        this.#end.linger = this.#end.linger?.stop();
        return this.#inNextTurn(() => this._ttss__looked(LAST_LOOKS - 1));
      case 'part':
        return this.#part();
      case 'drain':
        if (this.#losesReplies()) return void this.#input('truncated');
        this._ttChannel?.end();
        return this.#closeInOrder();
      case 'cutOff':
        return this.#closeInOrder();
      case 'cut':
        this.#losesReplies();
        if (this._ttChannel !== undefined)
          this.#end.discarded += Backlog.giveUpUnpromised(this._ttBacklog, this._ttChannel);
        if (Backlog.promised(this._ttBacklog, this._ttSentBytes) === 0) return void this.#input('abort');
        return this.#closeInOrder();
      case 'reset':
        return this.#destroy(true);
      case 'letGo':
        return this.#destroy(false);
      case 'wait':
        return undefined;
    }
  }

  /** What it says is the last; what comes is read until the peer has said so too, or has had its time. */
  #part(): void {
    this.#idle = this.#idle?.stopAll();
    this.#end.linger?.stop();
    const timeout = this._ttGuest!.part(this.#end.reason);
    if (timeout === 0) return void this.#input('close');
    this.#end.linger = new Watch(this, timeout, () => this.#input('close'), timeout);
    return this._ttResume(ANY_PAUSE);
  }

  /** @internal The peer has said that it sends no more, by its protocol: what it asked before is answered, and this side ends too. */
  _ttPeerParts(): void {
    this._ttNoMoreAnswers();
    this.#end.reason ??= 'peerEnded';
    this.#input('peerEndedBoth');
  }

  /** @internal Both sides have said that this is the end. */
  _ttParted(): void {
    this.#input('close');
  }

  /** @internal Ends it for what came and cannot be read. */
  _ttBreaks(error: TaskTonicError): void {
    this.#inputFor('error', 'close', error);
  }

  /** @internal Another Tonic has its socket from now on: this one finishes, without an end. `undefined` where there is nothing to hand over. */
  _ttHandOver(): Omit<Adoption, 'settings'> | undefined {
    const channel = this._ttChannel;
    const key = this._ttKey;
    if (channel === undefined || key === undefined || this.#step !== 'open') return undefined;
    this._ttKey = this._ttChannel = undefined;
    this.#step = 'closed';
    this.#drop();
    this._ttDrained();
    this.ttsc__finish();
    return { channel, key, arrival: this.#arrival };
  }

  /** Why it ends, and with what: asked for, there is one. */
  get #end(): Closing {
    return (this.#closing ??= new Closing());
  }

  /**
   * What was given leaves; what the peer still sends is read and dropped, since unread bytes would make the kernel reset the connection,
   * and what was sent could be lost with it.
   */
  #closeInOrder(): void {
    this.#idle = this.#idle?.stopAll();
    // From now on the linger does that.
    this._ttFlows();
    this._ttApplyInterest();
    const { lingerTimeout, lingerLimit } = this._ttSettings;
    this.#end.linger?.stop();
    this.#end.linger = new Watch(this, lingerTimeout, () => this.#input('lingerOver'), lingerLimit);
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    // One that was paused is closed before its end was heard.
    if (channel.closed && !this._ttHears) return this.#closed(channel);
    if (this.#step === 'draining' && channel.flushed && channel.ended) channel.close();
  }

  /** Closes the socket at once. What has not left is lost, and counted; then the peer sees a reset, never a clean end. */
  #destroy(reset: boolean): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    this.#losesReplies();
    this.#end.discarded += channel.unsent;
    if (channel.closed) this.#closed(channel);
    else channel.close(reset || this.#end.discarded > 0);
  }

  // ---- What its sending asks ----

  /** @internal */
  override get _ttSends(): boolean {
    return LIFE[this.#step].sends;
  }

  /** @internal */
  override _ttTouch(): void {
    this.#idle?.touchAll(Interest.WRITE);
  }

  /** @internal */
  override _ttOverflows(bytes: number, error: TaskTonicError): void {
    this.#end.discarded += bytes;
    this.#inputFor('overflow', 'overflow', error);
  }

  /** @internal */
  override _ttStalled(ms: number): void {
    this._ttFlows();
    const bytes = this._ttChannel?.unsent ?? 0;
    const error = fail('TT_WRITE_STALLED', { address: this._ttPeer(), bytes, ms });
    if (LIFE[this.#step].on.abort === undefined) return;
    this._ttReport(error);
    this.#inputFor('stalled', 'abort', error);
  }

  // ---- Its answers, in order ----

  /** @internal An answer cannot be given, nor those behind it: that is the end. */
  _ttReplyLost(error: TaskTonicError): void {
    this._ttReport(error);
    this.#inputFor('error', 'close', error);
  }

  /** What waits behind an open reply is lost with it. @returns whether the peer must not take what it got for whole. */
  #losesReplies(): boolean {
    const lost = this._ttReplies?.lose();
    this.#end.discarded += lost?.bytes ?? 0;
    return lost?.truncated === true;
  }

  #inputAtPlace(closes: 'end' | 'close', input: () => void): void {
    const replies = this._ttReplies;
    if (replies === undefined) input();
    else replies.act(input, closes);
  }

  #unblock(): void {
    if (this._ttUnblock() && this.#closing?.linger !== undefined && this._ttSends)
      this._ttss__awaitAnswers(-1, HOPS, this.#step);
  }

  /**
   * Says that the connection works: to a TcpClient it is a success then, however soon it ends. For a connection of a server nothing follows.
   */
  protected established(): void {
    if (this._ttBase instanceof TcpConnection) this._ttBase._ttEstablished();
    else this._ttEstablished();
  }

  /** @internal */
  _ttEstablished(): void {}

  // ---- Commands ----

  /** Ends sending, after all bytes given before; what the peer sends is still received, until it ends too. */
  ttsc__end(): void {
    this.#inputAtPlace('end', () => {
      if (this.#input('end')) this.#end.reason ??= 'closedHere';
    });
  }

  /**
   * Closes, after all bytes given before have left: as long as the peer takes some of them, or sends something, within each
   * `lingerTimeout`, and `lingerLimit` in all.
   */
  ttsc__close(): void {
    this.#inputAtPlace('close', () => this.#inputFor('closedHere', 'close'));
  }

  /** Closes at once, with a reset; what has not left is discarded, and counted in `onDisconnected`. */
  ttsc__abort(): void {
    this._ttAbort('aborted');
  }

  /** @internal */
  _ttAbort(reason: DisconnectReason, error?: Error): void {
    this.#inputFor(this.#step === 'cutting' ? this.#end.reason! : reason, 'abort', error);
  }

  /**
   * Receives nothing until `ttsc__resume`: the peer is held back by the kernel's window. It holds for the connection that is there; where
   * there is none yet, for the one that comes.
   */
  ttsc__pause(): void {
    this._ttPause(Pause.user);
  }

  /** Receives again. */
  ttsc__resume(): void {
    this._ttResume(Pause.user);
  }

  // ---- On under TLS ----

  /**
   * Goes on under TLS (STARTTLS), as a server or client with the option `tls`; `onSecure` follows, or an error that ends it. It takes its place among answers: what was
   * given before leaves in plain text, and what is given after it leaves under TLS, when the handshake is done.
   *
   * What has come and was not heard yet belongs to the handshake, also where it came together with the command: with a framing that is all that follows the frame.
   *
   * @param received without a framing: the rest of what `onData` brought.
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles; `TT_NO_TLS`, `TT_TLS_BEGUN`.
   */
  protected startTls(received?: Uint8Array): void {
    this._ttNeedsOwnSparkle('startTls()');
    const { startTls } = this._ttSettings;
    if (startTls === undefined) throw fail('TT_NO_TLS', { tonic: this.name });
    if (this.#upgrade !== undefined || this.tls !== undefined) throw fail('TT_TLS_BEGUN', { tonic: this.name });
    if (this._ttChannel === undefined) return;
    this.#upgrade = new Upgrade(this._ttCatalyst, startTls.timeout, received, () =>
      this.#upgradeFailed(fail('TT_TLS_TIMEOUT', { address: this._ttPeer(), ms: startTls.timeout })),
    );
    this._ttPause(Pause.tls);
    this.atPlace(() => this.#beginTls());
  }

  #beginTls(): void {
    const upgrade = this.#upgrade;
    const plain = this._ttChannel;
    if (upgrade === undefined || plain === undefined || plain.closed) return undefined;
    const { network, selector } = this._ttCatalyst;
    plain.putBack(Buffer.concat([upgrade.rest ?? NOTHING, this.takeBuffered()]));
    let secured: StreamChannel;
    try {
      secured = network.secure(plain, this._ttSettings.startTls!.side(this._ttPeer()));
    } catch (thrown) {
      return this.#upgradeFailed(toError(thrown));
    }
    const before = this._ttKey!;
    upgrade.begun = true;
    this._ttChannel = secured;
    this._ttPauses &= ~Pause.tls;
    this._ttKey = selector.register(secured, this.#interest, this);
    secured.interestChanged?.(this.#interest);
    before.cancel();
    this._ttResume(Pause.tls);
  }

  #secured(tls: TlsInfo | undefined): void {
    this.#upgrade = this.#upgrade?.stop();
    this._ttApplyInterest();
    // What waited before it has left by now.
    this._ttDrainIfEmpty();
    if (tls !== undefined) this._ttEmit('ttse__onSecure', tls);
  }

  #upgradeFailed(error: Error): void {
    this.#upgrade = this.#upgrade?.stop();
    this._ttReport(error);
    this._ttAbort('error', error);
  }

  // ---- Idle times ----

  /**
   * Closes this connection (reason `idle`) when nothing has come (`'read'`), nothing has left (`'write'`), or neither (`'either'`) for so many
   * ms from now on; `false` for never. It takes the place of what `idleTimeout` says for that side.
   *
   * What does not come because nobody reads (`ttsc__pause`, a relay that waits, input that is postponed), and what cannot come or leave any more after an
   * end, is not taken for idle on that side. It holds for the connection that is there, of a TcpClient for its later ones too.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected setIdleTimeout(timeout: number | false, side: IdleSide = 'either'): void {
    checkIdleTimeout(timeout, side, this._ttPlan.className);
    this._ttSetIdle(timeout, side);
  }

  /** @internal */
  _ttSetIdle(timeout: number | false, side: IdleSide): void {
    if (WATCHED.has(this.#step)) this.#idle = IdleWatch.set(this.#idle, this, side, timeout);
  }

  /** @internal */
  _ttIdle(watch: IdleWatch): void {
    if (this.#excuses(watch.side)) return watch.excuse();
    this.#end.idle = watch.side;
    this.#inputFor('idle', 'close');
  }

  /** Whether nothing can happen on that side, and the peer is not to blame. */
  #excuses(side: IdleSide): boolean {
    const { sends, hears } = LIFE[this.#step];
    // What waits for its own answer is not idle.
    if (this._ttReplies !== undefined) return true;
    if (side === 'read') return !hears || (this._ttPauses & ~Pause.unsent) !== 0;
    return side === 'write' && !sends && this.unsentBytes === 0;
  }

  // ---- What the socket tells ----

  /** @internal It has a socket that is open. */
  _ttOpened(channel: StreamChannel, key?: SelectionKey): void {
    this._ttChannel = channel;
    this.#step = 'open';
    this.#closing = undefined;
    this._ttBeginsAnew();
    this._ttEmit('ttse__onConnected');
    key?.handOver(this);
    this._ttKey = key ?? this._ttCatalyst.selector.register(channel, this.#interest, this);
    this._ttApplyInterest();
    // It may have closed while nobody had it.
    if (channel.closed) this._ttKey.signal(Interest.HANGUP);
    if (this._ttSettings.idleTimeout !== false) this.#idle = IdleWatch.of(this, this._ttSettings.idleTimeout);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    this.#idle?.touchAll(ready);
    if (this.#upgrade?.begun === true && (ready & Interest.CONNECT) !== 0) this.#secured(channel.tls);
    if (this._ttSettings.startTls !== undefined && this.#beginsWithTls(channel))
      return this.#upgradeFailed(fail('TT_TLS_UNEXPECTED', { address: this._ttPeer() }));
    if ((ready & Interest.WRITE) !== 0) {
      if (channel.unsent + this._ttHeld <= this._ttSettings.lowWaterMark) this.#unblock();
      else if (this._ttReplies !== undefined) this._ttPaceReading();
    }
    // What came before its end is heard first, unless nobody reads.
    const reads = (ready & Interest.READ) !== 0 || (this.#isUnheard(channel) && this._ttPauses === 0);
    if (reads && !this._ttRead(channel, ready)) return;
    this.#ends(channel, ready, reads);
    return this.#closeIfDone();
  }

  /** The first that comes is no text, but a handshake of TLS, or an alert: whoever meant that is told so. */
  #beginsWithTls(channel: StreamChannel): boolean {
    if (!this._ttHears || channel.received === 0 || this._ttProgress(Interest.READ) > 0) return false;
    if (this.#upgrade !== undefined) return false;
    const first = channel.take()!;
    channel.putBack(first);
    return TLS_RECORDS.has(first[0]!) && (first[1] ?? TLS_MAJOR) === TLS_MAJOR;
  }

  /** Something that has come was not heard yet. */
  #isUnheard(channel: StreamChannel): boolean {
    return channel.received > 0 || this._ttFeed?.dry === false;
  }

  /** @internal */
  override _ttFramesBroke(error: TaskTonicError): void {
    const guest = this._ttGuest;
    if (guest !== undefined) return guest.broke(error);
    // What was asked before that is answered.
    this.#inputAtPlace('close', () => this.#inputFor('error', 'close', error));
  }

  /** @internal */
  override get _ttHears(): boolean {
    return LIFE[this.#step].hears && this._ttLife < Life.closing && !this.#closesAtPlace;
  }

  /** All that it will answer was heard. */
  get #closesAtPlace(): boolean {
    const replies = this._ttReplies;
    return replies?.closing === 'close' && !replies.needsInput;
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
      this.#closed(channel);
  }

  #peerEnded(): void {
    const input = this._ttSettings.halfOpen ? 'peerEnded' : 'peerEndedBoth';
    // While it finishes this is looked at more than once.
    if (LIFE[this.#step].on[input] === undefined || this.#end.reason === 'peerEnded') return;
    // What was cut off is not to be taken for whole.
    if (this._ttChannel?.truncated === true) this.#end.truncated = true;
    else if (this._ttHears) this._ttEmit('ttse__onEnd');
    this._ttNoMoreAnswers();
    this.#end.reason ??= 'peerEnded';
    this.#input(input);
  }

  /** Bytes were moved to another thread before they had left: the others have left. */
  #tellLost(bytes: number): void {
    if (bytes === 0) return;
    this.#end.discarded += bytes;
    this._ttReport(fail('TT_DATA_MOVED', { bytes }));
  }

  #failed(channel: StreamChannel, cause: Error): void {
    const { startTls } = this._ttSettings;
    const details = startTls?.name === undefined ? undefined : { name: startTls.name };
    const error = socketError(cause, this._ttPeer(), details);
    const heard = this.phase !== 'draining';
    if (!this.#inputFor(error.code === 'TT_PEER_RESET' ? 'peerReset' : 'error', 'failed', error)) return;
    if (heard) this._ttReport(error);
    this.#losesReplies();
    this.#end.discarded += channel.unsent;
    channel.close();
  }

  #closed(channel: StreamChannel): void {
    // One that was reset here, or failed, has counted before.
    this.#losesReplies();
    if (this.#step !== 'gone') this.#end.discarded += channel.unsent;
    this.#step = 'closed';
    const info = this.#over();
    this.#drop();
    this._ttNoMoreAnswers();
    this._ttEmit('ttse__onDisconnected', info);
    this._ttss__disconnected(info);
  }

  /** Its guest has gone with that. */
  #over(): DisconnectInfo {
    const guest = this._ttGuest;
    if (guest === undefined) return this.#info();
    extrasOf(this).guest = undefined;
    return guest.over(this.#info());
  }

  #info(): DisconnectInfo {
    const { reason = 'peerEnded', error, discarded, idle, truncated } = this.#end;
    const info = { reason, error, discarded };
    if (truncated) return { ...info, truncated };
    return reason === 'idle' && idle !== undefined ? { ...info, idle } : info;
  }

  /** @internal */
  _ttPeer(): string {
    // Of a peer that has gone before it was accepted the system tells none.
    return showPeer(this.remote, this.local);
  }

  /** @internal After `onDisconnected` was heard. */
  _ttss__disconnected(info: DisconnectInfo): void {
    // Of a client those that never had a connection.
    this._ttNoMoreAnswers();
    this._ttDrained();
    this.ttsc__finish();
    this.#tellBase(info);
    // Its infusions have their own time; the last of them ends it too.
    if (this._ttLife === Life.closing && this.infusions.size === 0) queueEnd(this);
  }

  #tellBase(info: DisconnectInfo): void {
    if (this._ttBase instanceof TcpConnection) this._ttBase._ttProtocolClosed(info, this as TcpConnection<string>);
  }

  /** @internal A connection that this one infused is over: the protocol of a TcpClient, or another one. */
  _ttProtocolClosed(_info: DisconnectInfo, _connection: TcpConnection<string>): void {}

  /** Lets go of the socket and of everything that belongs to it. */
  #drop(): void {
    // What is postponed of this connection is so with the next one of a client, too.
    this._ttPauses &= Pause.kept;
    if (this._ttBacklog !== undefined) this._ttBacklog.blocked = false;
    this._ttBacklog?.releaseRelays();
    this._ttFlows();
    this._ttNoMoreFrames();
    this.#idle = this.#idle?.stopAll();
    this.#upgrade = this.#upgrade?.stop();
    this.#end.linger = this.#end.linger?.stop();
    this._ttKey?.cancel();
    this._ttKey = this._ttChannel = undefined;
  }

  // ---- The end: answers first ----

  /**
   * The peer has ended, or its Tonic finishes: it queues itself behind the orders that lead to answers, for so many hops, and then while
   * orders to send are there.
   *
   * @param taken how many of these had been taken when it was queued. Where none was since, none is there.
   * @internal
   */
  _ttss__awaitAnswers(taken: number, hops: number, step: Step): void {
    if (step !== this.#step) return;
    const sends = this._ttOrders.bytes > 0 && this._ttOrders.taken !== taken;
    if (hops > 0 || sends || this._ttFeed?.queued === true)
      return this._ttss__awaitAnswers(this._ttOrders.taken, hops - 1, step);
    whenSettled(this, () => this.#answered(step));
  }

  #answered(step: Step): void {
    // Who pumps an answer has more to give with the next onDrain.
    if (step !== this.#step || this._ttBacklog?.blocked === true) return;
    if (step === 'finishing') this.#end.reason = 'finished';
    this.#input('answered');
  }

  /** What was asked before is answered, as long as that gets on. */
  #awaitAnswers(hops: number): void {
    const step = this.#step;
    this.#idle = this.#idle?.stopAll();
    const giveUp = (): void => {
      letGoOfOwed(this);
      if (this._ttBacklog !== undefined) this._ttBacklog.blocked = false;
      this.#answered(step);
    };
    this.#end.linger ??= new Watch(
      this,
      this._ttDrainTimeout,
      giveUp,
      Math.max(this._ttDrainTimeout, this._ttSettings.lingerLimit),
    );
    this._ttss__awaitAnswers(-1, hops, step);
  }

  /**
   * One of the last looks at the socket before its Tonic finishes: what has not been read after them is not.
   * @internal
   */
  _ttss__looked(left: number): void {
    if (left > 0) return this.#inNextTurn(() => this._ttss__looked(left - 1));
    this.#readForLast();
    // What that poll brought is queued after this order: hence one more.
    if (this.#step === 'finishing') this.#awaitAnswers(HOPS + 1);
    return undefined;
  }

  /** What came before its end has been read. More is read where what it owes, or waits for, needs that. */
  #readForLast(): void {
    if (this._ttAwaitsInput) this._ttResume(Pause.finish);
    else this._ttPause(Pause.finish);
  }

  /** @internal Whether what it owes, or waits for, needs more input. */
  get _ttAwaitsInput(): boolean {
    return awaitsPeer(this) || this._ttReplies?.needsInput === true;
  }

  /** @internal */
  override _ttPaceReading(): void {
    super._ttPaceReading();
    // Not while it still looks.
    if (this.#step === 'finishing' && this.#closing?.linger !== undefined) this.#readForLast();
  }

  /**
   * See {@link Watch}: before this order runs a poll has been seen, and here it is waited until that was all of it. (On a loop where each
   * poll is more than a turn that would be never: so for as many turns at most as all channels take.)
   * @internal
   */
  _ttss__judge(watch: Pick<Watch, 'judge'>, turns = 1 + this._ttCatalyst.selector.keys.size / MOST_READY): void {
    if (this._ttCatalyst.selector.inPoll && turns > 0) this.#inNextTurn(() => this._ttss__judge(watch, turns - 1));
    else watch.judge();
  }

  #inNextTurn(then: () => void): void {
    this._ttScheduler.timers.add(new NextTurn(then));
  }

  // ---- Its end as a Tonic ----

  /** @internal What was received before is still answered: the end comes after one more look at the socket. */
  override _ttDrain(): boolean {
    if (this._ttChannel === undefined) return true;
    this.#input('finish');
    return false;
  }

  /** @internal A Tonic that failed keeps what it was given before: it ends when that has left. */
  override _ttHoldsEnd(): boolean {
    if (this._ttChannel === undefined) return false;
    this.#endsWithTonic('close');
    return true;
  }

  #endsWithTonic(input: 'close' | 'abort'): void {
    const { error } = this._ttEnding ?? {};
    this.#inputFor(error === undefined ? 'finished' : 'error', input, error);
  }

  /** @internal */
  override _ttDeadline(): number {
    return this.#closing?.linger?.deadline ?? -Infinity;
  }

  /** @internal Its Tonic goes before its socket: it was aborted at a deadline. */
  override _ttRelease(): void {
    if (this._ttChannel === undefined) return;
    this.#endsWithTonic('abort');
    this.#step = 'closed';
    // Orders that wait are not heard any more; else each is refused when its turn comes.
    this.#end.discarded += this._ttOrders.bytes;
    this.#losesReplies();
    const info = this.#over();
    this.#drop();
    this._ttTellLast('ttse__onDisconnected', info);
    this.#tellBase(info);
  }

  // ---- Reading ----

  /** What is dropped is read, whoever paused it. */
  get #interest(): InterestSet {
    const { phase, hears } = LIFE[this.#step];
    const closes = phase === 'draining' && !hears;
    const read = this._ttPauses === 0 || closes ? Interest.READ : Interest.NONE;
    const write = this._ttBacklog?.blocked === true || closes ? Interest.WRITE : Interest.NONE;
    return this.#upgrade === undefined ? read | write : read | write | Interest.CONNECT;
  }

  /** @internal */
  override _ttApplyInterest(): void {
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
}
ofFramework(TcpConnection);
