import type { Doorbell } from '../../core/queue/parker.js';
import type { ThreadMemory } from './thread-memory.js';

/** How long a loop looks before it parks, in ms: long enough for an answer of a thread that has to be woken first. */
const LOOK = 0.05;
/** How often it looks between two polls of the kernel: for less than a microsecond. */
const LOOKS = 100;
/** Looks that find nothing may take this share of the time, */
const SHARE = 0.01;
/** and so much at the beginning of each span, in ms. */
const GRACE = 1;
const SPAN = 1_000;
/** It looks where so many waits one after the other were ended by another thread within so many ms: both are awake then. */
const SOON = 0.25;
const ENOUGH = 4;

/**
 * A counter that other threads raise when they have sent something. While threads talk without a pause, a loop that is about to park looks
 * at it for a short while: what comes then is taken at once, where being woken through the kernel takes five times as long.
 *
 * It does not look otherwise. To look after a call to a thread that sleeps makes the answer come later: the look holds the core on which
 * the kernel would wake that thread. And where looks find nothing (the other threads have no core to run on) they stop until their share
 * of the time has grown again: they cost one percent of a core at most.
 */
export class ThreadBell implements Doorbell {
  readonly #memory: ThreadMemory;
  readonly #drain: () => void;
  #seen = 0;
  #spanAt = -Infinity;
  #fruitless = 0;
  /** Waits in a row that were short. */
  #short = 0;

  /** @param drain takes what other threads have sent. */
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
    // A few looks at memory cost less than a poll of the kernel between them.
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
