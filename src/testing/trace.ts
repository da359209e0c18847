/** A Tonic as it was at one moment. */
export interface TracePoint {
  /** The virtual time, in ms since the world began. */
  readonly at: number;
  readonly state: string | undefined;
  /** Frozen copies of the probes asked for. */
  readonly probes: Readonly<Record<string, unknown>>;
}

/** The same after a sparkle and the transitions that it asked for. */
export interface TraceExit extends TracePoint {
  /** Whether the Catalyst still runs. */
  readonly catalystRuns: boolean;
}

/** One sparkle that ran. */
export interface TraceEntry {
  /** The number of the entry in the world, from 1. */
  readonly nr: number;
  /** The host of the app. */
  readonly host: string;
  /** The Tonic's id then. */
  readonly id: number;
  /** Its name then. */
  readonly tonic: string;
  /** The sparkle by the name it was called by, such as `ttsc__open`. */
  readonly sparkle: string;
  /** Frozen copies of the arguments when it began; deep or large values are cut off.
   */
  readonly args: readonly unknown[];
  /** Who queued it; `undefined` where no Tonic did. */
  readonly source: TraceSource | undefined;
  /** Whether it ran within another one: an extra sparkle, such as `ttse__onEnter`. */
  readonly extra: boolean;
  readonly atEnter: TracePoint;
  /** `undefined` while it runs. */
  readonly atExit: TraceExit | undefined;
  /** What it threw. */
  readonly error: string | undefined;
}

/** Who queued a sparkle of the trace. */
export interface TraceSource {
  readonly id: number;
  readonly name: string;
  readonly sparkle: string | undefined;
}

/** A {@link TraceEntry} as it is written: it is made whole and frozen when somebody reads it, which most never are. */
export interface TraceRecord extends Omit<TraceEntry, 'atEnter' | 'atExit' | 'error'> {
  readonly enteredAt: number;
  readonly enteredState: string | undefined;
  readonly enteredProbes: Readonly<Record<string, unknown>>;
  ended: boolean;
  exitedAt: number;
  exitedState: string | undefined;
  exitedProbes: Readonly<Record<string, unknown>>;
  catalystRuns: boolean;
  error: string | undefined;
}

/** The entry of a record, frozen. */
export function entryOf(record: TraceRecord): TraceEntry {
  const { nr, host, id, tonic, sparkle, args, source, extra, error } = record;
  const atEnter: TracePoint = Object.freeze({
    at: record.enteredAt,
    state: record.enteredState,
    probes: record.enteredProbes,
  });
  const { exitedAt: at, exitedState: state, exitedProbes: probes, catalystRuns } = record;
  const atExit = record.ended ? Object.freeze({ at, state, probes, catalystRuns }) : undefined;
  if (source !== undefined) Object.freeze(source);
  return Object.freeze({ nr, host, id, tonic, sparkle, args, source, extra, atEnter, atExit, error });
}

/** A bounded list: the newest are kept. */
export class RingBuffer<T> implements Iterable<T> {
  readonly #items: T[] = [];
  readonly #limit: number;
  #next = 0;
  /** How many the newer ones have pushed out. */
  dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#items.length < this.#limit) return void this.#items.push(item);
    this.dropped++;
    if (this.#limit === 0) return;
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#limit;
  }

  /** The oldest first. */
  *[Symbol.iterator](): IterableIterator<T> {
    yield* this.#items.slice(this.#next);
    yield* this.#items.slice(0, this.#next);
  }
}
