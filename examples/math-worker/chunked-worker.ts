import { Catalyst, ChunkedWork, type Remote, type WorkInfo } from 'tasktonic';
import type { Counter, CounterClient } from './counter.js';
import { countPrimes } from './primes.js';

/** How long it works in one go, in ms: so long a command waits at most. */
const SLICE_MS = 8;
/** Between two places to pause. */
const NUMBERS_PER_STEP = 500;

/** Counts primes some milliseconds at a time, so that a cancel is heard meanwhile. */
export class ChunkedWorker extends Catalyst.with({ states: ['idle', 'counting'] }) implements Counter {
  static override readonly module = import.meta.url;

  declare readonly base: Remote<CounterClient>;

  #work: ChunkedWork<number, number> | undefined;

  ttse__onStart(): void {
    this.toState('idle');
  }

  /** Callers see this one. Where it is not idle it is all there is: a second count does nothing. */
  ttsc__count(_below: number): void {}

  ttsc_idle__count(below: number): void {
    this.#work = new ChunkedWork({ work: () => primesBelow(below), slice: SLICE_MS, name: 'primes' });
    this.toState('counting');
  }

  ttse__onPrimesProgress({ progress = 0 }: WorkInfo<number>): void {
    this.base.ttse__onProgress(progress);
  }

  ttse__onPrimesDone(primes: number, { ms }: WorkInfo<number>): void {
    this.base.ttse__onCounted(primes, ms);
    this.toState('idle');
  }

  /** Where it does not count there is nothing to cancel. */
  ttsc__cancel(): void {}

  ttsc_counting__cancel(): void {
    this.#work?.ttsc__cancel();
  }

  ttse__onPrimesCancelled({ progress = 0 }: WorkInfo<number>): void {
    this.base.ttse__onCancelled(progress);
    this.toState('idle');
  }
}

/** Yields how far it is, from 0 to 1. */
function* primesBelow(below: number): Generator<number, number> {
  let primes = 0;
  for (let from = 0; from < below; from += NUMBERS_PER_STEP) {
    const to = Math.min(from + NUMBERS_PER_STEP, below);
    primes += countPrimes(from, to);
    yield to / below;
  }
  return primes;
}
