import type { OrderForm } from '../../../core/queue/order.js';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { Framing } from '../../../framing/framing.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { StreamChannel } from '../../../selector/network.js';
import { FRAMES_AT_ONCE, type FeedOwner, FrameFeed } from './frame-feed.js';
import { FrameWatch } from './watches/frame-watch.js';
import { framingOf } from '../../../framing/framing-option.js';
import { OneFrame } from '../../../framing/one-frame.js';
import { Pause } from './pause.js';
import { ReadPace } from './watches/read-pace.js';
import { rateOf } from '../../rate-option.js';
import { SendingConnection } from './sending-connection.js';
import type { InputEvent } from './unheard-input.js';
import type { SendResult } from '../../socket-tonic.js';
import type { Taker } from './streams/taker.js';

/** Counters of a connection. A message is one event `onData` or `onFrame`, or one send. */
export interface Traffic {
  receivedBytes: number;
  receivedMessages: number;
  sentBytes: number;
  sentMessages: number;
  /** Frames that were skipped, since they were longer than their framing allows. */
  skippedFrames: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * How a connection receives: what it reads in a turn, what pauses that, and what it counts. It hears chunks, or with a framing frames.
 * Then what has come and was not heard yet is in its {@link FrameFeed}; more is read when that has no whole frame.
 */
export abstract class ReceivingConnection<State extends string = never, Frame = unknown, Sent = Frame>
  extends SendingConnection<State>
  implements FeedOwner
{
  /** @internal Why reading is paused, a sum of {@link Pause}; 0 where it is not. */ _ttPauses = 0;
  /** Over all its connections. */
  #receivedBytes = 0;
  /** @internal */ _ttReceivedMessages = 0;
  /** Bytes that came from here and are postponed. */
  #kept = 0;
  /** @internal */ _ttFeed: FrameFeed | undefined = undefined;
  #watch: FrameWatch | undefined = undefined;
  /** Where it may read so much in a second. */
  #pace: ReadPace | undefined = undefined;
  /** What the socket told while its frames were not all heard. */
  #missed: InterestSet = Interest.NONE;
  /** Skipped on connections before this one, and by framings that are gone. */
  #skipped = 0;

  /** A frame was received. With a framing there is no `onData`. */
  ttse__onFrame?(frame: Frame): void | undefined;

  /** @internal Who takes what comes in place of its Tonic. */
  get _ttTaker(): Taker | undefined {
    return this._ttExtras?.taker as Taker | undefined;
  }

  /** @internal What cannot be done any more where another one has what comes. */
  _ttRefusesTaken(what: string): void {
    if (this._ttTaker !== undefined) throw fail('TT_TAKEN_OVER', { what, tonic: this.name, by: this._ttTaker.by });
  }

  /** @internal Whether what comes is heard; else it is dropped. */
  abstract get _ttHears(): boolean;
  /** @internal It cannot hear any further frame, and is to end. */
  abstract _ttFramesBroke(error: TaskTonicError): void;

  /**
   * Encodes a frame and sends it from one of its own sparkles, like `send()`.
   *
   * @throws {TaskTonicError} `TT_NO_FRAMING`; `TT_FRAME_NOT_ENCODED` where its framing refuses that frame; `TT_NOT_RUNNING` outside
   *   its own sparkles.
   */
  protected sendFrame(frame: Sent): SendResult {
    const framing = this._ttFraming;
    if (framing === undefined) throw fail('TT_NO_FRAMING', { class: this._ttPlan.className });
    return this.send(framing.encode(frame));
  }

  /** @internal That of what is sent; where there is no connection yet, that of the next one. */
  get _ttFraming(): Framing<unknown> | undefined {
    return this._ttChannel === undefined ? this.#declared : this._ttFeed?.framing;
  }

  get #declared(): Framing<unknown> | undefined {
    return this._ttSettings.framing ?? framingOf(this.constructor);
  }

  /**
   * Sets another framing from the next frame on, or none: then `onData` is called. Received input that was not handled
   * yet uses the new framing. The next connection of a client begins with the declared framing again.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles.
   */
  protected setFraming(framing: Framing<Frame, Sent> | undefined): void {
    this._ttNeedsOwnSparkle('setFraming()');
    this._ttRefusesTaken('setFraming()');
    const feed = this._ttFeed;
    const missed = this.#takeMissed();
    this.#watch = this.#watch?.stop();
    if (framing === undefined) {
      const rest = this.takeBuffered();
      this.#forget();
      if (rest.length > 0) this._ttRaise('ttse__onData', rest);
    } else if (feed === undefined) this._ttFeed = new FrameFeed(this, framing);
    else feed.change(framing);
    // What is there may hold frames now, or an end that was put off.
    this._ttKey?.again(Interest.READ | missed);
  }

  /**
   * Sets another framing for the next frame only; those behind it use that of now. So is read what a command announces: the text after DATA
   * of SMTP, so many bytes. `sendFrame()` goes on with the framing of now. A frame that is bad counts as the next one; one that is too long
   * is told when its end has come, unless the framing says `onTooLong: 'close'`.
   *
   * @throws {TaskTonicError} `TT_NO_FRAMING` where there is none now; `TT_NOT_RUNNING` outside its own sparkles.
   */
  protected setFramingOnce(framing: Framing<Frame, never>): void {
    const now = this._ttFraming;
    if (now === undefined) throw fail('TT_NO_FRAMING', { class: this._ttPlan.className });
    this.setFraming(new OneFrame(framing, now as Framing<Frame, Sent>));
  }

  /**
   * Returns received input that was not handled yet, for code that takes over the stream; later bytes come as before.
   * Empty without a framing.
   */
  protected takeBuffered(): Buffer {
    return this._ttFeed?.take() ?? NOTHING;
  }

  /** Of all its connections: frames that were left out, since they were too long. */
  get #skippedFrames(): number {
    return this.#skipped + (this._ttFeed?.skipped ?? 0);
  }

  /** @internal */
  override _ttBeginsAnew(): void {
    super._ttBeginsAnew();
    this.#forget();
    const framing = this.#declared;
    if (framing !== undefined && this._ttTaker?.takes !== 'bytes') this._ttFeed = new FrameFeed(this, framing);
    const { readRate, sharedRead } = this._ttSettings;
    if (readRate !== undefined || sharedRead !== undefined)
      this.#pace ??= new ReadPace(this, rateOf(readRate), sharedRead);
  }

  #forget(): void {
    this.#skipped = this.#skippedFrames;
    this._ttFeed = undefined;
    this.#missed = Interest.NONE;
    this.#watch = this.#watch?.stop();
  }

  /** @internal It is closed. */
  _ttNoMoreFrames(): void {
    this.#pace?.stop();
    if (this._ttFeed !== undefined) this.#forget();
  }

  /**
   * Reads; what is left has another turn.
   * @returns whether all has come, and is heard.
   * @internal
   */
  _ttRead(channel: StreamChannel, ready: InterestSet): boolean {
    const feed = this._ttFeed;
    if (feed !== undefined && this._ttHears) return this.#readFrames(feed, channel, ready);
    const isAll = this.#readChunks(channel);
    if (!isAll) this._ttKey?.again((ready & Interest.HANGUP) | Interest.READ);
    return isAll;
  }

  /**
   * Reads what it may in this turn; the rest stays in the channel, as does what no order can be put for.
   * @returns whether that was all.
   */
  #readChunks(channel: StreamChannel): boolean {
    const catalyst = this._ttCatalyst;
    const hears = this._ttHears;
    if (hears && this._ttExtras?.taker !== undefined) return this.#readForTaker(channel, this._ttTaker!);
    for (let share = hears ? catalyst._ttGate.share : Infinity; share > 0;) {
      const data = channel.take(share);
      if (data === undefined) return true;
      if (!hears) {
        this.#receivedBytes += data.length;
        continue;
      }
      this._ttReceivedMessages++;
      this.#received(data);
      this._ttBring('ttse__onData', data);
      // That order counts: the queue may be full now.
      share = Math.min(share - data.length, catalyst._ttGate.share);
    }
    return false;
  }

  /** No order is made of what another one takes: it is bounded by what that one takes. */
  #readForTaker(channel: StreamChannel, taker: Taker): boolean {
    while (this._ttPauses === 0) {
      const data = channel.take(taker.room);
      if (data === undefined) return true;
      this._ttReceivedForTaker(data);
      taker.received(data);
    }
    return false;
  }

  /** @internal Counts what another one takes. */
  _ttReceivedForTaker({ length }: Buffer): void {
    this._ttReceivedMessages++;
    this.#receivedBytes += length;
    if (this.#pace !== undefined) this.#pace.took(length);
  }

  /**
   * Its frames are bytes from now on.
   * @returns those that were not heard.
   * @internal
   */
  _ttUnframe(): Buffer {
    const rest = this.takeBuffered();
    const missed = this.#takeMissed();
    this.#watch = this.#watch?.stop();
    if (this._ttFeed !== undefined) this.#forget();
    this._ttKey?.signal(Interest.READ | missed);
    return rest;
  }

  /** @internal What has come and was not heard is to be read once more, by who has taken it over. */
  _ttUnread(channel: StreamChannel, bytes: readonly Buffer[]): void {
    const all = bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes);
    this.#receivedBytes -= all.length;
    channel.putBack(all);
  }

  #received({ length }: Buffer): void {
    this.#receivedBytes += length;
    if (this.#pace !== undefined) this.#pace.took(length);
    this._ttCatalyst._ttGate.received(length);
  }

  /**
   * Reads when all frames of what came before are heard.
   * @returns whether all has come, and is heard.
   */
  #readFrames(feed: FrameFeed, channel: StreamChannel, ready: InterestSet): boolean {
    const share = this._ttCatalyst._ttGate.share;
    const goesOn = !feed.dry;
    const reads = !goesOn && !feed.queued && share > 0;
    // An end is told once, and may come while nobody reads.
    this.#missed |= reads ? ready & Interest.HANGUP : ready;
    if (feed.queued) return false;
    if (reads) {
      this.#take(feed, channel, share);
      // What was cut off under TLS has no last frame.
      if (feed.dry && !(channel.ended && channel.truncated !== true && feed.end())) {
        this.#missed = Interest.NONE;
        return true;
      }
    }
    if (share > 0) this.#queueFrames(feed, goesOn ? this._ttCatalyst._ttGate.frames : FRAMES_AT_ONCE);
    else this._ttKey?.again(Interest.READ | this.#takeMissed());
    return false;
  }

  #take(feed: FrameFeed, channel: StreamChannel, share: number): void {
    for (let left = share; left > 0;) {
      const data = channel.take(left);
      if (data === undefined) return;
      this.#received(data);
      feed.push(data);
      left -= data.length;
    }
  }

  #queueFrames(feed: FrameFeed, most: number): void {
    feed.queued = true;
    this._ttss__frames(most);
  }

  /** @internal */
  _ttss__frames(most: number): void {
    const feed = this._ttFeed;
    if (feed === undefined) return;
    feed.begin(most);
    this._ttScheduler.follow(feed);
  }

  // ---- What its feed asks ----

  /** @internal */
  get _ttHearsFrames(): boolean {
    // What was read has been paid for, and is heard.
    return (this._ttPauses & ~(Pause.finish | Pause.rate)) === 0 && this._ttHears;
  }

  /** Its end comes by itself: what it has not heard would not be heard with a later turn. */
  get #isFinishing(): boolean {
    return (this._ttPauses & Pause.finish) !== 0 && this._ttHearsFrames;
  }

  /** @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown, event: InputEvent = 'ttse__onFrame'): boolean {
    this._ttReceivedMessages++;
    const taker = this._ttTaker;
    if (taker !== undefined) {
      taker.received(frame);
      return false;
    }
    return this._ttFillInput(form, event, frame);
  }

  /** @internal */
  _ttBadFrameOrder(form: OrderForm, error: TaskTonicError): boolean {
    return this._ttFillError(form, error);
  }

  /** @internal */
  _ttFramesRest(feed: FrameFeed): void {
    const channel = this._ttChannel;
    // It may have another feed by now, which comes by itself.
    if (feed !== this._ttFeed || channel === undefined) return;
    if (!feed.dry && this.#isFinishing) return this.#queueFrames(feed, FRAMES_AT_ONCE);
    if (feed.dry && feed.buffered > 0) this.#watchFrame(feed);
    const missed = this.#takeMissed();
    if (!feed.dry || missed !== 0 || channel.received > 0 || channel.ended || channel.closed)
      this._ttKey?.again(Interest.READ | missed);
  }

  #takeMissed(): InterestSet {
    const missed = this.#missed;
    this.#missed = Interest.NONE;
    return missed;
  }

  /** The frame at hand has begun: it has so long to come. */
  #watchFrame(feed: FrameFeed): void {
    const { frameTimeout } = this._ttSettings;
    if (frameTimeout !== false) (this.#watch ??= new FrameWatch(this, frameTimeout)).begun(feed.place);
  }

  /** @internal The frame at that place has taken too long, also after another look at what has come. */
  _ttFrameLate(place: number, ms: number): void {
    const feed = this._ttFeed;
    if (feed === undefined || feed.queued) return;
    const { name: framing } = feed.framing;
    feed.fail(fail('TT_FRAME_TIMEOUT', { framing, ms, bytes: feed.buffered, place }));
    this.#queueFrames(feed, FRAMES_AT_ONCE);
  }

  // ---- What it has counted ----

  /** Its counters so far. */
  get traffic(): Readonly<Traffic> {
    return {
      receivedBytes: this.#receivedBytes,
      receivedMessages: this._ttReceivedMessages,
      sentBytes: this._ttSentBytes,
      sentMessages: this._ttSentMessages,
      skippedFrames: this.#skippedFrames,
    };
  }

  /** @internal What has passed on these sides so far: a sign of life where that grows. */
  _ttProgress(sides: InterestSet): number {
    // A peer that is not read from, since it takes too little, shows that it lives by what it takes.
    const seen = (this._ttPauses & Pause.unsent) === 0 ? sides : sides | Interest.WRITE;
    const received = (seen & Interest.READ) === 0 ? 0 : this.#receivedBytes;
    return (seen & Interest.WRITE) === 0 ? received : received + this._ttSentBytes - (this._ttChannel?.unsent ?? 0);
  }

  // ---- What pauses it ----

  /** @internal What came from here is postponed: with much of it, no more is read until it is heard. */
  override _ttKept(bytes: number): void {
    const { highWaterMark, lowWaterMark } = this._ttSettings;
    this.#kept += bytes;
    if (this.#kept > highWaterMark) this._ttPause(Pause.kept);
    else if (this.#kept <= lowWaterMark) this._ttResume(Pause.kept);
  }

  /** @internal */
  override _ttPause(reason: number): void {
    this._ttPauses |= reason;
    this._ttApplyInterest();
  }

  /** @internal */
  override _ttResume(reason: number): void {
    const wasPaused = this._ttPauses !== 0;
    this._ttPauses &= ~reason;
    this._ttApplyInterest();
    // The time in which nothing was read is not the peer's.
    if (wasPaused && this._ttPauses === 0) this.#watch?.excuse();
  }
}
ofFramework(ReceivingConnection);
