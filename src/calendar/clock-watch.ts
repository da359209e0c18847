import type { AnyTonic } from '../core/any-tonic.js';
import type { Scheduler } from '../core/scheduler.js';
import type { Clock } from '../core/time/clock.js';
import { toError } from '../core/errors.js';
import type { Due } from '../core/time/timer-queue.js';

/** What `ttse__onClockSet` is given. */
export interface ClockSetInfo {
  /** By how many ms the clock was set: forward more than 0, back less. A machine that slept shows the same as one set forward. */
  readonly by: number;
  /** The time of day since then, in ms since 1970-01-01 UTC. */
  readonly wallTime: number;
}

/** Who is told where the time of day no longer goes with the time that passes. */
export interface WatchesClock {
  /** @param by how many ms it was set by; 0 where it merely runs faster or slower. */
  clockMoved(wallTime: number, by: number): void;
  readonly listener: AnyTonic | undefined;
  tellClockSet(info: ClockSetInfo): void;
}

/** How often it looks, in ms: so long does it take at most until a clock that was set is noticed. */
export const LOOK_EVERY = 60_000;
/** From so many ms on the clock was set; less is a clock that is made faster or slower (adjtime(3)), and followed without a word. */
export const SET_FROM = 1_000;
/** Less than so many ms is the coarseness of the clocks. */
const COARSENESS = 20;
/** Between the two readings of one look less time passes, unless something came between. */
const AT_ONCE = 5;

/**
 * Compares the time of day with the time that passes, once a minute, for all calendar timers of a Catalyst together. Without one
 * that runs it does not look.
 */
export class ClockWatch implements Due {
  static readonly #all = new WeakMap<Scheduler, ClockWatch>();

  /** The one of a Catalyst. */
  static of(scheduler: Scheduler): ClockWatch {
    let watch = ClockWatch.#all.get(scheduler);
    if (watch === undefined) ClockWatch.#all.set(scheduler, (watch = new ClockWatch(scheduler)));
    return watch;
  }

  at = Infinity;
  slot = -1;
  readonly #scheduler: Scheduler;
  readonly #timers = new Set<WatchesClock>();
  /** The time of day less the time that passes. */
  #offset = 0;

  private constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  add(timer: WatchesClock): void {
    // What was set before is not news to it.
    if (this.#timers.size > 0) this.look();
    else this.#begin();
    this.#timers.add(timer);
  }

  remove(timer: WatchesClock): void {
    this.#timers.delete(timer);
    if (this.#timers.size === 0) this.#scheduler.timers.remove(this);
  }

  fire(): void {
    this.look();
    this.#lookLater();
  }

  /** Looks now, and tells all timers if the clock was set. */
  look(): void {
    const offset = offsetOf(this.#scheduler.clock);
    const by = offset - this.#offset;
    if (Math.abs(by) < COARSENESS) return;
    this.#offset = offset;
    const set = Math.abs(by) < SET_FROM ? 0 : Math.round(by);
    const wallTime = this.#scheduler.clock.wallTime();
    if (set !== 0) this.#tell({ by: set, wallTime });
    for (const timer of [...this.#timers]) timer.clockMoved(wallTime, set);
  }

  /** Each base hears of it once, however many timers it has. */
  #tell(info: ClockSetInfo): void {
    const told = new Set<AnyTonic>();
    for (const timer of this.#timers) {
      const { listener } = timer;
      if (listener === undefined || told.has(listener)) continue;
      told.add(listener);
      try {
        timer.tellClockSet(info);
      } catch (thrown) {
        // The queue is full: the loop must not break for it.
        listener._ttss__throw(toError(thrown));
      }
    }
  }

  #begin(): void {
    this.#offset = offsetOf(this.#scheduler.clock);
    this.#lookLater();
  }

  #lookLater(): void {
    this.at = this.#scheduler.clock.now() + LOOK_EVERY;
    this.#scheduler.timers.add(this);
  }
}

/** Read again where the process was held up between the two clocks, which would look as if one was set. */
function offsetOf(clock: Clock): number {
  for (let tries = 3; ; tries--) {
    const before = clock.now();
    const wallTime = clock.wallTime();
    const after = clock.now();
    if (after - before < AT_ONCE || tries === 0) return wallTime - after;
  }
}
