/** A timer that was set: an opaque handle to clear it with. */
export type ClockTimer = unknown;

/**
 * All time that the framework reads and all timers that it sets. A test puts its own under the same Catalysts.
 */
export interface Clock {
  /** Monotonic time in ms, with fractions. Only differences mean something. */
  now(): number;
  /** The time of day, in ms since 1970-01-01 UTC. It may jump. */
  wallTime(): number;
  /**
   * Calls `callback` once, after `ms` (longer waits than a timer can take are cut: whoever waits looks at `now()`).
   * @param hold whether the timer keeps the process alive; default true.
   */
  setTimer(callback: () => void, ms: number, hold?: boolean): ClockTimer;
  /** Clears a timer; nothing where it has fired or there is none. */
  clearTimer(timer: ClockTimer): void;
  /** Calls `callback` in the check phase: after the poll of the kernel that runs now, or the next one. */
  afterPoll(callback: () => void): void;
}

/** Node fires a longer timer at once (the limit is 2^31 - 1 ms, 24.8 days), so longer ones are shortened. */
export const LONGEST_TIMER = 0x7fff_ffff;

/** The machine's clock and Node's timers. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer(callback, ms, hold = true) {
    const timer = setTimeout(callback, Math.min(Math.max(Math.ceil(ms), 0), LONGEST_TIMER));
    if (!hold) timer.unref();
    return timer;
  },
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  afterPoll: (callback) => void setImmediate(callback),
};
