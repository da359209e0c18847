import { Catalyst, type Remote } from 'tasktonic';
import type { Counter, CounterClient } from './counter.js';
import { countPrimes } from './primes.js';

/** Counts primes in one long sparkle. In a thread of its own that holds up nobody but itself. */
export class MathWorker extends Catalyst implements Counter {
  static override readonly module = import.meta.url;

  declare readonly base: Remote<CounterClient>;

  ttsc__count(below: number): void {
    const start = performance.now();
    const primes = countPrimes(0, below);
    this.base.ttse__onCounted(primes, performance.now() - start);
  }

  /** Heard only when the sparkle above has ended: too late. */
  ttsc__cancel(): void {}
}
