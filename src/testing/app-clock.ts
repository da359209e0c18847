import type { Clock } from '../core/time/clock.js';
import type { VirtualClock } from './virtual-clock.js';

/** The clock of one app: it knows which timers the app has not cleared. */
export class AppClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #open = new Set<unknown>();
  #closed = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** How many timers of the app are set. */
  get open(): number {
    return this.#open.size;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimer(callback: () => void, ms: number): unknown {
    if (this.#closed) return undefined;
    const timer = this.#clock.setTimer(() => {
      this.#open.delete(timer);
      callback();
    }, ms);
    this.#open.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#open.delete(timer);
    this.#clock.clearTimer(timer);
  }

  afterPoll(callback: () => void): void {
    if (this.#closed) return;
    this.#clock.afterPoll(() => {
      if (!this.#closed) callback();
    });
  }

  /** Nothing of the app runs any more; `then` is called after a poll. */
  close(then?: () => void): void {
    this.#closed = true;
    for (const timer of this.#open) this.#clock.clearTimer(timer);
    this.#open.clear();
    if (then !== undefined) this.#clock.afterPoll(then);
  }
}
