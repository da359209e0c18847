import type { Clock } from '../../core/time/clock.js';

/** How long a thread may take to answer, in ms. */
const PATIENCE = 1_000;

/** Collects the trees of several threads once. */
export class ThreadDump {
  readonly text: Promise<string>;
  readonly #missing: Set<number>;
  readonly #parts = new Map<number, string>();
  #resolve!: (text: string) => void;

  constructor(threads: readonly number[], clock: Clock) {
    this.#missing = new Set(threads);
    this.text = new Promise((resolve) => (this.#resolve = resolve));
    const timer = clock.setTimer(() => this.#end(), PATIENCE, false);
    void this.text.then(() => clock.clearTimer(timer));
  }

  /** A thread has answered, or (without a text) has ended. */
  take(thread: number, text: string | undefined): void {
    if (!this.#missing.delete(thread)) return;
    if (text !== undefined) this.#parts.set(thread, text);
    if (this.#missing.size === 0) this.#end();
  }

  #end(): void {
    for (const thread of this.#missing) this.#parts.set(thread, '  (it does not answer)');
    const threads = [...this.#parts.keys()].sort((a, b) => a - b);
    this.#resolve(threads.map((thread) => `thread ${thread}\n${this.#parts.get(thread)}`).join('\n'));
  }
}
