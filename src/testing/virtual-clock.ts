import { type Clock, type ClockTimer, LONGEST_TIMER } from '../core/time/clock.js';
import { TimerQueue, type Due } from '../core/time/timer-queue.js';

/** The default time of day at which a simulation begins: 2026-01-01 12:00 UTC. */
export const NOON = Date.UTC(2026, 0, 1, 12);

interface Entry {
  readonly instant: Instant;
  readonly callback: () => void;
  /** Whether it only keeps a process alive, and nobody waits for it. */
  readonly idle: boolean;
}

/** All timers of one instant, in the order in which they were set. */
class Instant implements Due {
  slot = -1;
  readonly entries = new Set<Entry>();
  constructor(readonly at: number) {}
  fire(): void {}
}

/**
 * Time that stands still until a world moves it. It begins at 0.
 *
 * Timers of one instant fire in the order in which they were set.
 */
export class VirtualClock implements Clock {
  readonly #instants = new Map<number, Instant>();
  readonly #queue = new TimerQueue();
  /** Callbacks for the end of a poll. */
  #polls: (() => void)[] = [];
  #now = 0;
  #wallOffset: number;
  #events = 0;

  /** @param wallTime the time of day at which it begins, in ms since 1970-01-01 UTC. */
  constructor(wallTime = NOON) {
    this.#wallOffset = wallTime;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallOffset + this.#now;
  }

  /** Sets the time of day, as its user or a time server would: timers that run are not touched by it. */
  setWallTime(ms: number): void {
    this.#wallOffset = ms - this.#now;
  }

  /** This many ms pass while a sparkle runs: no timer fires meanwhile. */
  stall(ms: number): void {
    if (ms > 0) this.#now += ms;
  }

  setTimer(callback: () => void, ms: number): ClockTimer {
    const at = this.#now + Math.min(Math.max(ms, 0), LONGEST_TIMER);
    let instant = this.#instants.get(at);
    if (instant === undefined) {
      this.#instants.set(at, (instant = new Instant(at)));
      this.#queue.add(instant);
    }
    const entry: Entry = { instant, callback, idle: ms === LONGEST_TIMER };
    instant.entries.add(entry);
    if (!entry.idle) this.#events++;
    return entry;
  }

  clearTimer(timer: unknown): void {
    const entry = timer as Entry | undefined;
    if (entry === undefined || !entry.instant.entries.delete(entry)) return;
    if (!entry.idle) this.#events--;
    if (entry.instant.entries.size === 0) this.#forget(entry.instant);
  }

  afterPoll(callback: () => void): void {
    this.#polls.push(callback);
  }

  // ---- For the simulation ----

  /** The number of callbacks for the end of a poll: loops with something to do. */
  get polls(): number {
    return this.#polls.length;
  }

  /** When the next timer is due; `Infinity` if there is none. */
  get nextAt(): number {
    return this.#queue.nextAt;
  }

  /** The number of timers that somebody waits for. */
  get timers(): number {
    return this.#events;
  }

  /** Takes one of the callbacks for the end of a poll. */
  takePoll(index: number): () => void {
    const taken = this.#polls[index]!;
    const last = this.#polls.pop()!;
    if (taken !== last) this.#polls[index] = last;
    return taken;
  }

  /**
   * Advances time to the next timers, and calls them one by one. Timers that they set for the same instant fire the
   * next time; a timer that another one clears does not fire.
   */
  fireNext(call: (callback: () => void) => void): void {
    const instant = this.#instants.get(this.#queue.nextAt);
    if (instant === undefined) return;
    this.#forget(instant);
    this.#now = Math.max(this.#now, instant.at);
    for (const entry of instant.entries) {
      instant.entries.delete(entry);
      if (!entry.idle) this.#events--;
      call(entry.callback);
    }
  }

  /** Advances time; everything due by then must have been taken before. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }

  #forget(instant: Instant): void {
    // While the timers of an instant fire, a new instant for the same time may have been made.
    if (this.#instants.get(instant.at) === instant) this.#instants.delete(instant.at);
    this.#queue.remove(instant);
  }
}
