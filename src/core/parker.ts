import type { Clock, ClockTimer } from './clock.js';
import { LONGEST_TIMER } from './clock.js';

/**
 * Where a loop waits, at no cost, until somebody wakes it or a time has come.
 *
 * A wait always ends in the check phase, right after a poll of the kernel: whatever that poll reported is then there,
 * and one turn of the loop sees all of it.
 */
export class Parker {
  readonly #clock: Clock;
  #release: (() => void) | undefined;
  #settling = false;
  /** The one timer of the operating system, and when it fires; kept while a later wait needs it no earlier. */
  #timer: ClockTimer;
  #timerAt = Infinity;
  #keepAlive: ClockTimer;
  /** How often it was woken from outside, for those who want to see that a thousand orders cost one. */
  wakeups = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the loop waits and nothing has woken it yet. */
  get parked(): boolean {
    return this.#release !== undefined && !this.#settling;
  }

  /** Waits for {@link wake} or for `ms`, through one poll of the kernel at least. */
  park(ms: number): Promise<void> {
    // A parked loop keeps the process alive, with or without a timer of its own.
    if (this.#keepAlive === undefined) this.#holdProcess();
    return new Promise((resolve) => {
      this.#release = resolve;
      if (ms <= 0 || this.#settling) this.#settle();
      else if (ms < Infinity) this.#arm(this.#clock.now() + ms, ms);
    });
  }

  /** Ends the wait that is, or the next one, after the poll that runs now. */
  wake(): void {
    if (this.#settling) return;
    this.wakeups++;
    this.#settle();
  }

  /** Ends the wait that is at once, in the middle of a poll: what has been gathered is enough for a turn. */
  release(): void {
    const release = this.#release;
    if (release === undefined) return;
    this.#release = undefined;
    if (!this.#settling) this.wakeups++;
    release();
  }

  /** Lets go of everything that it holds. */
  close(): void {
    this.#clock.clearTimer(this.#timer);
    this.#clock.clearTimer(this.#keepAlive);
    this.#timer = this.#keepAlive = undefined;
    this.#timerAt = Infinity;
  }

  readonly #afterPoll = (): void => {
    this.#settling = false;
    const release = this.#release;
    this.#release = undefined;
    release?.();
  };

  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#clock.afterPoll(this.#afterPoll);
  }

  #arm(at: number, ms: number): void {
    if (this.#timerAt <= at && this.#timerAt > this.#clock.now()) return;
    this.#clock.clearTimer(this.#timer);
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(() => {
      this.#timerAt = Infinity;
      this.#settle();
    }, ms);
  }

  #holdProcess(): void {
    this.#keepAlive = this.#clock.setTimer(() => this.#holdProcess(), LONGEST_TIMER);
  }
}
