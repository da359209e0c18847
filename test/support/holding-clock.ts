import type { Clock } from '../../src/index.js';

/** A clock that knows how many of its timers are set that hold a process open. */
export class HoldingClock implements Clock {
  readonly #clock: Clock;
  readonly #holding = new Set<unknown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get holding(): number {
    return this.#holding.size;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimer(callback: () => void, ms: number, hold = true): unknown {
    const timer = this.#clock.setTimer(
      () => {
        this.#holding.delete(timer);
        callback();
      },
      ms,
      hold,
    );
    if (hold) this.#holding.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#holding.delete(timer);
    this.#clock.clearTimer(timer);
  }

  afterPoll(callback: () => void): void {
    this.#clock.afterPoll(callback);
  }
}
