import type { AnyTonic, FailureInfo } from './any-tonic.js';
import type { LogLane } from './log-lane.js';
import type { LogLevel, LogMode } from './log-level.js';
import type { LogSink } from './log-sink.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';

/** The level of a line of the log. */
export type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** The log of Tonics. */
export interface TonicLogPort {
  /** @internal The default lane of Tonics without a base. */
  readonly lane: LogLane | undefined;
  /** @internal */
  failure(tonic: AnyTonic, error: Error, info: FailureInfo): void;
  /** @internal */
  warn(tonic: AnyTonic, error: Error): void;
  /** @internal */
  debug(tonic: AnyTonic, message: string): void;
  /** @internal */
  life(tonic: AnyTonic, step: 'infused' | 'finished'): void;
  /** @internal A Tonic in mode `full` has entered a state without an `onEnter`. */
  entered(tonic: AnyTonic, from: string | undefined): void;
  /** @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void;
  /** @internal */
  probe(tonic: AnyTonic, sparkle: string | undefined, name: string, json: string): void;
  /** @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void;
  /** @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void;
}

/** The rules of a log that may change while the app runs, by their names in the configuration. */
export interface LogRules {
  readonly default: LogMode;
  readonly level: LineLevel | 'silent';
  readonly slowSparkle: number;
}
export type LogRule = keyof LogRules;

/** The log of an app. */
export interface LogService extends TonicLogPort {
  /** The name of the service that it goes to now; `stream` for a stream that was given as it is. */
  readonly to: string;
  /** Lines that a sink has refused by throwing or had to drop, since the start. */
  readonly lost: number;
  /**
   * Redirects the log, in all threads: to a service by its name, with its options, or to a stream. No line is lost or
   * written twice: lines before the change go to the old destination, which is then flushed and closed; later ones go
   * to the new one.
   *
   * @returns resolves when the change is made and the old one has ended.
   * @throws {TaskTonicError} `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`, `TT_BAD_OPTION`, or what its maker throws, and the log goes on
   *   as before; `TT_LOG_CLOSED` where the app has ended; `TT_LOG_IN_THREAD` in a thread that is not the main one.
   */
  use(to: string | LogSink, options?: object): Promise<void>;

  /** @internal The default mode of Tonics without a base. */
  readonly level: LogLevel;
  /** @internal Changes a rule of the log. */
  setRule<R extends LogRule>(rule: R, value: LogRules[R]): void;
  /** @internal Whether anything is written. */
  readonly isOn: boolean;
  /** @internal Whether failures are written. */
  readonly tellsFailures: boolean;
  /** @internal The time that it has taken so far, in ms. */
  readonly spent: number;
  /** @internal A sparkle begins. True if its lines are gathered; then `ran` must follow. */
  begins(tonic: AnyTonic, sparkle: Sparkle, state: string | undefined): boolean;
  /** @internal The running sparkle threw, and its failure is logged next. */
  threw(): void;
  /** @internal The sparkle has run, in this many ms; `state` is the state at its beginning. */
  ran(tonic: AnyTonic, sparkle: Sparkle, order: Order, state: string | undefined, ms: number, gathered: boolean): void;
  /** @internal Called when the log is moved to another service. */
  set onMoved(told: () => void);
  /** @internal In a thread: follows the log of the main thread. */
  follow(to: string): Promise<void>;
  /** @internal Writes a line of another thread. */
  forwarded(line: string): void;
  /** @internal Writes the entries of sparkles that have not ended, because the process is about to end. */
  writeOpen(): void;
  /** @internal An uncaught error; the process may end with it. */
  uncaught(error: Error, origin: string): void;
  /** @internal The app has ended, but these keep its process alive. */
  heldOpen(holding: readonly string[]): void;
  /** @internal The app has ended: open entries are written and flushed. */
  close(): Promise<void>;
}
