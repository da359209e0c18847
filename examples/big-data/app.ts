import { Tonic } from 'tasktonic';
import { Store, type StoreEvent, type StoreHandle } from 'tasktonic/store';
import { partOf, Worker } from './worker.js';

const MIB = 2 ** 20;
const BAR_WIDTH = 30;

/** Puts a large array into the Store, has threads work on it, and shows how far they are. */
export class BigData extends Tonic {
  #store!: StoreHandle;
  #before = 0;
  #shown = -1;

  constructor(
    private readonly mib: number,
    private readonly threads: number,
  ) {
    super();
  }

  ttse__onStart(): void {
    this.#store = this.use(Store);
    this.#before = memory();
    this.#store.set('array/numbers', new Float64Array(new SharedArrayBuffer(this.mib * MIB)));
    this.#store.subscribe('array/parts/*/done', this.ttse__onProgress, { latest: true });
    this.#store.subscribe('array/parts/*/sum', this.ttse__onSum);
    console.log(`${this.mib} MiB of numbers lie in the Store; ${this.threads} threads fill them`);
    for (let part = 0; part < this.threads; part++) Worker.spawn(part, this.threads, { name: `worker-${part}` });
  }

  ttse__onProgress(_events: readonly StoreEvent[]): void {
    const parts = this.#store.at('array/parts').children();
    const percent = Math.floor(parts.reduce((sum, part) => sum + (part.get('done', 0) as number), 0) / this.threads);
    // Where there is no terminal a line stays, so there are fewer; the last one is always there.
    const step = process.stdout.isTTY ? 1 : 25;
    if (percent < Math.min(this.#shown + step, 100) || percent === this.#shown) return;
    this.#shown = percent;
    const full = Math.round((percent / 100) * BAR_WIDTH);
    const line = `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${percent} %`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
  }

  ttse__onSum(): void {
    const sums = this.#store
      .at('array/parts')
      .children()
      .map((part) => part.get('sum'));
    if (sums.length < this.threads || sums.includes(undefined)) return;
    const numbers = this.#store.get('array/numbers') as Float64Array;
    const isFilled = numbers.at(-1) === Math.sqrt(partOf(numbers, this.threads - 1, this.threads).length - 1);
    console.log(
      `\nmain ${isFilled ? 'sees what they wrote' : 'DOES NOT SEE WHAT THEY WROTE'}: their sum is ${total(sums).toExponential(3)}`,
    );
    const grown = memory() - this.#before;
    console.log(`the process has grown by ${grown} MiB: the array of ${this.mib} MiB, once, and the threads`);
    this.ttsc__finish();
  }
}

function total(sums: readonly unknown[]): number {
  return sums.reduce<number>((all, one) => all + (one as number), 0);
}

/** Of the process, in MiB. */
function memory(): number {
  return Math.round(process.memoryUsage().rss / MIB);
}
