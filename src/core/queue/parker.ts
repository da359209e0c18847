import type { Clock, ClockTimer } from '../time/clock.js';
import { LONGEST_TIMER } from '../time/clock.js';

/** The most polls of the kernel while polling the doorbell: the clock of a test may not advance. */
const MOST_LOOKS = 200;

/** Signals messages of other threads, which a poll of the kernel has not reported yet. */
export interface Doorbell {
  /** How long polling is worthwhile before the loop parks, in ms; 0 for no polling. */
  lookFor(now: number): number;
  /** Takes the messages; false if there are none. */
  take(): boolean;
  /** Polling for this many ms has found nothing. */
  foundNothing(ms: number): void;
  /** A message has ended a wait after this many ms. */
  cameAfter(ms: number): void;
}

/**
 * Where a loop waits, without cost, until it is woken or a time has come.
 *
 * A wait always ends in the check phase, right after a poll of the kernel. Everything that the poll reported is there
 * by then, and one turn of the loop handles it.
 */
export class Parker {
  readonly #clock: Clock;
  #release: (() => void) | undefined;
  #settling = false;
  /** The single timer of the operating system, and its time; kept unless a later wait needs it earlier. */
  #timer: ClockTimer;
  #timerAt = Infinity;
  #keepAlive: ClockTimer;
  /** Polled for a short time before a wait. */
  doorbell: Doorbell | undefined = undefined;
  /** When the wait began, including polling. */
  #waitBegan = 0;
  #lookEnds = 0;
  /** Whether the present wait is polling, and whether the next poll is scheduled; that one also serves a later wait. */
  #looks = false;
  #lookQueued = false;
  #looksLeft = 0;
  #waitEnds = Infinity;
  /** Whether a message has already ended a wait in this poll of the kernel. */
  #cameIn = false;
  /** Whether the last wait ended in the middle of a poll, so that the poll may report more. */
  inPoll = false;
  /** How often it was woken, for tests. */
  wakeups = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the loop waits and was not woken yet. */
  get parked(): boolean {
    return this.#release !== undefined && !this.#settling;
  }

  /** Waits for {@link wake} or for `ms`, through at least one poll of the kernel. */
  park(ms: number): Promise<void> {
    // A parked loop keeps the process alive, with or without a timer.
    if (this.#keepAlive === undefined) this.#holdProcess();
    return new Promise((resolve) => {
      this.#release = resolve;
      if (ms <= 0 || this.#settling) this.#settle();
      else if (this.doorbell === undefined) this.#wait(ms);
      else this.#look(this.doorbell, ms);
    });
  }

  /** Ends the present wait, or the next one, after the running poll. */
  wake(): void {
    if (this.#settling) return;
    this.wakeups++;
    this.#settle();
  }

  /** Ends the present wait at once, in the middle of a poll: enough work was gathered for a turn. */
  release(): void {
    const release = this.#release;
    if (release === undefined) return;
    this.#release = undefined;
    if (!this.#settling) this.wakeups++;
    this.inPoll = true;
    release();
  }

  /**
   * Takes a message that a poll of the kernel has brought from another thread. A waiting loop continues at once, so the
   * sender does not wait for the check phase. This happens once in a poll, so that a flood of messages does not delay
   * the other events of the poll.
   */
  comesIn(taker: { take(message: unknown): void }, message: unknown): void {
    if (this.#release === undefined || this.#settling || this.#cameIn) return taker.take(message);
    this.#cameIn = true;
    this.#clock.afterPoll(this.#pollEnded);
    this.doorbell?.cameAfter(this.#clock.now() - this.#waitBegan);
    // Orders that it queues need not wake the loop.
    this.#settling = true;
    try {
      taker.take(message);
    } finally {
      this.#settling = false;
      this.release();
    }
    return undefined;
  }

  readonly #pollEnded = (): void => {
    this.#cameIn = this.inPoll = false;
  };

  /** Releases all its resources. */
  close(): void {
    this.#clock.clearTimer(this.#timer);
    this.#clock.clearTimer(this.#keepAlive);
    this.#timer = this.#keepAlive = undefined;
    this.#timerAt = Infinity;
  }

  #wait(ms: number): void {
    if (ms < Infinity) this.#arm(this.#clock.now() + ms, ms);
  }

  /** Polls for a short time without parking: each poll of the kernel still reports the sockets. */
  #look(doorbell: Doorbell, ms: number): void {
    const now = this.#clock.now();
    this.#waitBegan = now;
    const lookFor = doorbell.lookFor(now);
    this.#looks = lookFor > 0;
    if (!this.#looks) return this.#wait(ms);
    this.#lookEnds = now + lookFor;
    this.#looksLeft = MOST_LOOKS;
    this.#waitEnds = now + ms;
    return this.#queueLook();
  }

  #queueLook(): void {
    if (this.#lookQueued) return;
    this.#lookQueued = true;
    this.#clock.afterPoll(this.#lookAgain);
  }

  readonly #lookAgain = (): void => {
    this.#lookQueued = false;
    // It was woken in the meantime, or a turn has begun in the middle of a poll.
    if (!this.#looks || this.#release === undefined || this.#settling) return;
    // The messages are queued to this loop, which is awake.
    this.#settling = true;
    const taken = this.doorbell!.take();
    this.#settling = false;
    if (taken) return this.release();
    const now = this.#clock.now();
    if (now < this.#lookEnds && --this.#looksLeft > 0) return this.#queueLook();
    this.#looks = false;
    this.doorbell!.foundNothing(now - this.#waitBegan);
    return this.#wait(Math.max(this.#waitEnds - now, 0));
  };

  readonly #afterPoll = (): void => {
    this.#settling = this.inPoll = false;
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
