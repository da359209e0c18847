import { Catalyst, type CatalystOptions, ChunkedWork } from 'tasktonic';
import { Store, type StoreHandle } from 'tasktonic/store';

/** Between two places to pause. */
const NUMBERS_PER_STEP = 200_000;

/** Works on its part of the array that lies in the Store, and says there how far it is. */
export class Worker extends Catalyst {
  static override readonly module = import.meta.url;
  #store!: StoreHandle;

  constructor(
    private readonly part: number,
    private readonly parts: number,
    options: CatalystOptions = {},
  ) {
    super(options);
  }

  ttse__onStart(): void {
    this.#store = this.use(Store);
  }

  ttse__onStoreReady(): void {
    // Shared: what comes out of the Store is the memory itself, in every thread.
    const numbers = this.#store.get('array/numbers') as Float64Array;
    const part = partOf(numbers, this.part, this.parts);
    new ChunkedWork({ work: () => filled(part), name: 'fill' });
  }

  ttse__onFillProgress({ progress = 0 }: { readonly progress?: number }): void {
    this.#store.set(`array/parts/${this.part}/done`, Math.round(progress * 100));
  }

  ttse__onFillDone(sum: number): void {
    this.#store.set({ [`array/parts/${this.part}/done`]: 100, [`array/parts/${this.part}/sum`]: sum });
  }
}

/** The numbers of one worker, where `parts` of them share all; as many as each other, or one more. */
export function partOf(numbers: Float64Array, part: number, parts: number): Float64Array {
  const start = (of: number): number => Math.floor((of * numbers.length) / parts);
  return numbers.subarray(start(part), start(part + 1));
}

/** Fills with square roots, and gives their sum. */
function* filled(numbers: Float64Array): Generator<number, number> {
  let sum = 0;
  for (let from = 0; from < numbers.length; from += NUMBERS_PER_STEP) {
    const to = Math.min(from + NUMBERS_PER_STEP, numbers.length);
    for (let at = from; at < to; at++) sum += numbers[at] = Math.sqrt(at);
    yield to / numbers.length;
  }
  return sum;
}
