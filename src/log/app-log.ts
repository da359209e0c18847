import { fail } from '../core/errors.js';
import type { LogLane } from '../core/log-lane.js';
import { LogLevel } from '../core/log-level.js';
import type { LogRules as ChangingRules, LogService } from '../core/log-port.js';
import type { LogSink } from '../core/log-sink.js';
import { plain } from '../core/plain.js';
import type { Clock } from '../core/time/clock.js';
import type { LogWriter } from './log-writer.js';
import { type LogRules, TonicLines } from './tonic-lines.js';

/** What the log of a thread gets from the main thread. */
export interface RemoteLog {
  /** The lane of its Catalyst's base. */
  readonly lane: LogLane | undefined;
}

/** The log of an app: the lines of its Tonics, and their destination. */
export class AppLog extends TonicLines implements LogService {
  readonly #far: RemoteLog | undefined;

  /** @internal */
  constructor(writer: LogWriter, rules: LogRules, clock: Clock, far?: RemoteLog) {
    super(writer, rules, clock);
    this.#far = far;
  }

  /** The default lane of Tonics without a base here. @internal */
  get lane(): LogLane | undefined {
    return this.#far?.lane;
  }

  /** Lines that a sink has refused by throwing or had to drop, since the start. */
  get lost(): number {
    return this.writer.lost;
  }

  /** The name of the service that it goes to now; `stream` for a stream that was given as it is. */
  get to(): string {
    return this.writer.name;
  }

  /**
   * Redirects the log, in all threads: to a service by its name, with its options, or to a stream. No line is lost or
   * written twice: lines before the change go to the old destination, which is then flushed and closed; later ones go
   * to the new one.
   *
   * @returns resolves when the change is made and the old one has ended.
   * @throws {TaskTonicError} `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`, `TT_BAD_OPTION`, or what its maker throws, and the log goes on
   *   as before; `TT_LOG_CLOSED` where the app has ended; `TT_LOG_IN_THREAD` in a thread that is not the main one.
   */
  async use(to: string | LogSink, options?: object): Promise<void> {
    if (this.#far !== undefined) throw fail('TT_LOG_IN_THREAD');
    return this.writer.use(to, options);
  }

  /** @internal */
  async follow(to: string): Promise<void> {
    return this.writer.use(to, undefined);
  }

  /** @internal */
  set onMoved(told: () => void) {
    this.writer.onMoved = told;
  }

  /** @internal */
  setRule<R extends keyof ChangingRules>(rule: R, value: ChangingRules[R]): void {
    if (rule === 'default') this.level = LogLevel[value as ChangingRules['default']];
    else if (rule === 'slowSparkle') this.slowSparkle = value as number;
    else if (rule === 'level') this.writer.setLevel(value as string);
  }

  /** @internal */
  get isOn(): boolean {
    return this.writer.logger !== undefined;
  }

  /** @internal */
  get tellsFailures(): boolean {
    return this.logger?.isLevelEnabled('error') === true;
  }

  /** The app has ended: open entries are written and flushed. @internal */
  async close(): Promise<void> {
    this.writeOpen();
    return this.writer.close();
  }

  /** An uncaught error; the process may end with it, so open entries are written first. @internal */
  uncaught(error: Error, origin: string): void {
    this.writeOpen();
    const err = plain(error) as Error;
    this.logger?.fatal({ err, origin }, `nobody caught: ${err.message}`);
  }

  /** @internal */
  writeOpen(): void {
    this.entries?.writeOpen();
    this.rates.tellAll();
  }

  /** @internal */
  heldOpen(holding: readonly string[]): void {
    this.logger?.warn({ holding }, `the app has ended, but the process is kept open by ${holding.join(', ')}`);
  }

  /** A line of another thread. @internal */
  forwarded(line: string): void {
    this.writer.write(line);
  }
}
