import { type Remote, Tonic, transfer } from 'tasktonic';
import { ArrayWorker } from './array-worker.js';
import { isInOrder, sum } from './numbers.js';

const THREADS = 2;
const MIB = 2 ** 20;

const STEPS = ['starting', 'filling', 'sorting', 'summing', 'sharing', 'copying', 'moving'] as const;
type Done = (sum?: number) => void;

/** Has threads work on one array, step by step, each on its own part: at no time do two write to the same one. */
export class ArrayApp extends Tonic.with({ states: STEPS }) {
  readonly #numbers: Float64Array;
  readonly #parts: readonly Float64Array[];
  #workers: readonly Remote<ArrayWorker>[] = [];
  /** What is outstanding in this step, and what came back. */
  #waiting = 0;
  #results: (number | undefined)[] = [];
  #startedAt = 0;
  #calledAt = 0;

  constructor(private readonly mib: number) {
    // To compare and to copy so much takes long, and is meant: in mode `off` it is not flagged.
    super({ logMode: 'off' });
    this.#numbers = new Float64Array(new SharedArrayBuffer(mib * MIB));
    const size = this.#numbers.length / THREADS;
    this.#parts = Array.from({ length: THREADS }, (_, at) => this.#numbers.subarray(at * size, (at + 1) * size));
  }

  ttse__onStart(): void {
    this.#workers = this.#parts.map(() => ArrayWorker.spawn({ logMode: 'off' }));
    this.toState('starting');
  }

  // ---- On its parts, all threads at once ----

  ttse_starting__onEnter(): void {
    this.#byAll((worker, _part, done) => worker.ttsc__start(done));
  }

  ttse_starting__onAllDone(ms: number): void {
    console.log(`${this.mib} MiB of numbers in shared memory, ${THREADS} threads that started in ${ms.toFixed(0)} ms`);
    this.toState('filling');
  }

  ttse_filling__onEnter(): void {
    this.#byAll((worker, part, done, at) => worker.ttsc__fill(part, at + 1, done));
  }

  ttse_filling__onAllDone(ms: number): void {
    console.log(`  filled  ${shown(ms)}   main sees ${this.#glimpse()}`);
    this.toState('sorting');
  }

  ttse_sorting__onEnter(): void {
    this.#byAll((worker, part, done) => worker.ttsc__sort(part, done));
  }

  ttse_sorting__onAllDone(ms: number): void {
    const order = this.#parts.every(isInOrder) ? 'each part is in order' : 'IT IS NOT IN ORDER';
    console.log(`  sorted  ${shown(ms)}   main sees ${this.#glimpse()}: ${order}`);
    this.toState('summing');
  }

  ttse_summing__onEnter(): void {
    this.#byAll((worker, part, done) => worker.ttsc__sum(part, done));
  }

  ttse_summing__onAllDone(ms: number): void {
    const same = this.#parts.every((part, at) => sum(part) === this.#results[at]);
    const total = Math.round(this.#results.reduce<number>((all, one) => all + one!, 0)).toLocaleString('en');
    console.log(`  summed  ${shown(ms)}   ${total}, and main ${same ? 'gets the same' : 'GETS ANOTHER SUM'}`);
    this.toState('sharing');
  }

  // ---- All of it by one thread, handed over in three ways ----

  ttse_sharing__onEnter(): void {
    console.log('one thread sums all of it, from the call to the answer');
    this.#byFirst(this.#numbers);
  }

  ttse_sharing__onAllDone(ms: number): void {
    console.log(`  shared  ${shown(ms)}   of which the call took ${this.#callMs()}`);
    this.toState('copying');
  }

  ttse_copying__onEnter(): void {
    this.#byFirst(this.#numbers.slice());
  }

  ttse_copying__onAllDone(ms: number): void {
    console.log(`  copied  ${shown(ms)}   of which the call took ${this.#callMs()}: it copies`);
    this.toState('moving');
  }

  ttse_moving__onEnter(): void {
    this.#byFirst(transfer(this.#numbers.slice()));
  }

  ttse_moving__onAllDone(ms: number): void {
    console.log(`  moved   ${shown(ms)}   of which the call took ${this.#callMs()}, and here it is empty`);
    this.ttsc__finish();
  }

  // ---- What the steps have in common ----

  #byAll(call: (worker: Remote<ArrayWorker>, part: Float64Array, done: Done, at: number) => void): void {
    const done = this.#begin(THREADS);
    this.#workers.forEach((worker, at) => call(worker, this.#parts[at]!, done, at));
  }

  #byFirst(numbers: Float64Array): void {
    const done = this.#begin(1);
    this.#workers[0]!.ttsc__sum(numbers, done);
    this.#calledAt = performance.now();
  }

  #begin(count: number): Done {
    this.#waiting = count;
    this.#results = [];
    this.#startedAt = performance.now();
    return this.bind('ttse__onDone');
  }

  ttse__onDone(result?: number): void {
    // The source is whose thread called back.
    this.#results[this.#workers.findIndex(({ id }) => id === this.source?.id)] = result;
    if (--this.#waiting === 0) this.ttse__onAllDone(performance.now() - this.#startedAt);
  }

  ttse__onAllDone(_ms: number): void {}

  #callMs(): string {
    return `${(this.#calledAt - this.#startedAt).toFixed(1)} ms`;
  }

  #glimpse(): string {
    const { length } = this.#numbers;
    return [0, 1, length - 1].map((at) => this.#numbers[at]!.toFixed(4)).join(' ');
  }
}

function shown(ms: number): string {
  return `in ${ms.toFixed(1).padStart(7)} ms`;
}
