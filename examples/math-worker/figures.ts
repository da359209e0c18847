import { type RecordableHistogram, createHistogram } from 'node:perf_hooks';

const BAR_WIDTH = 12;

/** What the example has to show: the calculations, and beside them how soon TCP is answered. */
export class Figures {
  /** Round trips, in microseconds. */
  readonly roundTrips: RecordableHistogram = createHistogram();
  #done = 0;
  #lastMs = 0;
  #share: number | undefined;

  counted(ms: number): void {
    this.#done++;
    this.#lastMs = ms;
    if (this.#share !== undefined) this.#share = 0;
  }

  /** Only of a calculation that tells it. */
  progressed(share: number): void {
    this.#share = share;
  }

  /** `primes [######------]  50 %, 3 done, last 1,204 ms | TCP 612: p50 0.11 ms, p99 0.48 ms` */
  toString(): string {
    const bar = this.#share === undefined ? '' : `${barOf(this.#share)}, `;
    const last = this.#done === 0 ? '' : `, last ${whole(this.#lastMs)} ms`;
    const { count } = this.roundTrips;
    const tcp = count === 0 ? '' : `: p50 ${this.#percentile(50)} ms, p99 ${this.#percentile(99)} ms`;
    return `primes ${bar}${whole(this.#done)} done${last} | TCP ${whole(count)}${tcp}`;
  }

  #percentile(percent: number): string {
    return (this.roundTrips.percentile(percent) / 1000).toFixed(2);
  }
}

/** `[######------]  50 %` */
export function barOf(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${percentOf(share).padStart(5)}`;
}

export function percentOf(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}
