import * as v from 'valibot';
import { fail } from '../../../../core/errors.js';
import { parseOptions, within } from '../../../../core/options/option-schema.js';
import { Alarm } from '../../../alarm.js';
import type { DisconnectInfo, DisconnectReason } from '../disconnect.js';
import { Pause } from '../pause.js';
import { type RelayEnd, TcpConnection } from '../tcp-connection.js';
import { checkTakeOver, takeOver } from './take-over.js';
import type { Taker } from './taker.js';

const RELAY = 'relay()';

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
  readonly takes = 'bytes';
  readonly from: TcpConnection<string>;
  readonly to: TcpConnection<string>;
  readonly other: RelayedEnd;
  readonly #drain: number;
  #drainAlarm: Alarm | undefined;
  /** Bytes that went this way. */
  #given = 0;
  /** What came while the other one was not open. */
  #kept: Buffer[] | undefined = [];
  /** The peer has ended. */
  #isEnded = false;
  /** One of the two is closed. */
  #isOver = false;

  constructor(from: TcpConnection<string>, to: TcpConnection<string>, drain: number, other?: RelayedEnd) {
    this.from = from;
    this.to = to;
    this.#drain = drain;
    this.other = other ?? new RelayedEnd(to, from, drain, this);
    if (to._ttChannel === undefined) from._ttPause(Pause.relay);
    else this.#kept = undefined;
  }

  /** What fits below the high-water mark of the other one. */
  get room(): number {
    return Math.max(this.to._ttSettings.highWaterMark - this.to.unsentBytes, 1);
  }

  received(item: unknown): void {
    const data = item as Buffer;
    if (this.#isOver) return;
    if (this.#kept !== undefined) return void this.#kept.push(data);
    const { to } = this;
    this.#given += data.length;
    to._ttSend(data, data.length);
    if (to.unsentBytes >= to._ttSettings.highWaterMark) this.#holdBack();
  }

  receivedStraight(data: Buffer): 'kept' | 'left' {
    this.received(data);
    const { to } = this;
    const channel = to._ttChannel;
    if (channel === undefined || this.#kept !== undefined) return 'kept';
    channel.flush();
    return channel.handsToKernel === true && to.unsentBytes === 0 ? 'left' : 'kept';
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
    for (const end of [this, this.other]) end.#tell(this.from, info);
    this.#endOther(info);
  }

  #tell(endedBy: TcpConnection<string>, { reason: why, error }: DisconnectInfo): void {
    const { from, to: other } = this;
    const reason = this.#isEnded && this.other.#isEnded && error === undefined ? 'peerEnded' : why;
    const end: RelayEnd = { other, toOther: this.#given, fromOther: this.other.#given, endedBy, reason, error };
    from._ttEmit('ttse__onRelayEnded', end);
  }

  #endOther(info: DisconnectInfo): void {
    const { from, to } = this;
    if (isInOrder(info)) to.ttsc__close();
    else {
      const { reason, error } = info;
      to._ttCutOff(fail('TT_RELAY_BROKEN', { tonic: to.name, other: from.name, reason }, error));
    }
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

function isInOrder({ reason, truncated, error }: DisconnectInfo): boolean {
  return IN_ORDER.has(reason) && truncated !== true && error === undefined;
}
