/**
 * The threads that have a line of their own. With more threads some share one, and wake-ups and questions may reach
 * both.
 */
const THREAD_LINES = 1_024;
/** The words of a line: a cache line of the processor, so that threads do not slow each other down. */
const LINE_WORDS = 16;

/** A word of the header. */
const LAST_THREAD = 0;
/** The words of a thread's line. */
const BELL = 0;
const ANSWER = 1;

const WORDS = (THREAD_LINES + 1) * LINE_WORDS;

/**
 * The memory that all threads of an app share: the number of threads so far, and for each thread its bell and the last
 * question that it has answered.
 */
export class ThreadMemory {
  readonly #words: Int32Array;
  readonly #line: number;

  /** @param thread the thread that uses this view. */
  constructor(
    thread: number,
    readonly buffer = new SharedArrayBuffer(WORDS * 4),
  ) {
    this.#words = new Int32Array(buffer);
    this.#line = lineOf(thread);
  }

  /** The number of a new thread. Numbers are not used twice, so the handle of an ended thread never reaches another. */
  newThread(): number {
    const thread = Atomics.add(this.#words, LAST_THREAD, 1) + 1;
    // An earlier thread may have used this line.
    Atomics.store(this.#words, lineOf(thread) + ANSWER, 0);
    return thread;
  }

  /** Signals a thread that something was sent to it. */
  ring(thread: number): void {
    Atomics.add(this.#words, lineOf(thread) + BELL, 1);
  }

  /** How often this thread's bell was rung. */
  get rung(): number {
    return Atomics.load(this.#words, this.#line + BELL);
  }

  /** Answers the n-th question whether this thread still runs. */
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
