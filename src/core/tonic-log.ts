import type { AnyTonic } from './any-tonic.js';
import type { LineLevel } from './log-port.js';
import { type LogLane, laneOption } from './log-lane.js';
import { LogLevel } from './log-level.js';
import { plain, plainText } from './plain.js';
import { checkOption } from './options/option-schema.js';
import { running } from './running.js';

/** Writes one line: a message, or an object with fields (or an error) and a message, with pino's `%s` placeholders. */
export interface LogLine {
  (message: string, ...values: unknown[]): void;
  (fields: object, message?: string, ...values: unknown[]): void;
}

/**
 * The most probes of a Tonic whose last value is remembered. The oldest one is forgotten, and is then written again.
 */
const MOST_PROBES = 64;
/** Longer names are shortened. */
const LONGEST_NAME = 200;

/**
 * What `this.log` is: every line carries the Tonic, its state and the sparkle that runs. Where the log gathers entries, what a sparkle
 * says is one entry; else, and outside sparkles, each call is a line of its own. Below mode `quiet` nothing is done at all.
 */
export class TonicLog {
  readonly #tonic: AnyTonic;
  #lane: LogLane | undefined = undefined;
  /** The last value of each probe, as JSON. */
  #probes: Map<string, string> | undefined = undefined;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  /** What only whoever looks for a fault wants, in all detail. */
  declare readonly trace: LogLine;
  /** What whoever looks for a fault wants. */
  declare readonly debug: LogLine;
  /** What has happened, as meant. */
  declare readonly info: LogLine;
  /** What is odd, and was coped with. */
  declare readonly warn: LogLine;
  /** What has failed. */
  declare readonly error: LogLine;
  /** What ends the app. */
  declare readonly fatal: LogLine;

  // On the prototype and not in fields: ten thousand connections have a log each.
  static {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
      Object.defineProperty(TonicLog.prototype, level, {
        value(this: TonicLog, what: unknown, ...text: unknown[]): void {
          this.#line(level, what, text);
        },
      });
    }
  }

  /**
   * Shows a value to watch, at level `info`, whenever it is another one than it was: compared as JSON, as it is now. Longer than 1,000
   * characters it is cut. Of up to 64 names the last value is known.
   */
  probe(name: string, value: unknown): void {
    const tonic = this.#tonic;
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    const key = cut(name);
    const json = jsonOf(value);
    const known = (this.#probes ??= new Map());
    if (known.get(key) === json) return;
    if (known.size >= MOST_PROBES && !known.has(key)) known.delete(known.keys().next().value!);
    known.set(key, json);
    tonic._ttScheduler.logs.probe(tonic, this.#sparkle(), key, json);
  }

  /** Marks how far a sparkle has come, at level `info`: in its entry the marker stands between the lines before and after it. */
  mark(text: string): void {
    const tonic = this.#tonic;
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    tonic._ttScheduler.logs.mark(tonic, this.#sparkle(), cut(text));
  }

  /** Puts a word on the entry of the sparkle that runs, at level `info`, beside the framework's own `slow` and `failed`. At most 16. */
  flag(name: string): void {
    const tonic = this.#tonic;
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    tonic._ttScheduler.logs.flag(tonic, this.#sparkle(), cut(name));
  }

  /**
   * The colour of its lines and entries, and of those of its infusions that have none of their own. Also the option `logLane`.
   * @throws {TaskTonicError} `TT_BAD_OPTION` for a colour that there is not.
   */
  get lane(): LogLane | undefined {
    return this.#tonic._ttLane;
  }

  set lane(lane: LogLane | undefined) {
    if (lane !== undefined) checkOption(laneOption, lane, this.#tonic._ttPlan.className, 'logLane');
    this.#lane = lane;
  }

  /** @internal Its own lane, without inheritance. */
  get ownLane(): LogLane | undefined {
    return this.#lane;
  }

  #line(level: LineLevel, what: unknown, text: readonly unknown[]): void {
    const tonic = this.#tonic;
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    tonic._ttScheduler.logs.line(tonic, level, this.#sparkle(), what, text);
  }

  /** The running sparkle, if it belongs to this Tonic. */
  #sparkle(): string | undefined {
    return running.tonic === this.#tonic ? running.sparkle?.key : undefined;
  }
}

function cut(name: unknown): string {
  const text = plainText(name);
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}...` : text;
}

/** The most characters of one probe. */
const LONGEST_PROBE = 1_000;

/** Any value as JSON; a long one is shortened to a text. */
function jsonOf(value: unknown): string {
  const json = JSON.stringify(Number.isFinite(value) || typeof value !== 'number' ? plain(value) : String(value));
  if (json === undefined) return '"undefined"';
  return json.length <= LONGEST_PROBE ? json : JSON.stringify(`${json.slice(0, LONGEST_PROBE)}...`);
}
