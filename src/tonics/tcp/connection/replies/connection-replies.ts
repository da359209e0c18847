import type { AnyTonic } from '../../../../core/any-tonic.js';
import { type TaskTonicError, fail, toError } from '../../../../core/errors.js';
import { type OpenReplies, extrasOf } from '../../../../core/features/extras.js';
import { addOwed, settleOwed } from '../../../../core/asking/owed.js';
import { Reply, type ReplyTo, type SendResult, type Sendable } from '../../../../core/asking/reply.js';
import { runAs } from '../../../../core/running.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import { Watch, type Watched } from '../watches/connection-watches.js';
import { type Lost, Replies } from './replies.js';
import { Pause } from '../pause.js';
import type { SendingConnection } from '../sending-connection.js';
import { sizeOf } from '../../../socket-tonic.js';

const BOTH = Interest.READ | Interest.WRITE;

/** What its replies see of a connection. */
export interface Replying extends SendingConnection<string>, Watched {
  /** An answer that is owed cannot be given: that ends it. @internal */
  _ttReplyLost(error: TaskTonicError): void;
}

/**
 * The order of answers of a connection, as its sending knows it: what waits counts as unsent, is bounded, and is owed.
 *
 * It is there while a reply is open, so that a connection without one pays nothing for it.
 */
export class ConnectionReplies extends Replies implements OpenReplies, Watched {
  readonly #connection: Replying;
  readonly #watch: Watch | undefined;
  /** A send was told as waiting though not much waits: `onDrain` is to follow. */
  #drains = false;
  #paused = false;
  /** What {@link _ttProgress} told last. */
  #seen: number;

  constructor(connection: Replying) {
    super();
    this.#connection = connection;
    this.#seen = connection._ttProgress(BOTH);
    const { replyTimeout } = connection._ttSettings;
    if (replyTimeout !== false) this.#watch = new Watch(this, replyTimeout, () => this.#timedOut(replyTimeout));
  }

  /** Opens a reply; one of a connection that cannot send is not open. */
  static open(connection: Replying): Reply {
    return new Reply(
      connection._ttOrders.own > 0 ? new ComingPlace(connection) : ConnectionReplies.placeOf(connection),
    );
  }

  /** The next place. */
  static placeOf(connection: Replying): ReplyTo {
    if (connection._ttChannel === undefined || !connection._ttSends || connection._ttReplies?.closing !== undefined)
      return notOpen(connection);
    const replies = connection._ttReplies ?? new ConnectionReplies(connection);
    extrasOf(connection).replies = replies as ConnectionReplies;
    addOwed(connection);
    return replies.take();
  }

  // ---- How long the oldest one may take ----

  get _ttScheduler(): Watched['_ttScheduler'] {
    return this.#connection._ttScheduler;
  }

  /** What its peer does counts only where the reply waits for that: to take what was sent, or to send more. */
  get unsentBytes(): number {
    return this.needsInput ? Infinity : (this.#connection._ttChannel?.unsent ?? 0);
  }

  _ttProgress(sides: InterestSet): number {
    if (this.unsentBytes > 0) this.#seen = this.#connection._ttProgress(sides);
    return this.#seen;
  }

  /** What the poll has brought is not only seen but heard: that may be the answer. */
  _ttss__judge(watch: Watch): void {
    const connection = this.#connection;
    const judge = (): void => {
      if (connection._ttReplies === this) watch.judge();
    };
    connection._ttss__judge({ judge: () => connection._ttss__run({ run: judge }) });
  }

  #timedOut(ms: number): void {
    const { name: tonic } = this.#connection;
    this.#connection._ttReplyLost(fail('TT_REPLY_TIMEOUT', { tonic, ms, count: this.count - 1, bytes: this.bytes }));
  }

  // ---- Places ----

  protected override leave(data: Sendable, size: number): SendResult {
    return this.#connection._ttSend(data, size);
  }

  protected override mayWait(size: number): boolean {
    return this.#connection._ttMayWait(size);
  }

  protected override waits(): void {
    this.#drains = true;
    this.#connection._ttBlockAbove();
  }

  protected override moved(): void {
    this.#watch?.touch();
    this.counted();
  }

  /** At the bound reading pauses, unless the reply that the others wait for needs it. */
  protected override counted(): void {
    const connection = this.#connection;
    const { replyLimit } = connection._ttSettings;
    const pauses = !this.needsInput && this.count >= replyLimit;
    if (pauses && !this.#paused) connection._ttPause(Pause.replies);
    else if (!pauses && this.#paused) connection._ttResume(Pause.replies);
    this.#paused = pauses;
    connection._ttPaceReading();
  }

  protected override left(): void {
    settleOwed(this.#connection);
  }

  protected override over(): void {
    const connection = this.#connection;
    this.#stop();
    connection._ttTouch();
    if (connection._ttBacklog?.blocked === true) {
      if (this.unsentBytes <= connection._ttSettings.lowWaterMark) connection._ttKey?.signal(Interest.WRITE);
    } else if (this.#drains) connection._ttRaise('ttse__onDrain');
  }

  override lose(): Lost {
    this.#stop();
    return super.lose();
  }

  #stop(): void {
    extrasOf(this.#connection).replies = undefined;
    this.#watch?.stop();
    if (this.#paused) this.#connection._ttResume(Pause.replies);
    this.#paused = false;
  }

  protected override failed(error: unknown): void {
    const { name: tonic } = this.#connection;
    this.#connection._ttReplyLost(fail('TT_REPLY_FAILED', { tonic, count: this.count - 1 }, toError(error)));
  }

  protected override run(action: () => void): void {
    try {
      runAs(this.#connection, action);
    } catch (thrown) {
      this.#connection._ttss__throw(toError(thrown));
    }
  }

  override get owner(): AnyTonic {
    return this.#connection;
  }

  override refuse(size: number, why: string): SendResult {
    return refuse(this.#connection, size, why);
  }

  override later(step: () => void): void {
    this.#connection._ttss__run({ run: step });
  }

  letGo(): string[] {
    return new Array<string>(this.open).fill('an open reply');
  }
}

function refuse(connection: Replying, size: number, why: string): SendResult {
  if (!connection.finished) return connection._ttRefuse(size, why);
  connection._ttScheduler.logs.debug(connection, `${size} bytes of a reply were not sent: ${why}`);
  return 'refused';
}

/** The place of a reply that was opened while own sends wait as orders: it comes behind these, and what it is given behind that. */
class ComingPlace implements ReplyTo {
  readonly #connection: Replying;
  #place: ReplyTo | undefined;
  /** Steps that are on the queue. */
  #waiting = 0;

  constructor(connection: Replying) {
    this.#connection = connection;
    connection._ttInOrder(() => (this.#place = ConnectionReplies.placeOf(connection)));
  }

  get owner(): AnyTonic {
    return this.#connection;
  }

  get open(): boolean {
    return this.#place?.open ?? !this.#connection.finished;
  }

  send(data: Sendable): SendResult {
    if (this.#isThere) return this.#place!.send(data);
    sizeOf(data);
    return this.#later((place) => void place.send(data));
  }

  end(data?: Sendable): void {
    if (this.#isThere) return this.#place!.end(data);
    if (data !== undefined) sizeOf(data);
    return void this.#later((place) => place.end(data));
  }

  fail(error: unknown): void {
    if (this.#isThere) this.#place!.fail(error);
    else this.#later((place) => place.fail(error));
  }

  needsInput(): void {
    if (this.#isThere) this.#place!.needsInput();
    else this.#later((place) => place.needsInput());
  }

  get #isThere(): boolean {
    return this.#place !== undefined && this.#waiting === 0;
  }

  #later(step: (place: ReplyTo) => void): 'waiting' {
    this.#waiting++;
    const run = (): void => {
      this.#waiting--;
      step(this.#place!);
    };
    this.#connection._ttss__run({ run });
    return 'waiting';
  }
}

function notOpen(connection: Replying): ReplyTo {
  const send = (data: Sendable): SendResult =>
    refuse(connection, sizeOf(data), 'its reply was opened when the connection was closed, or closing');
  return {
    owner: connection,
    open: false,
    send,
    end: (data) => void (data !== undefined && send(data)),
    fail() {},
    needsInput() {},
  };
}
