import { VirtualClock } from '../doors/testing.js';

/** The time of day at which every manual clock begins. */
export { NOON } from '../doors/testing.js';

/** No test waits longer than this in virtual time: what has not ended by then never will. */
const FOR_EVER = 400 * 24 * 3_600_000;

/**
 * Virtual time that a test holds in its hand, for parts of an app that no Distiller drives: loops turn by themselves, and what waits for no time
 * at all happens with the next poll. Else time stands still until it is moved, and then stops at each due time on the way. What a timer throws
 * is thrown to the test, after the rest was carried out.
 */
export class ManualClock extends VirtualClock {
  readonly #holding = new Set<unknown>();
  readonly #thrown: unknown[] = [];
  #turning = 0;

  override setTimer(callback: () => void, ms: number, hold = true): unknown {
    const timer = super.setTimer(() => {
      this.#holding.delete(timer);
      callback();
    }, ms);
    if (hold) this.#holding.add(timer);
    if (ms <= 0) this.afterPoll(() => void (this.nextAt <= this.now() && this.fireNext((due) => due())));
    return timer;
  }

  override clearTimer(timer: unknown): void {
    this.#holding.delete(timer);
    super.clearTimer(timer);
  }

  override afterPoll(callback: () => void): void {
    this.#turning++;
    setImmediate(() => {
      this.#turning--;
      callback();
    });
  }

  /** The timers that are set, those that hold a process open only. */
  get holding(): number {
    return this.#holding.size;
  }

  /** Resolves when every loop waits for something that only time brings. */
  async settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#turning > 0);
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.now() + ms;
    await this.settled();
    while (this.nextAt <= end) await this.#stepOn();
    this.moveTo(end);
    await this.settled();
    this.#throw();
  }

  /** Goes to the next due time; false where there is none up to `last`. */
  async step(last: number): Promise<boolean> {
    if (this.nextAt > last || this.nextAt === Infinity) return false;
    await this.#stepOn();
    this.#throw();
    return true;
  }

  /** Lets time pass until `promise` is settled. */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    const last = this.now() + FOR_EVER;
    await this.settled();
    while (!over) {
      if (this.nextAt > last) throw new Error('it would wait for ever');
      await this.#stepOn();
    }
    this.#throw();
    return promise;
  }

  async #stepOn(): Promise<void> {
    this.fireNext((callback) => {
      try {
        callback();
      } catch (error) {
        this.#thrown.push(error);
      }
    });
    await this.settled();
  }

  #throw(): void {
    const thrown = this.#thrown.splice(0);
    if (thrown.length > 0) throw new AggregateError(thrown, 'timers threw');
  }
}
