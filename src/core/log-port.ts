import type { AnyTonic, FailureInfo } from './any-tonic.js';
import type { LogLane } from './log-lane.js';
import type { LogLevel, LogMode } from './log-level.js';
import type { LogSink } from './log-sink.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';

/** The level of a line of the log. */
export type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Where Tonics are logged. */
export interface TonicLogPort {
  /** @internal The lane of Tonics that have none of their own and no base. */
  readonly lane: LogLane | undefined;
  /** @internal */
  failure(tonic: AnyTonic, error: Error, info: FailureInfo): void;
  /** @internal */
  warn(tonic: AnyTonic, error: Error): void;
  /** @internal */
  debug(tonic: AnyTonic, message: string): void;
  /** @internal */
  life(tonic: AnyTonic, step: 'infused' | 'finished'): void;
  /** @internal A Tonic in mode `full` is in another state, and has no `onEnter` there. */
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

  /** @internal The mode of Tonics that have none of their own and no base. */
  readonly level: LogLevel;
  /** @internal A rule is another one from now on. */
  setRule<R extends LogRule>(rule: R, value: LogRules[R]): void;
  /** @internal Whether anything is written at all. */
  readonly isOn: boolean;
  /** @internal Whether a failure is written. */
  readonly tellsFailures: boolean;
  /** @internal How long it has taken so far, in ms. */
  readonly spent: number;
  /** @internal A sparkle begins; true where what it logs is gathered, and then it is to be ended by `ran`. */
  begins(tonic: AnyTonic, sparkle: Sparkle, state: string | undefined): boolean;
  /** @internal The sparkle that runs threw, and more of it follows. */
  threw(): void;
  /** @internal It has run, in so many ms; `state` held when it began. */
  ran(tonic: AnyTonic, sparkle: Sparkle, order: Order, state: string | undefined, ms: number, gathered: boolean): void;
  /** @internal Told when it goes to another service. */
  set onMoved(told: () => void);
  /** @internal In a thread: it goes where that of the main thread goes now. */
  follow(to: string): Promise<void>;
  /** @internal A line that another thread has written. */
  forwarded(line: string): void;
  /** @internal Writes the entries of sparkles that have not ended: the process is about to. */
  writeOpen(): void;
  /** @internal Nobody caught an error, and the process may end with it. */
  uncaught(error: Error, origin: string): void;
  /** @internal The app has ended, and this keeps its process open. */
  heldOpen(holding: readonly string[]): void;
  /** @internal The app has ended: what is open is written, and leaves. */
  close(): Promise<void>;
}
