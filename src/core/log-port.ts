import type { AnyTonic, FailureInfo } from './any-tonic.js';
import type { LogLane } from './log-lane.js';

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
  life(tonic: AnyTonic, step: string): void;
  /** @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void;
  /** @internal */
  probe(tonic: AnyTonic, sparkle: string | undefined, name: string, json: string): void;
  /** @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void;
  /** @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void;
}
