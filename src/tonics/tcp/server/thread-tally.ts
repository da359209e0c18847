/** Lines of the processor's cache for each thread, so that they don't slow each other down: in bytes. */
const LINE = 128;

/** What a tally counts. */
export interface Counted<Total extends string, Now extends string> {
  /** What is counted for ever: 64 bits each, since 32 are full after some months. */
  readonly totals: readonly Total[];
  /** What there is just now: 32 bits each. */
  readonly now: readonly Now[];
}

/**
 * Counts of a server, each told with one addition. One that runs on several threads has a line for each, in memory that all of them
 * share: so its counts, and its limits, are those of the whole server.
 */
export class ThreadTally<Total extends string, Now extends string> {
  /** What the threads of a server share; `undefined` where there is one line. */
  readonly buffer: SharedArrayBuffer | undefined;
  readonly #totals: BigInt64Array;
  readonly #now: Int32Array;
  readonly #line: number;
  readonly #places: ReadonlyMap<string, number>;

  /**
   * @param buffer without it there is one line.
   * @param line the one that this thread counts in.
   */
  constructor({ totals, now }: Counted<Total, Now>, buffer?: SharedArrayBuffer, line = 0) {
    const memory = buffer ?? new ArrayBuffer(LINE);
    this.buffer = buffer;
    this.#totals = new BigInt64Array(memory);
    this.#now = new Int32Array(memory);
    this.#line = line;
    this.#places = new Map<string, number>([
      ...totals.map((what, at) => [what, at] as const),
      ...now.map((what, at) => [what, 2 * totals.length + at] as const),
    ]);
  }

  /** For so many threads: each has a line of its own, from 0 on, and the last is that of the thread which has the server. */
  static memory(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer((threads + 1) * LINE);
  }

  add(what: Total | 'failed', count = 1, line = this.#line): void {
    Atomics.add(this.#totals, line * (LINE / 8) + this.#places.get(what)!, BigInt(count));
  }

  sum(what: Total | 'failed'): number {
    let sum = 0n;
    for (let at = this.#places.get(what)!; at < this.#totals.length; at += LINE / 8)
      sum += Atomics.load(this.#totals, at);
    return Number(sum);
  }

  /** There are so many more, or fewer. */
  change(what: Now | 'open', by: number, line = this.#line): void {
    Atomics.add(this.#now, line * (LINE / 4) + this.#places.get(what)!, by);
  }

  /** There are so many in a line. @returns how many there were. */
  set(what: Now | 'open', count: number, line = this.#line): number {
    return Atomics.exchange(this.#now, line * (LINE / 4) + this.#places.get(what)!, count);
  }

  /** How many there are in a line. */
  nowIn(line: number, what: Now | 'open'): number {
    return Atomics.load(this.#now, line * (LINE / 4) + this.#places.get(what)!);
  }

  /** How many there are in all. */
  sumNow(what: Now | 'open'): number {
    let sum = 0;
    for (let at = this.#places.get(what)!; at < this.#now.length; at += LINE / 4) sum += Atomics.load(this.#now, at);
    return sum;
  }

  // ---- What a server has open ----

  /** One more is open. */
  opened(line = this.#line): void {
    this.change('open', 1, line);
  }

  closed(line = this.#line): void {
    this.change('open', -1, line);
  }

  get open(): number {
    return this.sumNow('open');
  }

  /** Those that are open in this thread. */
  get openHere(): number {
    return this.openIn(this.#line);
  }

  openIn(line: number): number {
    return this.nowIn(line, 'open');
  }

  /** What a thread had open has gone with it, and what it was handed and had not taken: all have failed. Tells how many. */
  closeAll(line: number): number {
    const open = this.set('open', 0, line);
    if (open > 0) this.add('failed', open, line);
    return open;
  }
}
