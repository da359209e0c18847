import type { IncomingMessage } from 'node:http';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import type { Task } from '../../../core/guests/task.js';
import type { OrderForm } from '../../../core/queue/order.js';
import type { Framing } from '../../../framing/framing.js';
import { FRAMES_AT_ONCE, FrameFeed, type FeedOwner } from '../../../tonics/tcp/connection/frame-feed.js';
import type { Hearer } from '../hearer.js';
import type { BodyOwner } from './body-owner.js';

/** The sparkles that hear of frames. */
export interface FrameHearers {
  readonly onFrame: Hearer;
  readonly onError: Hearer | undefined;
  readonly onEnd: Hearer | undefined;
}

/**
 * The frames in the body of a request, each heard by a sparkle.
 *
 * ```text
 *   request -> read() -> FrameFeed -> one order -> the sparkle -> next ...     all heard: read() again
 * ```
 *
 * It has one order on the queue at most. While that waits, and while it is paused, nothing is read: so the peer is held back.
 */
export class BodyFrames implements FeedOwner, Task {
  readonly #exchange: BodyOwner;
  readonly #request: IncomingMessage;
  readonly #feed: FrameFeed;
  readonly #hearers: FrameHearers;
  readonly #limit: number;
  #bytes = 0;
  #isPaused = false;
  /** The body has come to its end. */
  #hasEnded = false;
  /** Nothing more is heard of it. */
  #isOver = false;

  constructor(exchange: BodyOwner, framing: Framing<unknown>, hearers: FrameHearers, limit: number) {
    this.#exchange = exchange;
    this.#feed = new FrameFeed(this, framing);
    this.#hearers = hearers;
    this.#limit = limit;
    const request = (this.#request = exchange._ttTakeBody());
    request.on('readable', () => this.#read());
    request.on('end', () => this.#ended());
    request.on('close', () => this.#cut());
    // It closes as well; without this the error would be nobody's.
    request.on('error', () => {});
    if (request.destroyed) this.#cut();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#goOn();
  }

  /** The exchange is answered: what else comes is not heard. */
  stop(): void {
    this.#isOver = true;
  }

  #read(): void {
    const feed = this.#feed;
    if (this.#isOver) return void this.#request.read();
    if (this.#isPaused || feed.queued || !feed.dry) return;
    const chunk = this.#request.read() as Buffer | null;
    if (chunk === null) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limit) {
      this.#tell(fail('TT_BODY_TOO_LONG', { what: this.#exchange.toString(), max: this.#limit }));
      return this.stop();
    }
    feed.push(chunk);
    return this.#queue();
  }

  #queue(): void {
    this.#feed.queued = true;
    this.#hearers.onFrame.tonic._ttss__run(this);
  }

  /** Its order has its turn: from now on the Catalyst asks for one frame after the other. */
  run(): void {
    this.#feed.begin(FRAMES_AT_ONCE);
    this.#hearers.onFrame.tonic._ttScheduler.follow(this.#feed);
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#goOn();
  }

  #goOn(): void {
    const feed = this.#feed;
    if (this.#isOver || this.#isPaused || feed.queued) return;
    if (!feed.dry || (this.#hasEnded && feed.end())) return this.#queue();
    if (!this.#hasEnded) return this.#read();
    this.#isOver = true;
    this.#hearers.onEnd?.tell(this.#exchange);
  }

  #cut(): void {
    if (this.#hasEnded || this.#isOver) return;
    this.#tell(fail('TT_BODY_CUT', { what: this.#exchange.toString(), bytes: this.#bytes }));
    this.#isOver = true;
  }

  #tell(error: TaskTonicError): void {
    if (this.#hearers.onError !== undefined) this.#hearers.onError.tell(error, this.#exchange);
    else if (this.#exchange.open) this.#exchange.fail(error);
  }

  // ---- What the feed asks ----

  /** @internal */
  get _ttHearsFrames(): boolean {
    return !this.#isOver && !this.#isPaused;
  }

  /** @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown): boolean {
    return fill(form, this.#hearers.onFrame, frame, this.#exchange);
  }

  /** @internal */
  _ttBadFrameOrder(form: OrderForm, error: TaskTonicError): boolean {
    const { onError } = this.#hearers;
    if (onError !== undefined) return fill(form, onError, error, this.#exchange);
    this.#tell(error);
    this.stop();
    return false;
  }

  /** @internal */
  _ttFramesBroke(): void {
    this.stop();
  }

  /** @internal */
  _ttFramesRest(): void {
    if (this.#isOver) this.#request.resume();
    else this.#goOn();
  }
}

function fill(form: OrderForm, { tonic, sparkle }: Hearer, value: unknown, exchange: BodyOwner): boolean {
  form.tonic = tonic;
  form.sparkle = sparkle;
  form.count = 2;
  form.a = value;
  form.b = exchange;
  form.source = form.sourceSparkle = undefined;
  return true;
}
