/** Whose orders they are, and who is told that they have run. */
export interface Progressing {
  /** So many more of its orders have been carried out. */
  carriedOut(count: number): void;
}

/** Orders one behind the other that came from one place: `each` is how many orders of the queue one of them became. */
interface Run {
  readonly from: Progressing;
  readonly each: number;
  count: number;
}

/**
 * Counts the orders of other places as they are carried out, one by one: so it is known at any moment, also at that of a crash, which of
 * them were. They run in the order in which they were queued.
 */
export class Progress {
  /** The first run, mostly the only one, and those behind it. */
  #from: Progressing | undefined;
  #each = 0;
  #count = 0;
  #ran = 0;
  readonly #behind: Run[] = [];

  /** So many orders of another place were queued, each as `each` orders of the queue; as none where it reached nobody. */
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

  /** An order of the queue that came from another place has run. */
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
