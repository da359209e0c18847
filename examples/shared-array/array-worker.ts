import { Catalyst } from 'tasktonic';
import { fill, sum } from './numbers.js';

/** Works on numbers in a thread. Whether they are shared, copied or moved is a matter of whoever calls it. */
export class ArrayWorker extends Catalyst {
  static override readonly module = import.meta.url;

  ttsc__start(done: () => void): void {
    done();
  }

  /** What was written before an order was sent is seen by whoever has received it: so `done` needs no lock and no Atomics. */
  ttsc__fill(numbers: Float64Array, seed: number, done: () => void): void {
    fill(numbers, seed);
    done();
  }

  ttsc__sort(numbers: Float64Array, done: () => void): void {
    numbers.sort();
    done();
  }

  ttsc__sum(numbers: Float64Array, done: (sum: number) => void): void {
    done(sum(numbers));
  }
}
