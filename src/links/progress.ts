/** The sender of orders, which is told when they were carried out. */
export interface Progressing {
  /** This many more of its orders were carried out. */
  carriedOut(count: number): void;
}

/** Consecutive orders of one sender. `each`: how many orders of the queue each of them became. */
interface Run {
  readonly from: Progressing;
  readonly each: number;
  count: number;
}

/**
 * Counts the orders of other threads as they are carried out, one by one. So at any moment, even after a crash, it is
 * known which were carried out. They run in the order in which they were queued.
 */
export class Progress {
  /** The first run, mostly the only one, and the runs after it. */
  #from: Progressing | undefined;
  #each = 0;
  #count = 0;
  #ran = 0;
  readonly #behind: Run[] = [];

  /** Orders of another thread were queued, each as `each` orders of the queue; 0 if it had no target. */
  queued(from: Progressing, count: number, each: number): void {
    if (this.#from === undefined) {
      if (each === 0) return from.carriedOut(count);
      this.#from = from;
      this.#each = each;
      this.#count = count;
      return undefined;
    }
    const last = this.#behind.at(-1);
    if (last !== undefined && last.from === from && last.each === each) last.count += count;
    else if (last === undefined && this.#from === from && this.#each === each) this.#count += count;
    else this.#behind.push({ from, each, count });
    return undefined;
  }

  /** An order that came from another thread was carried out. */
  ran(): void {
    const from = this.#from;
    if (from === undefined || ++this.#ran < this.#each) return;
    this.#ran = 0;
    from.carriedOut(1);
    if (--this.#count === 0) this.#next();
  }

  #next(): void {
    for (let run = this.#behind.shift(); run !== undefined; run = this.#behind.shift()) {
      if (run.each === 0) {
        run.from.carriedOut(run.count);
        continue;
      }
      this.#from = run.from;
      this.#each = run.each;
      this.#count = run.count;
      return;
    }
    this.#from = undefined;
  }
}
