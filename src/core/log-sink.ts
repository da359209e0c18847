import type { Clock } from './time/clock.js';
import type { Random } from './time/random.js';

/**
 * Where the lines of a log go: a log service of one's own is a function that makes one of these.
 *
 * ## Contract
 *
 * - {@link write} is called within sparkles, so it returns at once: what takes time it keeps, within bounds, for later.
 * - What it throws, and a promise of it that is rejected, breaks nothing: it is counted in `runtime.log.lost`, and said once on stderr.
 * - What it logs itself while it writes is dropped and counted: it would never end.
 * - {@link flush} and {@link close} are called one after the other when the app has ended, and when another service takes its place. They
 *   have `log: { closeTimeout }` together. {@link close} is called only for a sink that a service has made: a stream that was given is its
 *   giver's to close.
 */
export interface LogSink {
  /** Takes one line: JSON, with a line feed at its end. */
  write(line: string): void;
  /** Has what was written leave; resolves when it has. */
  flush?(): Promise<void> | void;
  /** Lines that it had to drop so far; they are counted in `runtime.log.lost`. */
  readonly lost?: number;
  /** Lets go of what it holds. It is given no more lines. */
  close?(): Promise<void> | void;
}

/** What a log service may use: time and chance of the app, so that a test holds them in its hand. */
export interface LogContext {
  readonly clock: Clock;
  readonly random: Random;
  /** The most bytes of lines that it is to keep for who reads slowly. */
  readonly backlog: number;
  /** How long it may take to end, in ms; what it has set or opened is closed then. */
  readonly closeTimeout: number;
  /** Tells the person at the console what the log itself cannot: a line on stderr. */
  readonly say: (text: string) => void;
  /** The main Catalyst; `undefined` before it was made. */
  main(): unknown;
}
