import type { Clock } from '../../core/time/clock.js';
import type { Due, TimerQueue } from '../../core/time/timer-queue.js';

/** Looks again and again whether files of certificates have changed. */
export class CertificateWatch implements Due {
  at = 0;
  slot = -1;
  readonly #clock: Clock;
  readonly #timers: TimerQueue;
  readonly #every: number;
  readonly #look: () => void;

  constructor(
    { clock, timers }: { readonly clock: Clock; readonly timers: TimerQueue },
    every: number,
    look: () => void,
  ) {
    this.#clock = clock;
    this.#timers = timers;
    this.#every = every;
    this.#look = look;
    this.#wait();
  }

  fire(): void {
    this.#wait();
    this.#look();
  }

  stop(): undefined {
    this.#timers.remove(this);
    return undefined;
  }

  #wait(): void {
    this.at = this.#clock.now() + this.#every;
    this.#timers.add(this);
  }
}
