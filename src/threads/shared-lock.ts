/** Looks at a lock that is taken before its thread sleeps: it is held for about a microsecond. */
const LOOKS = 1_000;
/** How long it sleeps then before it looks again, in ms, and how often: then who holds it has died. */
const SLEEP = 1;
const SLEEPS = 1_000;

/**
 * A lock in shared memory, held for short work without a wait in it.
 *
 * A thread may be ended in the middle of that. Who waits cannot hear of its end while it waits; so after a second, a million times as
 * long as it is ever held, the lock is taken from it.
 */
export class SharedLock {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #holder: number;

  /**
   * @param at which word it is.
   * @param thread the one that this view is for.
   */
  constructor(words: Int32Array, at: number, thread: number) {
    this.#words = words;
    this.#at = at;
    this.#holder = thread + 1;
  }

  /** Runs `body` while no other thread runs one. */
  locked<T>(body: () => T): T {
    this.#take();
    try {
      return body();
    } finally {
      Atomics.compareExchange(this.#words, this.#at, this.#holder, 0);
    }
  }

  /** A thread has ended: it holds the lock no more. */
  free(thread: number): void {
    Atomics.compareExchange(this.#words, this.#at, thread + 1, 0);
  }

  #take(): void {
    let sleeps = 0;
    let last = 0;
    for (let looks = 1; ; looks++) {
      const holder = Atomics.compareExchange(this.#words, this.#at, 0, this.#holder);
      if (holder === 0) return;
      if (looks % LOOKS !== 0) continue;
      sleeps = holder === last ? sleeps + 1 : 0;
      last = holder;
      if (sleeps < SLEEPS) Atomics.wait(this.#words, this.#at, holder, SLEEP);
      else if (Atomics.compareExchange(this.#words, this.#at, holder, this.#holder) === holder) return;
    }
  }
}
