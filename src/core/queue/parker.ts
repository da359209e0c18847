import type { Clock, ClockTimer } from '../time/clock.js';
import { LONGEST_TIMER } from '../time/clock.js';

/** Polls of the kernel within one look at most: a clock that a test holds stands still meanwhile. */
const MOST_LOOKS = 200;

/** Tells that something has come which no poll of the kernel has reported yet: from another thread. */
export interface Doorbell {
  /** How long it is worth to look at it before the loop parks, in ms; 0 for not at all. */
  lookFor(now: number): number;
  /** Takes what has come; false where nothing has. */
  take(): boolean;
  /** A look of so many ms has found nothing. */
  foundNothing(ms: number): void;
  /** A wait was ended by what has come, after so many ms. */
  cameAfter(ms: number): void;
}

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
  /** Looked at for a while before a wait. */
  doorbell: Doorbell | undefined = undefined;
  /** When the wait began; looks are a part of it. */
  #waitBegan = 0;
  #lookEnds = 0;
  /** Whether the wait that is looks, and whether the next look is queued: of an earlier wait it serves as well. */
  #looks = false;
  #lookQueued = false;
  #looksLeft = 0;
  #waitEnds = Infinity;
  /** Whether a message of this poll has ended a wait. */
  #cameIn = false;
  /** Whether the last wait was ended in the middle of a poll: what that reports besides is still to come. */
  inPoll = false;
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
      else if (this.doorbell === undefined) this.#wait(ms);
      else this.#look(this.doorbell, ms);
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
    this.inPoll = true;
    release();
  }

  /**
   * Takes a message that a poll of the kernel has brought from another thread. If the loop waits, it goes on at once with that, and who
   * waits for the answer does not wait for the check phase as well: once in a poll, so that a flood of messages does not keep the loop
   * from what the poll reports besides.
   */
  comesIn(taker: { take(message: unknown): void }, message: unknown): void {
    if (this.#release === undefined || this.#settling || this.#cameIn) return taker.take(message);
    this.#cameIn = true;
    this.#clock.afterPoll(this.#pollEnded);
    this.doorbell?.cameAfter(this.#clock.now() - this.#waitBegan);
    // What it queues need not wake the loop.
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

  /** Lets go of everything that it holds. */
  close(): void {
    this.#clock.clearTimer(this.#timer);
    this.#clock.clearTimer(this.#keepAlive);
    this.#timer = this.#keepAlive = undefined;
    this.#timerAt = Infinity;
  }

  #wait(ms: number): void {
    if (ms < Infinity) this.#arm(this.#clock.now() + ms, ms);
  }

  /** Waits a little without parking: each poll of the kernel still sees what has come to sockets. */
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
    // Woken meanwhile, or a turn has begun in the middle of a poll.
    if (!this.#looks || this.#release === undefined || this.#settling) return;
    // What is taken is queued: to this loop, that is awake.
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
