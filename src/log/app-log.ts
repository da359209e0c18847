import type { Logger } from 'pino';
import type { AnyTonic, FailureInfo } from '../core/any-tonic.js';
import { NONE } from '../core/tonic-inside.js';
import type { LineLevel, LogService } from '../core/log-port.js';
import { fail } from '../core/errors.js';
import { EntryBook, type EntryBounds } from './log-entries.js';
import { identityOf, rounded } from './log-fields.js';
import type { Clock } from '../core/time/clock.js';
import { LogLevel } from '../core/log-level.js';
import { plain, plainText } from '../core/plain.js';
import { userLine } from './user-line.js';
import type { LogLane } from '../core/log-lane.js';
import { type LogOutlet } from './log-outlet.js';
import type { LogSink } from '../core/log-sink.js';
import type { Order } from '../core/queue/order.js';
import type { Sparkle } from '../core/plan/plan.js';

/** Lines of life cycle and sparkles are `debug` lines, and `info` where the Tonic is in mode `full`: somebody asked for them. */
const lineLevel = (tonic: AnyTonic): 'info' | 'debug' => (tonic._ttLogLevel === LogLevel.full ? 'info' : 'debug');

/** The rules of an app's log: the mode of its Tonics, and when a sparkle is slow. */
export interface LogRules {
  /** The mode of Tonics that have none of their own and no base. */
  readonly level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. */
  readonly slowSparkle: number;
  /** Whether what a sparkle logs is gathered into one entry, and how much of it. */
  readonly entries?: EntryBounds | undefined;
  readonly far?: FarLog | undefined;
}

/** What the log of a thread has from the main one, which leads it. */
export interface FarLog {
  /** The lane of its Catalyst's base. */
  readonly lane: LogLane | undefined;
}

/** The log of an app: what is written of what happens, by the rules of the modes. */
export class AppLog implements LogService {
  /** The mode of Tonics that have none of their own and no base. @internal */
  readonly level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. @internal */
  readonly slowSparkle: number;
  /** Where the log of a sparkle is gathered; `undefined` where each line is written at once. @internal */
  readonly entries: EntryBook | undefined;
  /** @internal */
  readonly outlet: LogOutlet;
  readonly #far: FarLog | undefined;

  /** @internal */
  constructor(outlet: LogOutlet, { level, slowSparkle, entries, far }: LogRules, clock?: Clock) {
    this.outlet = outlet;
    this.level = level;
    this.slowSparkle = slowSparkle;
    this.#far = far;
    if (entries !== undefined && clock !== undefined) this.entries = new EntryBook(outlet, entries, clock);
  }

  /** `undefined` while nothing is to be logged at all. @internal */
  get logger(): Logger | undefined {
    return this.outlet.logger;
  }

  /** The lane of Tonics that have none of their own and no base here. @internal */
  get lane(): LogLane | undefined {
    return this.#far?.lane;
  }

  /** Lines that a sink has refused by throwing or had to drop, since the start. */
  get lost(): number {
    return this.outlet.lost;
  }

  /** The name of the service that it goes to now; `stream` for a stream that was given as it is. */
  get to(): string {
    return this.outlet.name;
  }

  /**
   * Has the log go elsewhere from now on, in all threads: to a service by its name, with its options, or to a stream. No line is lost, and
   * none comes twice: those up to the change go to the old one, which is then flushed and closed, those after it to the new one.
   *
   * @returns resolves when the change is made and the old one has ended.
   * @throws {TaskTonicError} `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`, `TT_BAD_OPTION`, or what its maker throws, and the log goes on
   *   as before; `TT_LOG_CLOSED` where the app has ended; `TT_LOG_IN_THREAD` in a thread that is not the main one.
   */
  async use(to: string | LogSink, options?: object): Promise<void> {
    if (this.#far !== undefined) throw fail('TT_LOG_IN_THREAD');
    return this.outlet.use(to, options);
  }

  /** @internal */
  async follow(to: string): Promise<void> {
    return this.outlet.use(to, undefined);
  }

  /** @internal */
  set onMoved(told: () => void) {
    this.outlet.onMoved = told;
  }

  /** @internal */
  get isOn(): boolean {
    return this.outlet.logger !== undefined;
  }

  /** @internal */
  get tellsFailures(): boolean {
    return this.logger?.isLevelEnabled('error') === true;
  }

  /** The app has ended: what is open is written, and leaves. @internal */
  async close(): Promise<void> {
    this.entries?.writeOpen();
    return this.outlet.close();
  }

  /** Nobody caught an error, and the process may end with it: what is open is written first. @internal */
  uncaught(error: Error, origin: string): void {
    this.entries?.writeOpen();
    const err = plain(error) as Error;
    this.logger?.fatal({ err, origin }, `nobody caught: ${err.message}`);
  }

  /** @internal */
  get gathers(): boolean {
    return this.entries !== undefined;
  }

  /** @internal */
  writeOpen(): void {
    this.entries?.writeOpen();
  }

  /** @internal */
  heldOpen(holding: readonly string[]): void {
    this.logger?.warn({ holding }, `the app has ended, but the process is kept open by ${holding.join(', ')}`);
  }

  /** A line that another thread has written. @internal */
  forwarded(line: string): void {
    this.outlet.write(line);
  }

  /** A line of a Tonic, as its user wrote it. @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void {
    if (this.logger === undefined || !this.logger.isLevelEnabled(level)) return;
    const { fields, message } = userLine(what, text);
    const entry = this.#entryOf(tonic, sparkle);
    if (entry === undefined) this.logger[level]({ ...this.#where(tonic, sparkle), ...fields }, message);
    else entry.line(level, this.entries!.json(level, fields, message));
  }

  /** A value to watch, as JSON. @internal */
  probe(tonic: AnyTonic, sparkle: string | undefined, name: string, json: string): void {
    if (this.logger === undefined || !this.logger.isLevelEnabled('info')) return;
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) return entry.probe(name, json);
    return this.logger.info(
      { ...this.#where(tonic, sparkle), probes: { [name]: JSON.parse(json) as unknown } },
      'probe',
    );
  }

  /** A place in the course of a sparkle. @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void {
    if (this.logger === undefined || !this.logger.isLevelEnabled('info')) return;
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) return entry.mark(text, this.entries!.now);
    return this.logger.info({ ...this.#where(tonic, sparkle), markers: [{ text }] }, 'mark');
  }

  /** A word for what is odd about a sparkle. @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void {
    if (this.logger === undefined || !this.logger.isLevelEnabled('info')) return;
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) return entry.flag(name);
    return this.logger.info({ ...this.#where(tonic, sparkle), flags: [name] }, 'flag');
  }

  /** A step in the life of a Tonic. @internal */
  life(tonic: AnyTonic, step: string): void {
    const level = lineLevel(tonic);
    if (tonic._ttLogLevel < LogLevel.off || this.logger === undefined || !this.logger.isLevelEnabled(level)) return;
    const entry = this.entries?.current();
    if (entry === undefined) this.logger[level]({ ...identityOf(tonic), life: step }, step);
    else entry.life(level, { tonic: tonic.name, id: tonic.id, life: step });
  }

  /** @internal */
  begins(tonic: AnyTonic, sparkle: Sparkle, state: string | undefined): boolean {
    if (this.entries === undefined || tonic._ttLogLevel < LogLevel.quiet) return false;
    this.entries.begin(tonic, sparkle, state);
    return true;
  }

  /** @internal */
  threw(): void {
    this.entries?.threw();
  }

  /** @internal */
  ran(
    tonic: AnyTonic,
    sparkle: Sparkle,
    { source, sourceSparkle }: Order,
    state: string | undefined,
    ms: number,
    gathered: boolean,
  ): void {
    if (gathered) return this.#endEntry(tonic, sparkle, source, sourceSparkle, state, ms);
    if (tonic._ttLogLevel < LogLevel.quiet) return;
    if (ms >= this.slowSparkle) this.#slow(tonic, sparkle, ms);
    if (tonic._ttLogLevel === LogLevel.full && sparkle.prefix !== '_ttss')
      this.#sparkle(tonic, sparkle, source, sourceSparkle, state, ms);
  }

  /** One sparkle that has run, in mode `full`. */
  #sparkle(
    tonic: AnyTonic,
    { key }: Sparkle,
    source: AnyTonic | undefined,
    sourceSparkle: Sparkle | undefined,
    state: string | undefined,
    ms: number,
  ): void {
    const from = source === undefined ? undefined : { from: source.name, fromSparkle: sourceSparkle?.key };
    const next = tonic._ttState === state ? undefined : { to: tonic._ttState };
    this.logger?.info({ ...identityOf(tonic), state, ...next, sparkle: key, ms: rounded(ms), ...from }, 'sparkle');
  }

  #slow(tonic: AnyTonic, { key }: Sparkle, ms: number): void {
    this.logger?.warn({ ...this.#where(tonic, key), ms: rounded(ms), slow: true }, 'slow sparkle');
  }

  /** The entry of a sparkle that has run: written if it has said something, is slow, or the Tonic is in mode `full`. */
  #endEntry(
    tonic: AnyTonic,
    { prefix }: Sparkle,
    source: AnyTonic | undefined,
    sourceSparkle: Sparkle | undefined,
    state: string | undefined,
    ms: number,
  ): void {
    const entries = this.entries!;
    const { logger } = this;
    const level = tonic._ttLogLevel;
    if (ms >= this.slowSparkle && level >= LogLevel.quiet && logger?.isLevelEnabled('warn') === true)
      entries.of(tonic)?.flag('slow', 'warn');
    if (level === LogLevel.full && prefix !== '_ttss' && logger?.isLevelEnabled('info') === true)
      entries.of(tonic)?.raise('info');
    const target = tonic._ttTarget === NONE ? tonic._ttState : tonic._ttTarget;
    entries.end(target === state ? undefined : target, ms, source, sourceSparkle);
  }

  /** A throw: never lost, whatever the mode. @internal */
  failure(tonic: AnyTonic, error: Error, { sparkle, state, source }: FailureInfo): void {
    const from = source === undefined ? undefined : { from: source.name, fromSparkle: source.sparkle };
    const fields = { ...identityOf(tonic), state, sparkle, ...from };
    if (this.logger?.isLevelEnabled('error') !== true) return;
    const entry = this.#entryOf(tonic, sparkle);
    const err = plain(error);
    if (entry === undefined) this.logger.error({ ...fields, err }, plainText(error.message));
    else entry.failure(this.entries!.json('error', { err }, plainText(error.message)));
  }

  /** Something the user should know, said by the framework for a Tonic. @internal */
  warn(tonic: AnyTonic, error: Error): void {
    if (tonic._ttLogLevel <= LogLevel.stealth) return;
    const fields = { code: (error as { code?: unknown }).code, err: plain(error.cause) };
    this.#say(tonic, 'warn', fields, error.message);
  }

  /** @internal */
  debug(tonic: AnyTonic, message: string): void {
    if (tonic._ttLogLevel >= LogLevel.quiet) this.#say(tonic, 'debug', {}, message);
  }

  #say(tonic: AnyTonic, level: 'warn' | 'debug', fields: object, message: string): void {
    if (this.logger?.isLevelEnabled(level) !== true) return;
    const entry = this.entries?.of(tonic);
    if (entry === undefined) this.logger[level]({ ...identityOf(tonic), ...fields }, message);
    else entry.line(level, this.entries!.json(level, fields, message));
  }

  /** The entry that gathers what a sparkle says; `undefined` where it is written at once. */
  #entryOf(tonic: AnyTonic, sparkle: string | undefined): ReturnType<EntryBook['of']> {
    return sparkle === undefined ? undefined : this.entries?.of(tonic, sparkle);
  }

  #where(tonic: AnyTonic, sparkle: string | undefined): object {
    return { ...identityOf(tonic), state: tonic._ttState, sparkle };
  }
}
