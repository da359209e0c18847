import type { IncomingMessage } from 'node:http';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import type { Task } from '../../../core/features/task.js';
import type { OrderForm } from '../../../core/queue/order.js';
import type { Framing } from '../../../framing/framing.js';
import { FRAMES_AT_ONCE, FrameFeed, type FeedOwner } from '../../../tonics/tcp/connection/frame-feed.js';
import type { ExchangeSparkle } from '../exchange-sparkle.js';
import type { BodyOwner } from './body-owner.js';

/** The sparkles that get the frames. */
export interface FrameSparkles {
  readonly onFrame: ExchangeSparkle;
  readonly onError: ExchangeSparkle | undefined;
  readonly onEnd: ExchangeSparkle | undefined;
}

/**
 * The frames in the body of a request, each delivered to a sparkle.
 *
 * ```text
 *   request -> read() -> FrameFeed -> one order -> the sparkle -> next ...     all handled: read() again
 * ```
 *
 * It has at most one order in the queue. While that waits, and while it is paused, nothing is read, so the peer must
 * wait.
 */
export class BodyFrames implements FeedOwner, Task {
  readonly #exchange: BodyOwner;
  readonly #request: IncomingMessage;
  readonly #feed: FrameFeed;
  readonly #sparkles: FrameSparkles;
  readonly #limit: number;
  #bytes = 0;
  #isPaused = false;
  /** The whole body has arrived. */
  #hasEnded = false;
  /** No more frames are delivered. */
  #isOver = false;

  constructor(exchange: BodyOwner, framing: Framing<unknown>, sparkles: FrameSparkles, limit: number) {
    this.#exchange = exchange;
    this.#feed = new FrameFeed(this, framing);
    this.#sparkles = sparkles;
    this.#limit = limit;
    const request = (this.#request = exchange._ttTakeBody());
    request.on('readable', () => this.#read());
    request.on('end', () => this.#ended());
    request.on('close', () => this.#cut());
    // The event `close` follows and is handled. Without this listener the error would be uncaught.
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

  /** The exchange is answered: further frames are dropped. */
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
      this.#failWith(fail('TT_BODY_TOO_LONG', { what: this.#exchange.toString(), max: this.#limit }));
      return this.stop();
    }
    feed.push(chunk);
    return this.#queue();
  }

  #queue(): void {
    this.#feed.queued = true;
    this.#sparkles.onFrame.tonic._ttss__run(this);
  }

  /** Its order runs: from now on the Catalyst asks for one frame after the other. */
  run(): void {
    this.#feed.begin(FRAMES_AT_ONCE);
    this.#sparkles.onFrame.tonic._ttScheduler.follow(this.#feed);
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
    this.#sparkles.onEnd?.call(this.#exchange);
  }

  #cut(): void {
    if (this.#hasEnded || this.#isOver) return;
    this.#failWith(fail('TT_BODY_CUT', { what: this.#exchange.toString(), bytes: this.#bytes }));
    this.#isOver = true;
  }

  #failWith(error: TaskTonicError): void {
    if (this.#sparkles.onError !== undefined) this.#sparkles.onError.call(error, this.#exchange);
    else if (this.#exchange.open) this.#exchange.fail(error);
  }

  // ---- Questions of the feed ----

  /** @internal */
  get _ttHearsFrames(): boolean {
    return !this.#isOver && !this.#isPaused;
  }

  /** @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown): boolean {
    return fill(form, this.#sparkles.onFrame, frame, this.#exchange);
  }

  /** @internal */
  _ttBadFrameOrder(form: OrderForm, error: TaskTonicError): boolean {
    const { onError } = this.#sparkles;
    if (onError !== undefined) return fill(form, onError, error, this.#exchange);
    this.#failWith(error);
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

function fill(form: OrderForm, { tonic, sparkle }: ExchangeSparkle, value: unknown, exchange: BodyOwner): boolean {
  form.tonic = tonic;
  form.sparkle = sparkle;
  form.count = 2;
  form.a = value;
  form.b = exchange;
  form.source = form.sourceSparkle = undefined;
  return true;
}
