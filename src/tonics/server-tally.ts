import type { TurnedAway } from '../selector/network.js';

/** What a server has counted. */
export interface ServerCounts {
  readonly accepted: number;
  readonly open: number;
  /** By why they were turned away. */
  readonly turnedAway: Readonly<Record<TurnedAway['reason'], number>>;
  /** Connections whose protocol threw. */
  readonly failed: number;
}

/** Places in the line of a thread. */
const PLACES = { accepted: 0, open: 1, failed: 2, maxConnections: 3, descriptors: 4, paused: 5 } as const;
type Counted = keyof typeof PLACES;
/** A line of the processor's cache for each thread, so that they don't slow each other down. */
const LINE = 16;

/**
 * The counts of a server. One whose connections run on several threads has a line for each, in memory that all of them share: so its
 * counts, and its limit, are those of the whole server.
 */
export class ServerTally {
  readonly #lines: Int32Array;
  readonly #line: number;

  /**
   * @param buffer what the threads of a server share; without it there is one line.
   * @param index the line that this thread counts in.
   */
  constructor(
    readonly buffer: SharedArrayBuffer | undefined = undefined,
    index = 0,
  ) {
    this.#lines = new Int32Array(buffer ?? new ArrayBuffer(LINE * 4));
    this.#line = index * LINE;
  }

  /** Memory for so many threads. */
  static shared(threads: number): ServerTally {
    return new ServerTally(new SharedArrayBuffer(threads * LINE * 4));
  }

  add(what: Counted, count = 1): void {
    Atomics.add(this.#lines, this.#line + PLACES[what], count);
  }

  /** Counts for another thread. */
  addTo(index: number, what: Counted, count = 1): void {
    Atomics.add(this.#lines, index * LINE + PLACES[what], count);
  }

  /** The thread with the fewest connections, of the first so many. */
  leastOpen(threads: number): number {
    let least = 0;
    for (let index = 1; index < threads; index++) if (this.#openOf(index) < this.#openOf(least)) least = index;
    return least;
  }

  #openOf(index: number): number {
    return Atomics.load(this.#lines, index * LINE + PLACES.open);
  }

  /** The connections of a thread have gone with it. */
  closeAll(index: number): void {
    Atomics.store(this.#lines, index * LINE + PLACES.open, 0);
  }

  get open(): number {
    return this.#sum('open');
  }

  get counts(): ServerCounts {
    return {
      accepted: this.#sum('accepted'),
      open: this.open,
      turnedAway: {
        maxConnections: this.#sum('maxConnections'),
        descriptors: this.#sum('descriptors'),
        paused: this.#sum('paused'),
      },
      failed: this.#sum('failed'),
    };
  }

  #sum(what: Counted): number {
    let sum = 0;
    for (let at = PLACES[what]; at < this.#lines.length; at += LINE) sum += Atomics.load(this.#lines, at);
    return sum;
  }
}
