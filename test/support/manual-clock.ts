import type { Clock } from '../../src/index.js';
import { LONGEST_TIMER } from '../doors/core.js';

interface Entry {
  readonly at: number;
  readonly hold: boolean;
  readonly callback: () => void;
}

/** The time of day at which every manual clock begins: 2026-01-01 12:00 UTC. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** No test waits longer than this in virtual time: what has not ended by then never will. */
const FOR_EVER = 400 * 24 * 3_600_000;

/**
 * Time that a test holds in its hand. It stands still until it is moved, and then stops at each due time on the way, so
 * that nothing sees two of them at once. What a callback throws is thrown to the test, after the rest was carried out.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Entry>();
  readonly #instant: boolean;
  #now = 1_000;
  #wallOffset = NOON - 1_000;
  #polls = 0;

  /** @param options `instant`: what waits for no time at all happens by itself, with the next poll. */
  constructor({ instant = false }: { readonly instant?: boolean } = {}) {
    this.#instant = instant;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallOffset + this.#now;
  }

  /** Sets the time of day, as an operator or NTP would: no time passes. */
  setWallTime(wallTime: number): void {
    this.#wallOffset = wallTime - this.#now;
  }

  setTimer(callback: () => void, ms: number, hold = true): Entry {
    const entry = { at: this.#now + Math.min(Math.max(ms, 0), LONGEST_TIMER), hold, callback };
    this.#timers.add(entry);
    if (this.#instant && ms <= 0) this.afterPoll(() => void (this.#timers.delete(entry) && callback()));
    return entry;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Entry);
  }

  afterPoll(callback: () => void): void {
    this.#polls++;
    setImmediate(() => {
      this.#polls--;
      callback();
    });
  }

  /** The timers that are set, those that hold a process open only. */
  get holding(): number {
    return [...this.#timers].filter(({ hold }) => hold).length;
  }

  /** Time that goes by while a sparkle runs: nothing can fire meanwhile. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Resolves when every loop waits for something that only time brings. */
  async settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#polls > 0);
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    const thrown: unknown[] = [];
    await this.settled();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      await this.#stepTo(next, thrown);
    }
    this.#now = Math.max(this.#now, end);
    await this.settled();
    throwThe(thrown);
  }

  /** Goes to the next due time; false where there is none up to `last`. */
  async step(last: number): Promise<boolean> {
    const next = this.#next();
    if (next === undefined || next.at > last) return false;
    const thrown: unknown[] = [];
    await this.#stepTo(next, thrown);
    throwThe(thrown);
    return true;
  }

  /** Lets time pass until `promise` is settled. */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    const thrown: unknown[] = [];
    const last = this.#now + FOR_EVER;
    await this.settled();
    while (!over) {
      const next = this.#next();
      if (next === undefined || next.at > last) throw new Error('it would wait for ever');
      await this.#stepTo(next, thrown);
    }
    throwThe(thrown);
    return promise;
  }

  async #stepTo(entry: Entry, thrown: unknown[]): Promise<void> {
    this.#timers.delete(entry);
    this.#now = Math.max(this.#now, entry.at);
    try {
      entry.callback();
    } catch (error) {
      thrown.push(error);
    }
    await this.settled();
  }

  /** Of two for the same time, the one that was set first. */
  #next(): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#timers) if (next === undefined || entry.at < next.at) next = entry;
    return next;
  }
}

function throwThe(thrown: readonly unknown[]): void {
  if (thrown.length > 0) throw new AggregateError(thrown, 'timers threw');
}
