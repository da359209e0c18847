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
  ran: number;
}

/**
 * Counts the orders of other places as they are carried out, one by one: so it is known at any moment, also at that of a crash, which of
 * them were. They run in the order in which they were queued.
 */
export class Progress {
  readonly #runs: Run[] = [];

  /** One order of the other place was queued, as `each` orders of the queue; as none where it reached nobody. */
  queued(from: Progressing, each: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last.from === from && last.each === each) last.count++;
    else this.#runs.push({ from, each, count: 1, ran: 0 });
    if (each === 0 && this.#runs.length === 1) this.#skipNone();
  }

  /** An order of the queue that came from another place has run. */
  ran(): void {
    const run = this.#runs[0];
    if (run === undefined || ++run.ran < run.each) return;
    run.ran = 0;
    run.from.carriedOut(1);
    if (--run.count > 0) return;
    this.#runs.shift();
    this.#skipNone();
  }

  #skipNone(): void {
    for (let run = this.#runs[0]; run?.each === 0; run = this.#runs[0]) {
      run.from.carriedOut(run.count);
      this.#runs.shift();
    }
  }
}
