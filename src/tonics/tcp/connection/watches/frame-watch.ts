import type { Scheduler } from '../../../../core/scheduler.js';
import type { Due } from '../../../../core/time/timer-queue.js';
import { NextTurn } from './connection-watches.js';
import type { FrameFeed } from '../frame-feed.js';

/** What a watch over frames sees of its connection. */
export interface FrameWatched {
  readonly _ttScheduler: Scheduler;
  /** @internal */
  readonly _ttFeed: FrameFeed | undefined;
  /** Whether it would hear a frame now; while it would not, it is no fault of the peer's that none comes. @internal */
  readonly _ttHearsFrames: boolean;
  /** @internal */
  _ttFrameLate(place: number, ms: number): void;
}

/** Gives up a peer that begins a frame and does not finish it in time: one look at the clock for each period, not for each frame. */
export class FrameWatch implements Due {
  at = 0;
  slot = -1;
  readonly #watched: FrameWatched;
  readonly #timeout: number;
  /** The frame that has begun, and since when that is known. */
  #place = -1;
  #since = 0;
  #isOn = false;

  /** @param timeout how long a frame may take, in ms. */
  constructor(watched: FrameWatched, timeout: number) {
    this.#watched = watched;
    this.#timeout = timeout;
  }

  /** A part of the frame at that place has come. */
  begun(place: number): void {
    if (place === this.#place) return;
    this.#place = place;
    this.#since = this.#watched._ttScheduler.clock.now();
    if (!this.#isOn) this.#wait();
  }

  /** It begins anew for the frame at hand. */
  excuse(): void {
    this.#since = this.#watched._ttScheduler.clock.now();
  }

  fire(now: number): void {
    this.#isOn = false;
    if (!this.#isUnfinished) this.#place = -1;
    else if (now < this.#since + this.#timeout) this.#wait();
    else this.#watched._ttScheduler.timers.add(new NextTurn(() => this.#judge()));
  }

  stop(): undefined {
    this.#watched._ttScheduler.timers.remove(this);
    return undefined;
  }

  /** The loop may have been late, and not the peer: what had come by then has been seen now. */
  #judge(): void {
    const { _ttFeed: feed, _ttHearsFrames: hears } = this.#watched;
    if (feed === undefined) return;
    if (feed.queued || !hears) {
      this.excuse();
      this.#wait();
    } else if (this.#isUnfinished) this.#watched._ttFrameLate(this.#place, this.#timeout);
    else this.#place = -1;
  }

  get #isUnfinished(): boolean {
    const feed = this.#watched._ttFeed;
    return feed !== undefined && feed.buffered > 0 && feed.place === this.#place;
  }

  #wait(): void {
    this.#isOn = true;
    this.at = this.#since + this.#timeout;
    this.#watched._ttScheduler.timers.add(this);
  }
}
