/** Threads that have a line of their own here; with more at once some share one, and are woken or asked for each other. */
const THREAD_LINES = 1_024;
/** Apart by a line of the processor's cache, so that threads don't slow each other down. */
const LINE_WORDS = 16;

/** A word of the head. */
const LAST_THREAD = 0;
/** Words of a thread's line. */
const BELL = 0;
const ANSWER = 1;

const WORDS = (THREAD_LINES + 1) * LINE_WORDS;

/**
 * The memory that all threads of an app share: how many there have been, and for each its bell and the last question that it has
 * answered.
 */
export class ThreadMemory {
  readonly #words: Int32Array;
  readonly #line: number;

  /** @param thread the one that this view is for. */
  constructor(
    thread: number,
    readonly buffer = new SharedArrayBuffer(WORDS * 4),
  ) {
    this.#words = new Int32Array(buffer);
    this.#line = lineOf(thread);
  }

  /** The number of a new thread. It is not given again: a handle of one that has ended must never reach another. */
  newThread(): number {
    const thread = Atomics.add(this.#words, LAST_THREAD, 1) + 1;
    // Nothing was asked of it: another one may have had its line.
    Atomics.store(this.#words, lineOf(thread) + ANSWER, 0);
    return thread;
  }

  /** Tells a thread that something was sent to it. */
  ring(thread: number): void {
    Atomics.add(this.#words, lineOf(thread) + BELL, 1);
  }

  /** How often this thread's bell was rung. */
  get rung(): number {
    return Atomics.load(this.#words, this.#line + BELL);
  }

  /** This thread was asked whether it goes on, for the n-th time, and it does. */
  answer(count: number): void {
    Atomics.store(this.#words, this.#line + ANSWER, count);
  }

  /** The last question that a thread has answered. */
  answerOf(thread: number): number {
    return Atomics.load(this.#words, lineOf(thread) + ANSWER);
  }
}

function lineOf(thread: number): number {
  return (1 + (thread % THREAD_LINES)) * LINE_WORDS;
}
