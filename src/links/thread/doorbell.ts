import type { Doorbell } from '../../core/queue/parker.js';
import type { ThreadMemory } from './thread-memory.js';

/** How long a loop polls before it parks, in ms: long enough for the answer of a thread that must be woken first. */
const LOOK = 0.05;
/** How often it reads the counter between two polls of the kernel, within less than a microsecond. */
const LOOKS = 100;
/** The share of time that polling without success may take, */
const SHARE = 0.01;
/** and the time that it may take at the beginning of each period, in ms. */
const GRACE = 1;
const SPAN = 1_000;
/** It polls if several waits in a row were ended by another thread within this many ms: then both threads are awake. */
const SOON = 0.25;
const ENOUGH = 4;

/**
 * A counter that other threads increase when they have sent something. While threads exchange messages without a pause,
 * a loop polls the counter for a short time before it parks. A message of that time is taken at once; a wake-up through
 * the kernel takes five times as long.
 *
 * At other times it does not poll: polling after a call to a sleeping thread delays the answer, because it occupies the
 * core on which the kernel would wake that thread. If polling finds nothing (the other threads get no core), it stops
 * until its share of the time has grown again: it costs at most one percent of a core.
 */
export class ThreadBell implements Doorbell {
  readonly #memory: ThreadMemory;
  readonly #drain: () => void;
  #seen = 0;
  #spanAt = -Infinity;
  #fruitless = 0;
  /** The number of short waits in a row. */
  #short = 0;

  /** @param drain takes the messages of other threads. */
  constructor(memory: ThreadMemory, drain: () => void) {
    this.#memory = memory;
    this.#drain = drain;
  }

  cameAfter(ms: number): void {
    this.#short = ms <= SOON ? this.#short + 1 : 0;
  }

  lookFor(now: number): number {
    if (this.#short < ENOUGH) return 0;
    if (now - this.#spanAt >= SPAN) {
      this.#spanAt = now;
      this.#fruitless = 0;
    }
    return this.#fruitless <= GRACE + (now - this.#spanAt) * SHARE ? LOOK : 0;
  }

  take(): boolean {
    let { rung } = this.#memory;
    // Reading memory several times costs less than a poll of the kernel.
    for (let looks = 0; rung === this.#seen && looks < LOOKS; looks++) rung = this.#memory.rung;
    if (rung === this.#seen) return false;
    this.#seen = rung;
    this.#drain();
    return true;
  }

  foundNothing(ms: number): void {
    this.#fruitless += ms;
  }
}
