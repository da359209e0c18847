import type * as v from 'valibot';
import { type TaskTonicError, fail, toError } from '../../core/errors.js';
import type { OrderForm } from '../../core/queue/order.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { type HeardEvents, EVENTS } from '../../core/plan/heard-events.js';
import { queueEnd } from '../../core/life.js';
import { type SparkleBinder, BINDER, ofFramework } from '../../core/plan/plan.js';
import type { TonicConstructor, With } from '../../core/plan/said.js';
import { TonicSettings } from '../../core/options/tonic-options.js';
import { type InterestSet, Interest } from '../../selector/interest.js';
import type { Address, Datagram, DatagramChannel, SendFailure } from '../../selector/network.js';
import type { SelectionKey } from '../../selector/selection-key.js';
import { type DatagramFeedOwner, DatagramFeed } from './datagram-feed.js';
import { encoded, withEncoding } from '../tcp/connection/encoded.js';
import { framingOf } from '../../framing/framing-option.js';
import type { SaidOfSocket, StatesOf } from '../said-of-socket.js';
import { Alarm } from '../alarm.js';
import { showAddress, socketError } from '../socket-errors.js';
import { type SendResult, type Sendable, type SocketTonic, sizeOf } from '../socket-tonic.js';
import { placeError } from '../tcp/server/server-place.js';
import { type ListenInfo, tellListening } from '../tcp/server/tcp-server.js';
import { ResendingSocket } from './resending-socket.js';
import { type EarlySend, type Membership, UdpBacklog } from './udp-backlog.js';
import type { ResendKey } from './unanswered.js';
import { badDestination, sendError } from './udp-errors.js';
import { applyInterface, applyMembership, membershipText } from './udp-multicast.js';
import { LARGEST, type UdpSettings, type UdpSocketOptions, udpSchema, udpSettings } from './udp-options.js';

/** The life of a datagram socket, apart from the state machine of a subclass. */
export type UdpPhase = 'opening' | 'open' | 'draining' | 'closed';

/** What has passed through a datagram socket. */
export interface UdpTraffic {
  readonly receivedBytes: number;
  readonly receivedMessages: number;
  /** Bytes and datagrams that have left this process. */
  readonly sentBytes: number;
  readonly sentMessages: number;
  /**
   * Accepted datagrams (`'sent'`, `'waiting'`) that did not leave; `onError` reports each. Refused ones are not
   * counted.
   */
  readonly failed: number;
  /** Received datagrams that were dropped: it was paused, or the loop too slow. */
  readonly dropped: number;
  /** Frames in datagrams that were left out, since they were longer than their framing allows. */
  readonly skippedFrames: number;
}

/** A datagram takes so much of a socket's share of a turn at least. */
const SMALLEST_SHARE = 64;

/**
 * A UDP socket. An event that its class does not define goes to its base, with the socket as the first argument.
 *
 * ## What happens to a datagram
 *
 * - To an address, from an open socket: it leaves with the end of the turn (`'sent'`).
 * - Before the socket is open, or to a name: it waits (`'waiting'`), and `onDrain` follows when nothing waits any more. Those that wait for
 *   the socket leave in order, and so do those to one address or one name. What waits is bounded by `unsentLimit` and `unsentMessages`.
 * - A datagram that does not leave is reported by `onError`, with its destination, and counted (`traffic.failed`).
 *   Those that fail in the same way, to one address, in one turn are one error with a count; there are at most 100
 *   errors a turn, and one for the rest.
 * - `ttsc__close`, finishing and a throw let leave what was given before, for at most `drainTimeout`.
 */
export class UdpSocket<State extends string = never, Frame = unknown, Sent = Frame>
  extends ResendingSocket<State>
  implements DatagramFeedOwner
{
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: ['onListening', 'onDatagram', 'onFrame', 'onDrain', 'onUnanswered', 'onError'],
    mistaken: { onMessage: 'onDatagram', onData: 'onDatagram' },
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
  ) => With<C, UdpSocket<State, Frame, Sent>>;

  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = udpSchema;
  /** It is bound (and connected, with `remote`); `info` has the real address and port. */
  ttse__onListening?(info: ListenInfo): void | undefined;
  /** A datagram has come. The buffer is the receiver's to keep. */
  ttse__onDatagram?(data: Buffer, from: Address): void | undefined;
  /** A frame has come in a datagram, where it has a framing; then there is no `onDatagram`. */
  ttse__onFrame?(frame: Frame, from: Address): void | undefined;
  /** What was `'waiting'` waits no more: it has left, or `onError` has told. */
  ttse__onDrain?(): void | undefined;
  /**
   * The socket reported an error, or datagrams were refused or lost. An ICMP error of a datagram sent earlier does not end the socket; one
   * that keeps it from opening finishes it, where nobody hears of that as a failure.
   */
  ttse__onError?(error: TaskTonicError): void | undefined;

  /** @internal */
  static override readonly [BINDER]: SparkleBinder = (sparkle, enqueue) => {
    if (sparkle.key !== 'ttsc__send') return enqueue;
    return function (this: object, ...given: unknown[]): void {
      const socket = this as UdpSocket;
      const args = given.length > 2 ? withEncoding(given, 2, socket, sparkle, UdpSocket.prototype.ttsc__send) : given;
      const size = sizeOf(args[0]);
      if (socket.phase === 'closed') socket._ttTellOthers(closedError(size, 'closed'));
      else enqueue.apply(this, args);
    };
  };

  readonly #settings: UdpSettings;
  readonly #feed: DatagramFeed | undefined;
  #phase: UdpPhase = 'opening';
  /** What waits for the socket, until that is open. */
  #backlog: UdpBacklog | undefined = new UdpBacklog();
  /** Stays when it is closed, for its counts. */
  #channel: DatagramChannel | undefined;
  #key: SelectionKey | undefined;
  #paused = false;
  /** The last look found one, or did not look. */
  #moreDatagrams = false;
  /** Somebody was told `'waiting'`. */
  #owesDrain = false;
  /** When it gives up what has not left; there once its end waits for that. */
  #deadline: Alarm | undefined;
  #receivedBytes = 0;
  #receivedMessages = 0;
  /** Datagrams that were lost before the socket was open. */
  #failedEarly = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every Tonic. */
  constructor(options: UdpSocketOptions = {}) {
    checkOptionsOf(new.target, options);
    const settings = udpSettings(options, new.target.name);
    const framing = settings.framing ?? framingOf(new.target);
    super(TonicSettings.of(settings));
    this.#settings = settings;
    this.#feed = framing && new DatagramFeed(this, framing);
    this._ttss__bind();
  }

  // ---- What it is ----

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
    return (this.#backlog?.bytes ?? 0) + (this.#channel?.unsent ?? 0);
  }

  /** Its counters so far. What is neither `sentMessages` nor `failed` still waits. */
  get traffic(): UdpTraffic {
    const channel = this.#channel;
    return {
      receivedBytes: this.#receivedBytes,
      receivedMessages: this.#receivedMessages,
      sentBytes: channel?.sentBytes ?? 0,
      sentMessages: channel?.sentMessages ?? 0,
      failed: this.#failedEarly + (channel?.failedMessages ?? 0),
      dropped: channel?.dropped ?? 0,
      skippedFrames: this.#feed?.skipped ?? 0,
    };
  }

  // ---- What it is told ----

  /**
   * Sends a datagram from one of its own sparkles. A list becomes one datagram.
   *
   * @param to where to: an address, or a name that is looked up; left out where the socket has one peer.
   * @param encoding of the texts; without it UTF-8.
   * @throws {TaskTonicError} `TT_BAD_DATA`, `TT_BAD_ENCODING`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected send(data: Sendable, to?: Address, encoding?: BufferEncoding): SendResult {
    this._ttNeedsOwnSparkle();
    return this.#send(encoding === undefined ? data : encoded(data, encoding), to);
  }

  /**
   * Sends a frame in a datagram of its own, with what its framing puts around it; else as `send()`.
   *
   * @throws {TaskTonicError} `TT_NO_FRAMING`; `TT_FRAME_NOT_ENCODED` where its framing refuses that frame; and as `send()`.
   */
  protected sendFrame(frame: Sent, to?: Address): SendResult {
    return this.send(this.#encoded(frame), to);
  }

  /**
   * Sends a datagram, and again after a while until `answered()` is told its key, from one of its own sparkles; how often, `setResend()` says, and then
   * `onUnanswered` is told. At most 256 datagrams, and 1 MiB, may wait for their answers. What closes the socket ends that too.
   *
   * @param key by which its answer is known, such as the number that a question has. One that waits with the same key goes for it.
   * @param data is kept until then: do not change it.
   * @param to as of `send()`. A name is looked up each time.
   * @throws {TaskTonicError} as `send()`
   */
  protected sendUntilAnswered(key: ResendKey, data: Sendable, to?: Address): SendResult {
    return this._ttSendUntilAnswered(key, data, to);
  }

  /**
   * As `sendUntilAnswered()`, with a frame.
   *
   * @throws {TaskTonicError} as `sendFrame()`
   */
  protected sendFrameUntilAnswered(key: ResendKey, frame: Sent, to?: Address): SendResult {
    return this._ttSendUntilAnswered(key, this.#encoded(frame), to);
  }

  /** Sends a datagram, on behalf of anybody. A refusal is told by `onError`. */
  ttsc__send(data: Sendable, to?: Address, encoding?: BufferEncoding): void {
    this.#send(encoding === undefined ? data : encoded(data, encoding), to);
  }

  /** Drops and counts what comes, until `ttsc__resume`. (Node cannot leave datagrams in the kernel's buffer.) */
  ttsc__pause(): void {
    this.#paused = true;
    this.#applyInterest();
  }

  /** Receives again. */
  ttsc__resume(): void {
    this.#paused = false;
    this.#applyInterest();
  }

  /** Closes the socket, after what was sent before has left, and finishes; what is sent later is refused. */
  ttsc__close(): void {
    if (this.#phase !== 'closed') this.#phase = 'draining';
    this._ttStopResending();
    this.#applyInterest();
    this.ttsc__finish();
  }

  /**
   * Becomes a member of a multicast group, or leaves it; before the socket is open it waits for that. It may join a group twice. What
   * cannot be done is told by `onError` (`TT_MULTICAST`), with the group.
   * @param networkInterface the address of the interface; default: the system's choice.
   */
  ttsc__setMembership(group: string, member: boolean, networkInterface?: string): void {
    const membership = { group, member, interface: networkInterface };
    const why =
      this.#phase === 'closed'
        ? 'it is closed'
        : this.#backlog !== undefined && this.#exceeds(0)
          ? 'too much waits for it to open'
          : undefined;
    if (why !== undefined) this._ttReport(fail('TT_MULTICAST', { what: membershipText(membership), why, group }));
    else if (this.#backlog !== undefined) this.#backlog.put(membership);
    else this.#setMembership(membership);
  }

  // ---- Sending ----

  #encoded(frame: Sent): Buffer {
    if (this.#feed === undefined) throw fail('TT_NO_FRAMING', { class: this._ttPlan.className });
    return this.#feed.framing.encode(frame);
  }

  /** @internal */
  override _ttSend(data: Sendable, to: Address | undefined): SendResult {
    return this.#send(data, to);
  }

  #send(data: Sendable, to: Address | undefined): SendResult {
    const size = sizeOf(data);
    const why = this.#whyNot(size, to);
    if (why !== undefined) {
      this._ttReport(why);
      return 'refused';
    }
    if (this.#backlog === undefined && this.#give(data, size, to)) return 'sent';
    this.#backlog?.put({ data, size, to });
    if (!this.#owesDrain) {
      this.#owesDrain = true;
      this.#applyInterest();
    }
    return 'waiting';
  }

  /** Whether it leaves with this turn. A socket with one peer has been given that one, or none. */
  #give(data: Sendable, size: number, to: Address | undefined): boolean {
    return this.#channel!.send(data, size, this.#settings.remote === undefined ? to : undefined);
  }

  #whyNot(size: number, to: Address | undefined): TaskTonicError | undefined {
    if (this.#phase === 'draining' || this.#phase === 'closed') return closedError(size, this.#phase);
    const settings = this.#settings;
    const max = LARGEST[settings.family];
    if (size > max) return fail('TT_DATAGRAM_TOO_LARGE', { bytes: size, max });
    return badDestination(to, settings, this.#channel) ?? (this.#isFull(size) ? this.#fullError(size) : undefined);
  }

  #isFull(size: number): boolean {
    if (!this.#exceeds(size)) return false;
    // What the kernel takes now does not wait.
    this.#channel?.flush();
    return this.#exceeds(size);
  }

  #exceeds(size: number): boolean {
    const { unsentLimit, unsentMessages } = this.#settings;
    return this.unsentBytes + size > unsentLimit || this.#unsentMessages >= unsentMessages;
  }

  get #unsentMessages(): number {
    return (this.#backlog?.count ?? 0) + (this.#channel?.unsentMessages ?? 0);
  }

  #fullError(size: number): TaskTonicError {
    const unsent = this.unsentBytes + size;
    if (unsent > this.#settings.unsentLimit) return fail('TT_UNSENT_LIMIT', { bytes: unsent });
    const why = `${this.#unsentMessages} datagrams wait to be sent, as many as "unsentMessages" allows`;
    return fail('TT_SEND_REFUSED', { bytes: size, why });
  }

  #setMembership(membership: Membership): void {
    const error = applyMembership(this.#channel!, membership);
    if (error !== undefined) this._ttReport(error);
  }

  // ---- What the socket tells ----

  /** @internal */
  _ttss__bind(): void {
    if (!this._ttMayInfuse) return;
    const { family, host, port, remote, reuseAddress, ipv6Only, broadcast } = this.#settings;
    const { receiveBuffer, sendBuffer, multicast, place } = this.#settings;
    this.#channel = this._ttCatalyst.network.bind({
      ...(place !== undefined && { place }),
      family,
      host,
      port,
      remote,
      reuseAddress,
      ipv6Only,
      broadcast,
      receiveBuffer,
      sendBuffer,
      multicast: multicast && { ttl: multicast.ttl, loopback: multicast.loopback },
    });
    this.#key = this._ttCatalyst.selector.register(this.#channel, this.#interest, this);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const channel = this.#channel!;
    if ((ready & Interest.CONNECT) !== 0) this.#opened(channel);
    if ((ready & Interest.READ) !== 0) this.#read(channel);
    if ((ready & Interest.HANGUP) !== 0) this.#tellErrors(channel);
    if ((ready & Interest.WRITE) !== 0 && channel.settled) this.#settled();
  }

  /** Takes what it may in this turn; the rest comes with a later one. */
  #read(channel: DatagramChannel): void {
    const catalyst = this._ttCatalyst;
    if (this.#feed !== undefined) return this.#readFrames(this.#feed);
    for (let share = catalyst._ttGate.share; share > 0; share = Math.min(share, catalyst._ttGate.share)) {
      const datagram = channel.take();
      if (datagram === undefined) return;
      const { length } = datagram.bytes;
      // Each is an order, however small it is.
      share -= Math.max(length, SMALLEST_SHARE);
      this.#received(length);
      this._ttBring('ttse__onDatagram', datagram.bytes, datagram.from);
    }
    this.#key?.again(Interest.READ);
  }

  #received(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#receivedMessages++;
    this._ttCatalyst._ttGate.received(bytes);
  }

  // ---- Frames ----

  #readFrames(feed: DatagramFeed): void {
    if (feed.queued) return;
    if (this._ttCatalyst._ttGate.share === 0) return this.#key?.again(Interest.READ);
    feed.queued = true;
    return this._ttss__frames();
  }

  /** @internal */
  _ttss__frames(): void {
    this.#feed!.begin(this._ttCatalyst._ttGate.frames);
    this._ttScheduler.follow(this.#feed!);
  }

  /** @internal */
  _ttTakeDatagram(): Datagram | undefined {
    const datagram = this.#reads ? this.#channel?.take() : undefined;
    if (datagram !== undefined) this.#received(datagram.bytes.length);
    this.#moreDatagrams = datagram !== undefined || !this.#reads;
    return datagram;
  }

  /** @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown, from: Address): boolean {
    return this._ttFillInput(form, 'ttse__onFrame', frame, from);
  }

  /** @internal */
  _ttBadFrameOrder(form: OrderForm, cause: unknown, { address, port }: Address): boolean {
    const { name: framing } = this.#feed!.framing;
    const problem = toError(cause).message;
    const error = fail('TT_BAD_DATAGRAM', { address: showAddress(address, port), framing, problem }, cause);
    return this._ttFillError(form, error);
  }

  /** @internal */
  _ttFramesRest(): void {
    if (this.#feed!.waits || this.#moreDatagrams) this.#key?.again(Interest.READ);
  }

  #opened(channel: DatagramChannel): void {
    const { local } = channel;
    const backlog = this.#backlog;
    if (local === undefined || backlog === undefined) return;
    this.#backlog = undefined;
    const isWanted = this.#phase === 'opening';
    if (isWanted) this.#phase = 'open';
    this.#joinGroups(channel);
    for (const what of backlog.take())
      if ('data' in what) this.#giveEarly(what);
      else this.#setMembership(what);
    channel.flush();
    if (isWanted)
      tellListening(this, { ...local, transport: 'udp', tonic: this as SocketTonic<string>, maxConnections: Infinity });
    if (channel.settled) this.#settled();
  }

  /** By now it may be known that it is for another address than the one peer's. */
  #giveEarly({ data, size, to }: EarlySend): void {
    const why = badDestination(to, this.#settings, this.#channel);
    if (why === undefined) return void this.#give(data, size, to);
    this.#failedEarly++;
    return void this._ttReport(why);
  }

  #joinGroups(channel: DatagramChannel): void {
    const { groups = [], interface: at } = this.#settings.multicast ?? {};
    const error = at === undefined ? undefined : applyInterface(channel, at);
    if (error !== undefined) this._ttReport(error);
    for (const { group, interface: on } of groups) this.#setMembership({ group, member: true, interface: on });
  }

  /** Each error is told once: of datagrams that did not leave, and of the socket (ICMP errors of what had left). */
  #tellErrors(channel: DatagramChannel): void {
    this.#tellFailures(
      () => channel.takeFailure(),
      (error) => this._ttReport(error),
    );
    for (let error = channel.takeError(); error !== undefined; error = channel.takeError()) {
      if (this.#backlog !== undefined) return this._ttss__failed(error);
      this._ttReport(socketError(error, this.#errorAddress));
    }
  }

  #tellFailures(next: () => SendFailure | undefined, tell: (error: Error) => unknown): void {
    for (let failure = next(); failure !== undefined; failure = next()) tell(sendError(failure, this.#settings.remote));
  }

  /** What its errors are about: its one peer, or where it is bound. */
  get #errorAddress(): string {
    const { host, port } = this.#settings.remote ?? this.#settings;
    return showAddress(host, port);
  }

  /** @internal It cannot open. In a sparkle, for rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    if (this.#backlog === undefined) return;
    const { place } = this.#settings;
    const error = place === undefined ? socketError(cause, this.#errorAddress) : placeError(cause, place, {});
    const heard = this._ttReport(error);
    const ending = this.#deadline !== undefined;
    this.#close('the socket could not open');
    if (ending) queueEnd(this);
    if (!heard) throw error;
    this.ttsc__finish();
  }

  /** Nothing waits any more. */
  #settled(): void {
    if (this.#owesDrain) {
      this.#owesDrain = false;
      this._ttEmit('ttse__onDrain');
      this.#applyInterest();
    }
    if (this.#deadline !== undefined) queueEnd(this);
  }

  get #interest(): InterestSet {
    const reads = this.#reads;
    const waits = this.#owesDrain || this.#deadline !== undefined;
    return Interest.CONNECT | (reads ? Interest.READ : Interest.NONE) | (waits ? Interest.WRITE : Interest.NONE);
  }

  get #reads(): boolean {
    return !this.#paused && (this.#phase === 'opening' || this.#phase === 'open');
  }

  #applyInterest(): void {
    this.#key?.modify(this.#interest);
  }

  // ---- Its end ----

  /** @internal The end waits until what was given has left, however it has come to it: a command, a throw, the end of its base. */
  override _ttHoldsEnd(): boolean {
    if (this.#phase === 'closed') return false;
    this.#phase = 'draining';
    this._ttStopResending();
    const channel = this.#channel;
    channel?.flush();
    // What was given has left, or nothing was given, or it never can.
    const isDone = channel === undefined || (this.#backlog === undefined ? channel.settled : !this.#backlog.hasSends);
    if (isDone) this.#end('the socket finished before it was open');
    else this.#deadline ??= Alarm.after(this, this._ttDrainTimeout, () => this.#late());
    this.#applyInterest();
    return true;
  }

  #late(): void {
    this.#end(`the socket closed after ${this._ttDrainTimeout} ms (drainTimeout)`);
  }

  /** @internal */
  override _ttDeadline(): number {
    return this.#deadline?.at ?? -Infinity;
  }

  /** Its Tonic ends after that, behind the sends that wait as orders: they are refused, and told. */
  #end(why: string): void {
    this.#close(why);
    queueEnd(this);
  }

  #close(why: string, tell = (error: Error): unknown => this._ttReport(error)): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this._ttStopResending();
    this.#deadline?.clear();
    this.#deadline = undefined;
    const lost = this.#backlog?.lost(why);
    this.#backlog = undefined;
    this.#failedEarly += lost?.messages ?? 0;
    this.#channel?.close(why);
    this.#key?.cancel();
    this.#key = undefined;
    this.#tellFailures(() => lost?.take() ?? this.#channel?.takeFailure(), tell);
  }

  /** @internal It was cut off at somebody else's deadline: its own sparkles run no more. */
  override _ttRelease(): void {
    this.#close('the socket was closed', (error) => this._ttTellOthers(error));
  }
}
ofFramework(UdpSocket);
takesOptions(UdpSocket, udpSchema);

function closedError(bytes: number, phase: UdpPhase): TaskTonicError {
  return fail('TT_SEND_REFUSED', { bytes, why: `the socket is ${phase}` });
}
