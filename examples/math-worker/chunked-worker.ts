import { Catalyst, type Remote } from 'tasktonic';
import type { Counter, CounterClient } from './counter.js';
import { countPrimes } from './primes.js';

/** How long a sparkle works, in ms: so long a command waits at most. */
const CHUNK_MS = 8;
/** Between two looks at the clock. */
const NUMBERS_PER_LOOK = 500;

/**
 * Counts primes some milliseconds at a time. Each chunk is an order behind those that have come meanwhile, so that a cancel is heard
 * between two of them.
 */
export class ChunkedWorker extends Catalyst<'idle' | 'counting' | 'stopping'> implements Counter {
  static override readonly states = ['idle', 'counting', 'stopping'];
  static override readonly module = import.meta.url;

  declare readonly base: Remote<CounterClient>;

  #below = 0;
  #next = 0;
  #primes = 0;
  #startedAt = 0;

  ttse__onStart(): void {
    this.toState('idle');
  }

  /** Callers see this one. Where it is not idle it is all there is: a second count does nothing. */
  ttsc__count(_below: number): void {}

  ttsc_idle__count(below: number): void {
    this.#below = below;
    this.#next = 0;
    this.#primes = 0;
    this.#startedAt = performance.now();
    this.toState('counting');
  }

  ttse_counting__onEnter(): void {
    this.tts__chunk();
  }

  tts__chunk(): void {}

  tts_counting__chunk(): void {
    const until = performance.now() + CHUNK_MS;
    while (this.#next < this.#below && performance.now() < until) {
      const end = Math.min(this.#next + NUMBERS_PER_LOOK, this.#below);
      this.#primes += countPrimes(this.#next, end);
      this.#next = end;
    }
    if (this.#next < this.#below) {
      this.base.ttse__onProgress(this.#next / this.#below);
      this.tts__chunk();
      return;
    }
    this.base.ttse__onCounted(this.#primes, performance.now() - this.#startedAt);
    this.toState('idle');
  }

  /** Where it does not count there is nothing to cancel. */
  ttsc__cancel(): void {}

  ttsc_counting__cancel(): void {
    this.toState('stopping');
  }

  /** The chunk that was queued already is the last one: a new count will not find it in its way. */
  tts_stopping__chunk(): void {
    this.base.ttse__onCancelled(this.#next / this.#below);
    this.toState('idle');
  }
}
