import type { AnyTonic, LineLevel } from './any-tonic.js';
import { LogLevel } from './log-service.js';
import { running } from './running.js';

/** Writes one line: a message, or an object with fields (or an error) and a message, with pino's `%s` placeholders. */
export interface LogLine {
  (message: string, ...values: unknown[]): void;
  (fields: object, message?: string, ...values: unknown[]): void;
}

/** What `this.log` is: every line carries the Tonic, its state and the sparkle that runs. */
export class TonicLog {
  readonly #tonic: AnyTonic;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  declare readonly trace: LogLine;
  declare readonly debug: LogLine;
  declare readonly info: LogLine;
  declare readonly warn: LogLine;
  declare readonly error: LogLine;
  declare readonly fatal: LogLine;

  // On the prototype, not in fields: ten thousand connections have a log each.
  static {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
      Object.defineProperty(TonicLog.prototype, level, {
        value(this: TonicLog, what: unknown, ...text: unknown[]): void {
          this.#line(level, what, text);
        },
      });
    }
  }

  #line(level: LineLevel, what: unknown, text: readonly unknown[]): void {
    const tonic = this.#tonic;
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    const sparkle = running.tonic === tonic ? running.sparkle?.key : undefined;
    tonic._ttScheduler.logs.line(tonic, level, sparkle, what, text);
  }
}
