import { type ErrorCode, type ErrorDetails, type TaskTonicError, fail } from '../../../core/errors.js';
import type { MemberGroup } from '../../../core/features/extras.js';
import { BINDER, RUNNER, type SparkleBinder, type SparkleRunner, ofFramework } from '../../../core/plan/plan.js';
import type { TonicOptions } from '../../../core/options/tonic-options.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import { Backlog } from './backlog.js';
import type { ConnectionGuest } from './connection-guest.js';
import type { Watch } from './watches/connection-watches.js';
import type { Replies } from './replies/replies.js';
import type { ConnectionSettings } from './connection-options.js';
import { encoded } from './encoded.js';
import { OrderedSends } from './ordered-sends.js';
import { Pause } from './pause.js';
import { STALL_FROM, StallWatch } from './watches/stall-watch.js';
import type { Taker } from './streams/taker.js';
import { Refusals } from '../server/refusals.js';
import { type SendResult, type Sendable, SocketTonic, sizeOf } from '../../socket-tonic.js';

const NO_GROUPS: readonly MemberGroup[] = [];

/**
 * How a connection sends: what is taken, what waits or is refused, and what is told of it. Its life, its ends and its reading stand apart,
 * in TcpConnection, which this asks for a few things.
 *
 * ```text
 *   send()      ----------------------------> _ttSend -> channel   below the high-water mark: 'sent'
 *   ttsc__send  -> order (OrderedSends) ----->   |                 above it: blocked, 'waiting' until onDrain
 *                                                '-> 'refused'     not open, or above unsentLimit
 * ```
 */
export abstract class SendingConnection<State extends string = never> extends SocketTonic<State> {
  /** @internal */
  static override readonly [BINDER]: SparkleBinder = (sparkle, enqueue) =>
    sparkle.key === 'ttsc__send'
      ? OrderedSends.call(sparkle, enqueue, SendingConnection.prototype.ttsc__send)
      : enqueue;
  /** @internal */
  static readonly [RUNNER]: SparkleRunner = (generic, body) =>
    generic === 'ttsc__send' ? OrderedSends.run(body, SendingConnection.prototype.ttsc__send) : body;

  /** @internal */ _ttSettings: ConnectionSettings;
  /** @internal */ _ttChannel: StreamChannel | undefined = undefined;
  /** @internal */ _ttKey: SelectionKey | undefined = undefined;
  /** @internal Sends that wait as orders. */ _ttOrders = OrderedSends.none;
  /** @internal Over all its connections. */ _ttSentBytes = 0;
  /** @internal */ _ttSentMessages = 0;
  /** @internal What waits, where something does or did. */ _ttBacklog: Backlog | undefined = undefined;

  constructor(options: TonicOptions, settings: ConnectionSettings) {
    super(options);
    this._ttSettings = settings;
  }

  // ---- What it asks of the connection ----

  /** @internal Whether its life takes sends. */
  abstract get _ttSends(): boolean;
  /** @internal None of what is unsent has left for so many ms. */
  abstract _ttStalled(ms: number): void;
  /** @internal See {@link Watched}. */
  abstract _ttProgress(sides: InterestSet): number;
  /** @internal See {@link Watched}. */
  abstract _ttss__judge(watch: Pick<Watch, 'judge'>): void;
  /** @internal A send was taken with nothing unsent before it: a sign of life. */
  abstract _ttTouch(): void;
  /** @internal More is unsent than may be, and that ends it; so many bytes were not taken. */
  abstract _ttOverflows(bytes: number, error: TaskTonicError): void;
  /** @internal Something waits, or no more: what is asked of the socket follows. */
  abstract _ttApplyInterest(): void;
  /** @internal Reading pauses, or goes on where there is no other reason to pause. */
  abstract _ttPause(reason: number): void;
  /** @internal */
  abstract _ttResume(reason: number): void;

  // ---- Sending ----

  /** Bytes that were sent and have not left this process yet (exact to 64 KiB), including those in waiting orders. */
  get unsentBytes(): number {
    return this._ttOrders.bytes + this._ttHeld + (this._ttChannel?.unsent ?? 0);
  }

  /** @internal The order of its answers, while a reply is open. */
  get _ttReplies(): Replies | undefined {
    return this._ttExtras?.replies as Replies | undefined;
  }

  /** @internal What stands between this connection and its Tonic. */
  get _ttGuest(): ConnectionGuest | undefined {
    return this._ttExtras?.guest as ConnectionGuest | undefined;
  }

  /** @internal Bytes that wait behind an open reply, or with its guest. */
  get _ttHeld(): number {
    return this._ttExtras === undefined ? 0 : (this._ttReplies?.bytes ?? 0) + (this._ttGuest?.held ?? 0);
  }

  /**
   * Sends from one of its own sparkles: all bytes of a turn leave in one write at its end. It keeps the order with its
   * own sends that still wait as orders, and with open replies: see {@link TcpConnection.reply}.
   *
   * @param encoding of the texts; without it UTF-8. As with `Buffer.from`, a character that an encoding does not have becomes another one.
   * @throws {TaskTonicError} `TT_BAD_DATA`, `TT_BAD_ENCODING`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected send(data: Sendable, encoding?: BufferEncoding): SendResult {
    this._ttNeedsOwnSparkle();
    if (encoding !== undefined) data = encoded(data, encoding);
    if (this._ttOrders.own > 0) {
      this.ttsc__send(data);
      this._ttBlock();
      return 'waiting';
    }
    const replies = this._ttReplies;
    return replies === undefined ? this._ttSend(data, sizeOf(data)) : replies.sendBehind(data);
  }

  /**
   * Sends from one of its own sparkles at once, even if a reply is open: for data that is not an answer, such as a
   * publication or a keep-alive.
   *
   * @throws {TaskTonicError} as {@link send}.
   */
  protected push(data: Sendable): SendResult {
    this._ttNeedsOwnSparkle('push()');
    return this._ttSend(data, sizeOf(data));
  }

  /**
   * Runs a function at its place in the order of answers: after all earlier data has been sent, and before all later
   * data. Without an open reply or a waiting send it runs at once.
   *
   * @param action runs as in a sparkle of this Tonic. If it throws, the Tonic fails.
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles.
   */
  protected atPlace(action: () => void): void {
    this._ttNeedsOwnSparkle('atPlace()');
    this._ttInOrder(() => (this._ttReplies === undefined ? action() : this._ttReplies.act(action)));
  }

  /** @internal Takes a place: behind own sends that wait as orders, as one of them. */
  _ttInOrder(take: () => void): void {
    if (this._ttOrders.own === 0) return take();
    this._ttOrders.own++;
    return this._ttss__inOrder(take);
  }

  /** @internal */
  _ttss__inOrder(take: () => void): void {
    this._ttOrders.own = Math.max(this._ttOrders.own - 1, 0);
    take();
  }

  /** Sends; for calls from any Tonic. A refusal is reported by `onError`. */
  ttsc__send(data: Sendable, encoding?: BufferEncoding): void {
    const from = this.source?.tonic;
    if (encoding !== undefined) data = encoded(data, encoding);
    const replies = from === this ? this._ttReplies : undefined;
    const size = OrderedSends.sizeOf(data);
    const result = replies === undefined ? this._ttSend(data, size) : replies.sendBehind(data, size);
    if (result === 'waiting' && from !== this && from instanceof SendingConnection)
      this.#madeBacklog().holdRelay(from as SendingConnection<string>);
    this._ttDrainIfEmpty();
  }

  /**
   * @param asIs its guest is not asked what is to be sent for that.
   * @internal
   */
  _ttSend(data: Sendable, size: number, asIs = false): SendResult {
    const channel = this._ttChannel;
    if (channel === undefined || !this._ttSends) return this._ttUnsendable(data, size);
    const extras = this._ttExtras;
    if (extras?.guest !== undefined && !asIs) return this._ttGuest!.send(data);
    const { watchMark, unsentLimit } = this._ttSettings;
    const held = extras === undefined ? 0 : this._ttHeld;
    let unsent = channel.unsent + size;
    // A limit is for what the kernel does not take: what was gathered so far leaves first.
    if (unsent + held > unsentLimit) {
      channel.flush();
      unsent = channel.unsent + size;
      if (unsent + held > unsentLimit) return this.#overflow(size, unsent + held);
    }
    if (typeof data === 'string' || data instanceof Uint8Array) channel.write(data, size);
    else for (const part of data) writePart(channel, part);
    this._ttSentBytes += size;
    this._ttSentMessages++;
    // Behind what the peer does not take it is no sign of life.
    if (unsent === size) this._ttTouch();
    if (unsent + held > watchMark) this.#pilesUp(unsent);
    return this._ttBacklog === undefined ? 'sent' : this._ttBacklog.promise(size);
  }

  /** So much is unsent that it is watched whether some of it leaves. */
  #pilesUp(unsent: number): void {
    const { highWaterMark, stallTimeout } = this._ttSettings;
    if (stallTimeout !== false && unsent > STALL_FROM) this.#madeBacklog().stall ??= new StallWatch(this, stallTimeout);
    if (unsent + this._ttHeld > highWaterMark) this._ttBlockAbove();
  }

  /** @internal A connection is opened: nothing was given to it, and nothing has come. */
  _ttBeginsAnew(): void {
    if (this._ttSentBytes > 0 || this._ttBacklog !== undefined) this.#madeBacklog().beginsAnew(this._ttSentBytes);
  }

  // ---- What waits behind an open reply ----

  /** @internal Whether so many more bytes may wait there; where not, that is told. */
  _ttMayWait(size: number): boolean {
    const channel = this._ttChannel;
    if (channel === undefined || !this._ttSends) {
      this._ttRefuse(size, 'the connection is closing');
      return false;
    }
    const { unsentLimit } = this._ttSettings;
    const total = (): number => channel.unsent + this._ttHeld + size;
    if (total() > unsentLimit) channel.flush();
    return total() <= unsentLimit || this.#overflow(size, total()) !== 'refused';
  }

  /** @internal Where more waits than the high-water mark, though the kernel has what it takes, that is told. */
  _ttBlockAbove(): void {
    const { highWaterMark } = this._ttSettings;
    const channel = this._ttChannel!;
    if (channel.unsent + this._ttHeld <= highWaterMark) return;
    channel.flush();
    const unsent = channel.unsent + this._ttHeld;
    if (unsent > highWaterMark) this.#block(unsent);
  }

  /** @internal Reading pauses while too much is unsent; not for what waits behind a reply that needs input. */
  _ttPaceReading(): void {
    // Who has taken it over says by itself what is read.
    if (!this.#blocked || !this._ttSettings.pauseReading || this._ttExtras?.taker !== undefined) return;
    const { highWaterMark } = this._ttSettings;
    if (this._ttReplies?.needsInput !== true) this._ttPause(Pause.unsent);
    else if ((this._ttChannel?.unsent ?? 0) <= highWaterMark) this._ttResume(Pause.unsent);
  }

  // ---- What is refused ----

  /** @internal Bytes came to be sent while there is no open connection. */
  _ttUnsendable(_data: Sendable, size: number): SendResult {
    return this._ttRefuse(size, 'the connection is closed, or closing');
  }

  /** @internal */
  _ttRefuse(size: number, why: string): SendResult {
    return this.#refuse(size, 'TT_SEND_REFUSED', { bytes: size, why });
  }

  /** Each refused send is told; of very many in a row the rest as one. */
  #refuse(size: number, code: ErrorCode, details: ErrorDetails): SendResult {
    const tells = (this.#madeBacklog().refusals ??= new Refusals()).add(size);
    if (tells !== undefined) this._ttReport(fail(code, details));
    if (tells === 'first') this._ttss__refusalsHeard();
    return 'refused';
  }

  /** @internal Behind the first of those that were told. */
  _ttss__refusalsHeard(): void {
    const { count, bytes } = this._ttBacklog!.refusals!.heard();
    if (count > 0)
      this._ttReport(fail('TT_SEND_REFUSED', { bytes, why: `${count} more sends were refused as those before` }));
  }

  #overflow(size: number, unsent: number): SendResult {
    if (this._ttSettings.onUnsentLimit === 'refuse') return this.#refuse(size, 'TT_UNSENT_LIMIT', { bytes: unsent });
    const error = fail('TT_UNSENT_LIMIT', { bytes: unsent });
    this._ttReport(error);
    this._ttOverflows(size, error);
    return 'refused';
  }

  // ---- What waits ----

  get #blocked(): boolean {
    return this._ttBacklog?.blocked ?? false;
  }

  /** Too much waits: reading pauses, so that what is echoed grows no further. */
  #block(unsent: number): void {
    if (this.#blocked) return;
    this._ttBlock();
    this._ttPaceReading();
    if (this._ttExtras?.taker === undefined) this._ttRaise('ttse__onHighWater', unsent);
  }

  /** @internal Something waits: `onDrain` will follow, and who relays to this one waits for it. */
  _ttBlock(): void {
    this.#madeBacklog().blocked = true;
    this._ttApplyInterest();
  }

  /** @internal It is watched no more whether what is unsent leaves. */
  _ttFlows(): void {
    if (this._ttBacklog?.stall !== undefined) this._ttBacklog.stall = this._ttBacklog.stall.stop();
  }

  /** @internal What was to wait was empty, or was refused after all: nothing leaves that `onDrain` would follow. */
  _ttDrainIfEmpty(): void {
    if (this.#blocked && this.unsentBytes === 0) this._ttKey?.signal(Interest.WRITE);
  }

  /**
   * What waited has left.
   * @returns whether something did.
   * @internal
   */
  _ttUnblock(): boolean {
    const backlog = this._ttBacklog;
    if (backlog?.blocked !== true) return false;
    backlog.blocked = false;
    this._ttResume(Pause.unsent);
    backlog.releaseRelays();
    for (const group of this._ttExtras?.groups ?? NO_GROUPS) group._ttCaughtUp(this as never);
    const taker = this._ttExtras?.taker as Taker | undefined;
    if (taker === undefined) this._ttRaise('ttse__onDrain');
    else taker.drained();
    return true;
  }

  #madeBacklog(): Backlog {
    return (this._ttBacklog ??= new Backlog());
  }
}
ofFramework(SendingConnection);

/** A part of a list: text is encoded here, so that its size is counted once. */
function writePart(channel: StreamChannel, part: string | Uint8Array): void {
  const bytes = typeof part === 'string' ? Buffer.from(part) : part;
  channel.write(bytes, bytes.length);
}
