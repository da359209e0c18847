import type { RecordableHistogram } from 'node:perf_hooks';
import { nodePerfHooks } from './lazy-node.js';
import type { Clock } from './time/clock.js';
import type { Sparkle } from './plan/plan.js';

/** A queue that stores the time of each order while it has a clock. */
interface Stamped {
  stampWith: Clock | undefined;
}

/** A distribution of times, in ms. */
export interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What one sparkle of one class has cost a Catalyst. */
export interface SparkleMetrics {
  readonly className: string;
  readonly sparkle: string;
  readonly count: number;
  /** All its run time together, in ms. */
  readonly total: number;
  readonly run: Spread;
  /** How long its orders waited in the queue: long waits of a quick sparkle are the fault of the others. */
  readonly wait: Spread;
}

class Entry {
  readonly run = nodePerfHooks().createHistogram();
  readonly wait = nodePerfHooks().createHistogram();
  total = 0;
  constructor(readonly className: string) {}
}

/**
 * Counts, run times and queue waits of a Catalyst's sparkles, so that a late loop can be explained: whose sparkle ran
 * long, and whose orders waited for it. Off until {@link start}.
 */
export class Metrics {
  readonly #clock: Clock;
  readonly #queue: Stamped;
  #entries = new Map<Sparkle, Entry>();
  #on = false;

  /** @internal */
  constructor(clock: Clock, queue: Stamped) {
    this.#clock = clock;
    this.#queue = queue;
  }

  get on(): boolean {
    return this.#on;
  }

  /** Begins to measure, from nothing. */
  start(): void {
    this.#entries = new Map();
    this.#on = true;
    this.#queue.stampWith = this.#clock;
  }

  /** Ends it; the figures stay until the next start. */
  stop(): void {
    this.#on = false;
    this.#queue.stampWith = undefined;
  }

  /** The figures so far, what took the most time first. */
  report(): SparkleMetrics[] {
    const rows = Array.from(this.#entries, ([{ key }, { className, run, wait, total }]) => {
      return { className, sparkle: key, count: run.count, total, run: spread(run), wait: spread(wait) };
    });
    return rows.sort((a, b) => b.total - a.total);
  }

  /** @internal Times are in ms. */
  record(className: string, sparkle: Sparkle, run: number, wait: number): void {
    let entry = this.#entries.get(sparkle);
    if (entry === undefined) this.#entries.set(sparkle, (entry = new Entry(className)));
    entry.total += run;
    entry.run.record(nanoseconds(run));
    entry.wait.record(nanoseconds(wait));
  }
}

/** The histogram takes integers from 1 on. */
function nanoseconds(ms: number): number {
  return Math.max(Math.round(ms * 1e6), 1);
}

function spread(histogram: RecordableHistogram): Spread {
  const ms = (nanos: number): number => nanos / 1e6;
  return {
    mean: ms(histogram.mean),
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}
