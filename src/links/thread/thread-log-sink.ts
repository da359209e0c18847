import type { Clock } from '../../core/time/clock.js';
import type { LogSink } from '../../core/log-sink.js';

/** The most characters that were sent to the main thread and are not written yet. */
const MOST_AHEAD = 16 * 1024 * 1024;

/** The main thread acknowledges after this many characters. */
export const ACK_EVERY = 64 * 1024;

/**
 * Sends the log of a thread to the sink of the main thread. If the main thread is too slow, lines are dropped beyond a
 * limit, and a line with their number is written in their place.
 */
export class ThreadLogSink implements LogSink {
  readonly #send: (line: string) => void;
  readonly #clock: Clock;
  readonly #most: number;
  #ahead = 0;
  #dropped = 0;

  constructor(send: (line: string) => void, clock: Clock, most = MOST_AHEAD) {
    this.#send = send;
    this.#clock = clock;
    this.#most = most;
  }

  write(line: string): void {
    if (this.#ahead > 0 && this.#ahead + line.length > this.#most) this.#dropped++;
    else {
      this.#tellDropped();
      this.#ahead += line.length;
      this.#send(line);
    }
  }

  /** The main thread has written this many more characters. */
  written(characters: number): void {
    this.#ahead = Math.max(this.#ahead - characters, 0);
  }

  close(): void {
    this.#tellDropped();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    const msg = `${dropped} lines were left out: the main thread was too slow for the log of this one`;
    this.#send(`${JSON.stringify({ level: 40, time: this.#clock.wallTime(), dropped, msg })}\n`);
  }
}
