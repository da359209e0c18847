import * as v from 'valibot';
import { fail } from '../../../../core/errors.js';
import { parseOptions, within } from '../../../../core/options/option-schema.js';
import { Alarm } from '../../../alarm.js';
import type { DisconnectInfo, DisconnectReason } from '../disconnect.js';
import { Pause } from '../pause.js';
import { type RelayEnd, TcpConnection } from '../tcp-connection.js';
import { sizeOf } from '../../../socket-tonic.js';
import type { ConnectionGuest } from '../connection-guest.js';
import { handOut } from './hand-out.js';
import { checkTakeOver, takeOver } from './take-over.js';
import type { Taker } from './taker.js';

const RELAY = 'relay()';

/** A piece of a stream, or a message: of texts only WebSockets have any. */
type Piece = Buffer | string;
/** The most bytes that a message of a WebSocket is made of: a longer one could be too long for the peer. */
const LARGEST_MESSAGE = 65_536;
const A_DAY = 86_400_000;

export const relaySchema = v.strictObject({
  /**
   * How long the two may go on where one of their Tonics finishes (its server closes, the app ends), in ms; then they are closed in order. They end before that, where
   * their peers do. At the end of an app `shutdown/grace` is the bound.
   */
  drain: v.optional(within(0, A_DAY, 'ms'), 0),
});

/** Options of {@link relay}. */
export type RelayOptions = Readonly<v.InferInput<typeof relaySchema>>;

/**
 * Joins two connections: what comes from one is sent to the other, both ways, and no sparkle runs for it. What has come and was not heard yet goes first. From now on neither
 * hears `onData`, `onFrame`, `onEnd`, `onDrain` or `onHighWater`.
 *
 * - Backpressure: while more is unsent to one than its `highWaterMark`, the other one is not read from.
 * - Half-close: where a peer ends its side, the other connection is ended too, and the way back stays open, whatever `halfOpen` says. When both have ended, both close.
 * - Where one is closed in another way, so is the other: in order where that was meant here (`ttsc__close`, its Tonic finished, `idleTimeout`); where its stream was cut off (a
 *   reset, an error), what was given leaves, and the peer sees a reset, so that nobody takes what came for whole.
 * - A WebSocket on either side gives its messages, and gets a message for each piece that comes, of bytes; two of them keep their messages as they are. It has no half-close:
 *   it is closed with 1000, what its peer had sent before it heard that still arrives, and a close of its peer ends the relay; so does one with another code than 1000, 1001 or
 *   none, or no close at all, as a stream that was cut off. Where the other one was cut off, its peer sees a close with 1011.
 * - Then each of the two hears `onRelayEnded`, before its `onDisconnected`: it, or else its base, with the connection first.
 *
 * Idle, stall and rate limits apply as before. One of the two may be a TcpClient that is not connected yet: the other is not read from until it is.
 *
 * @throws {TaskTonicError} `TT_RELAY_APART` where they are one, or live on different Catalysts; `TT_BAD_OPTION`; else as {@link TcpConnection.toDuplex}.
 */
export function relay(a: TcpConnection<string>, b: TcpConnection<string>, options: RelayOptions = {}): void {
  const { drain } = parseOptions(relaySchema, options, RELAY);
  const names = { a: String(a?.name), b: String(b?.name) };
  if (!(a instanceof TcpConnection) || !(b instanceof TcpConnection))
    throw fail('TT_RELAY_APART', { ...names, why: 'both must be connections' });
  if ((a as unknown) === b) throw fail('TT_RELAY_APART', { ...names, why: 'it is one connection: send() echoes' });
  if (a._ttCatalyst !== b._ttCatalyst)
    throw fail('TT_RELAY_APART', { ...names, why: 'they live on different Catalysts: make both on one' });
  for (const one of [a, b]) checkTakeOver(one, RELAY);
  const end = new RelayedEnd(a, b, drain);
  for (const one of [end, end.other]) takeOver(one.from, one);
}

/** One way of a relay: what comes from one connection goes to the other. */
class RelayedEnd implements Taker {
  readonly by = RELAY;
  readonly takes: 'bytes' | 'messages';
  readonly from: TcpConnection<string>;
  readonly to: TcpConnection<string>;
  readonly other: RelayedEnd;
  readonly #drain: number;
  #drainAlarm: Alarm | undefined;
  /** Bytes that went this way. */
  #given = 0;
  /** What came while the other one was not open. */
  #kept: Piece[] | undefined = [];
  /** What speaks for its peer, where that has a protocol with an end of its own. */
  #guest: ConnectionGuest | undefined;
  /** The peer has ended. */
  #isEnded = false;
  /** One of the two is closed. */
  #isOver = false;

  constructor(from: TcpConnection<string>, to: TcpConnection<string>, drain: number, other?: RelayedEnd) {
    this.from = from;
    this.to = to;
    this.takes = from._ttBringsMessages ? 'messages' : 'bytes';
    this.#guest = from._ttGuest;
    this.#drain = drain;
    this.other = other ?? new RelayedEnd(to, from, drain, this);
    if (to._ttChannel === undefined) from._ttPause(Pause.relay);
    else this.#kept = undefined;
  }

  /** What fits below the high-water mark of the other one. */
  get room(): number {
    const most = this.other.#guest === undefined ? Infinity : LARGEST_MESSAGE;
    return Math.min(Math.max(this.to._ttSettings.highWaterMark - this.to.unsentBytes, 1), most);
  }

  received(item: unknown): void {
    const data = item as Piece;
    if (this.#isOver) return;
    if (this.#kept !== undefined) return void this.#kept.push(data);
    const { to } = this;
    const size = sizeOf(data);
    this.#given += size;
    to._ttSend(data, size);
    if (to.unsentBytes >= to._ttSettings.highWaterMark) this.#holdBack();
  }

  receivedStraight(data: Buffer): 'kept' | 'left' {
    this.received(data);
    // A protocol between them may still work on it, such as the compression of a WebSocket.
    return this.#kept === undefined && this.other.#guest === undefined ? handOut(this.to) : 'kept';
  }

  /** The kernel has what it takes; while the rest waits, no more is read. */
  #holdBack(): void {
    const { to } = this;
    to._ttChannel?.flush();
    if (to.unsentBytes < to._ttSettings.highWaterMark) return;
    to._ttBlock();
    this.from._ttPause(Pause.relay);
  }

  /** What was sent to {@link from} has left: the other one is read from again. */
  drained(): void {
    this.to._ttResume(Pause.relay);
  }

  opened(): void {
    this.#guest = this.from._ttGuest;
    this.other.#go();
  }

  /** The other one is open. */
  #go(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const data of kept) this.received(data);
    if (this.#isEnded) this.to.ttsc__end();
    this.from._ttResume(Pause.relay);
  }

  peerEnded(): void {
    if (this.#guest?.isWhole === false) return;
    this.#isEnded = true;
    if (this.#kept === undefined) this.to.ttsc__end();
  }

  broke(): void {}

  holdsFinish(goOn: () => void): boolean {
    if (this.#drain === 0) return false;
    this.#drainAlarm ??= Alarm.after(this.from, this.#drain, goOn);
    return this.#drainAlarm.isSet;
  }

  get finishDeadline(): number {
    return this.#drainAlarm?.at ?? -Infinity;
  }

  over(info: DisconnectInfo): void {
    this.#drainAlarm?.clear();
    if (this.#isOver) return;
    this.#isOver = this.other.#isOver = true;
    const told = this.#isCut(info) ? { ...info, error: info.error ?? this.#cut(info) } : info;
    for (const end of [this, this.other]) end.#tell(this.from, told);
    this.#endOther(told);
  }

  /** Whether more was to come, and nobody meant here that it should not. */
  #isCut({ reason, truncated, error }: DisconnectInfo): boolean {
    if (!IN_ORDER.has(reason) || truncated === true || error !== undefined) return true;
    // Where it was ended because the other one had, its peer was still to say its own end.
    const isAwaited = reason === 'peerEnded' || this.other.#isEnded;
    return isAwaited && this.#guest?.isWhole === false;
  }

  #cut({ reason }: DisconnectInfo): Error | undefined {
    return IN_ORDER.has(reason) ? fail('TT_STREAM_CUT', { tonic: this.from.name, reason }) : undefined;
  }

  #tell(endedBy: TcpConnection<string>, { reason: why, error }: DisconnectInfo): void {
    const { from, to: other } = this;
    const reason = this.#isEnded && this.other.#isEnded && error === undefined ? 'peerEnded' : why;
    const end: RelayEnd = { other, toOther: this.#given, fromOther: this.other.#given, endedBy, reason, error };
    from._ttEmit('ttse__onRelayEnded', end);
  }

  #endOther(info: DisconnectInfo): void {
    const { from, to } = this;
    const { reason, error } = info;
    if (IN_ORDER.has(reason) && error === undefined) to.ttsc__close();
    else to._ttCutOff(fail('TT_RELAY_BROKEN', { tonic: to.name, other: from.name, reason }, error));
    to._ttResume(Pause.relay);
  }
}

/** Ends after which what came is known to be whole, or was meant here to end so. */
const IN_ORDER: ReadonlySet<DisconnectReason> = new Set<DisconnectReason>([
  'peerEnded',
  'closedHere',
  'finished',
  'idle',
]);
