import type { Logger } from 'pino';
import type { ErrorCode, TaskTonicError } from '../core/errors.js';
import type { AnyTonic, FailureInfo } from '../core/any-tonic.js';
import type { LineLevel } from '../core/log-port.js';
import { LogLevel } from '../core/log-level.js';
import { plain, plainText } from '../core/plain.js';
import type { Sparkle } from '../core/plan/plan.js';
import type { Order } from '../core/queue/order.js';
import type { Clock } from '../core/time/clock.js';
import { NONE } from '../core/tonic-inside.js';
import { EntryCollector, type EntryBounds } from './log-entries.js';
import { treePlaceOf, fullNameOf, identityOf, rounded } from './log-fields.js';
import type { LogWriter } from './log-writer.js';
import { type SuppressedLines, LogRates } from './log-rates.js';
import { userLine } from './user-line.js';

/** Lines of life cycle and sparkles have the level `debug`, and `info` if the Tonic is in mode `full`. */
const lineLevel = (tonic: AnyTonic): 'info' | 'debug' => (tonic._ttLogLevel === LogLevel.full ? 'info' : 'debug');

/** Errors at an end are always written: a peer cannot cause them repeatedly. */
const NAMED: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['TT_ABORTED', 'TT_ORDERS_LOST']);

/** A warning about a slow log is written at most once in this time, in ms. */
const SLOW_LOG_SILENCE = 1_000;

/** The rules of a log: the mode of its Tonics, and when a sparkle is slow. */
export interface LogRules {
  /** The default mode of Tonics without a base. */
  readonly level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. */
  readonly slowSparkle: number;
  /** Whether the lines of a sparkle are gathered into one entry, and its limits. */
  readonly entries?: EntryBounds | undefined;
}

/** Writes about Tonics by the rules of the modes: their own lines, their life cycle, their failures. */
export class TonicLines {
  /** The default mode of Tonics without a base. @internal */
  level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. @internal */
  slowSparkle: number;
  /** Gathers the entries of sparkles; `undefined` if each line is written at once. @internal */
  readonly entries: EntryCollector | undefined;
  /** @internal */
  readonly writer: LogWriter;
  /** @internal Limits the lines that peers can cause. */
  readonly rates: LogRates;
  /** The time that the log has taken, in ms, which does not count for sparkles. @internal */
  spent = 0;
  readonly #clock: Clock;
  #silentUntil = -Infinity;

  /** @internal */
  constructor(writer: LogWriter, { level, slowSparkle, entries }: LogRules, clock: Clock) {
    this.writer = writer;
    this.level = level;
    this.slowSparkle = slowSparkle;
    this.#clock = clock;
    this.rates = new LogRates(clock, (leftOut) => this.#tellLeftOut(leftOut));
    if (entries !== undefined) this.entries = new EntryCollector(writer, entries, clock);
  }

  /** `undefined` while nothing is logged. @internal */
  get logger(): Logger | undefined {
    return this.writer.logger;
  }

  /** Whether lines of a level are written; others cost nothing more. */
  #writes(level: LineLevel): boolean {
    return this.logger?.isLevelEnabled(level) === true;
  }

  // ---- Lines of a Tonic ----

  /** A line of the user. @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void {
    if (!this.#writes(level)) return;
    const since = this.#clock.now();
    const { fields, message } = userLine(what, text);
    const entry = this.#entryOf(tonic, sparkle);
    if (entry === undefined) this.logger![level]({ ...this.#where(tonic, sparkle), ...fields }, message);
    else entry.line(level, this.entries!.json(level, fields, message));
    this.#took(since);
  }

  /** A probe, as JSON. @internal */
  probe(tonic: AnyTonic, sparkle: string | undefined, name: string, json: string): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) entry.probe(name, json);
    else {
      const probes = { [name]: JSON.parse(json) as unknown };
      this.logger!.info({ ...this.#where(tonic, sparkle), probes }, 'probe');
    }
    this.#took(since);
  }

  /** A marker in a sparkle. @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) entry.mark(text, this.entries!.now);
    else this.logger!.info({ ...this.#where(tonic, sparkle), markers: [{ text }] }, 'mark');
    this.#took(since);
  }

  /** A flag of a sparkle. @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) entry.flag(name);
    else this.logger!.info({ ...this.#where(tonic, sparkle), flags: [name] }, 'flag');
    this.#took(since);
  }

  // ---- Its life cycle ----

  /** A step in the life of a Tonic. @internal */
  life(tonic: AnyTonic, step: 'infused' | 'finished'): void {
    const level = lineLevel(tonic);
    if (tonic._ttLogLevel < LogLevel.off || !this.#writes(level)) return;
    const since = this.#clock.now();
    const birth = step === 'infused' ? { infused: treePlaceOf(tonic) } : undefined;
    const entry = this.entries?.current();
    if (entry === undefined) this.logger![level]({ ...identityOf(tonic), life: step, ...birth }, step);
    else entry.life(level, { tonic: fullNameOf(tonic), id: tonic.id, life: step, ...birth });
    this.#took(since);
  }

  /** A Tonic in mode `full` has entered a state without an `onEnter`. @internal */
  entered(tonic: AnyTonic, from: string | undefined): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    this.logger!.info({ ...identityOf(tonic), state: from, to: tonic._ttState }, 'transition');
    this.#took(since);
  }

  // ---- Its sparkles ----

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
    const level = tonic._ttLogLevel;
    const isSlow = ms >= this.slowSparkle;
    if (level < LogLevel.quiet || (level < LogLevel.full && !isSlow)) return;
    const since = this.#clock.now();
    if (isSlow) this.#slow(tonic, sparkle, ms);
    if (level === LogLevel.full && sparkle.prefix !== '_ttss')
      this.#sparkle(tonic, sparkle, source, sourceSparkle, state, ms);
    this.#took(since);
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
    const from = source === undefined ? undefined : { from: fullNameOf(source), fromSparkle: sourceSparkle?.key };
    const next = tonic._ttState === state ? undefined : { to: tonic._ttState };
    this.logger?.info({ ...identityOf(tonic), state, ...next, sparkle: key, ms: rounded(ms), ...from }, 'sparkle');
  }

  #slow(tonic: AnyTonic, { key }: Sparkle, ms: number): void {
    this.logger?.warn({ ...this.#where(tonic, key), ms: rounded(ms), slow: true }, 'slow sparkle');
  }

  /**
   * Ends the entry of a sparkle: it is written if the sparkle has logged something or is slow, or if the Tonic is in
   * mode `full`.
   */
  #endEntry(
    tonic: AnyTonic,
    { prefix }: Sparkle,
    source: AnyTonic | undefined,
    sourceSparkle: Sparkle | undefined,
    state: string | undefined,
    ms: number,
  ): void {
    const entries = this.entries!;
    const level = tonic._ttLogLevel;
    if (ms >= this.slowSparkle && level >= LogLevel.quiet && this.#writes('warn'))
      entries.of(tonic)?.flag('slow', 'warn');
    if (level === LogLevel.full && prefix !== '_ttss' && this.#writes('info')) entries.of(tonic)?.raise('info');
    const writes = entries.isSpoken;
    const since = writes ? this.#clock.now() : 0;
    const target = tonic._ttTarget === NONE ? tonic._ttState : tonic._ttTarget;
    entries.end(target === state ? undefined : target, ms, source, sourceSparkle);
    if (writes) this.#took(since);
  }

  // ---- Failures ----

  /** A failure is written in every mode. @internal */
  failure(tonic: AnyTonic, error: Error, { sparkle, state, source }: FailureInfo): void {
    if (!this.#writes('error')) return;
    const since = this.#clock.now();
    const message = plainText(error.message);
    if (tonic._ttOfPeers !== true || this.rates.admits(tonic, 'error', `a failure in ${String(sparkle)}`, message)) {
      const from = source === undefined ? undefined : { from: fullNameOf(source.tonic), fromSparkle: source.sparkle };
      const entry = this.#entryOf(tonic, sparkle);
      const err = plain(error);
      if (entry === undefined) this.logger!.error({ ...identityOf(tonic), state, sparkle, ...from, err }, message);
      else entry.failure(this.entries!.json('error', { err }, message));
    }
    this.#took(since);
  }

  /** A warning of the framework about a Tonic. @internal */
  warn(tonic: AnyTonic, error: Error): void {
    const { code, details } = error as Partial<TaskTonicError>;
    // Any peer can cause this, so it is no warning.
    const isReset = code === 'TT_PEER_RESET';
    const level = isReset ? 'info' : 'warn';
    if (tonic._ttLogLevel <= LogLevel.stealth || !this.#writes(level)) return;
    const since = this.#clock.now();
    if (NAMED.has(code) || this.rates.admits(tonic, level, String(code), error.message)) {
      const rest = isReset ? { address: details?.['address'] } : { err: plain(error.cause) };
      this.#say(tonic, level, { code, ...rest }, error.message);
    }
    this.#took(since);
  }

  /** @internal */
  debug(tonic: AnyTonic, message: string): void {
    if (tonic._ttLogLevel < LogLevel.quiet || !this.#writes('debug')) return;
    const since = this.#clock.now();
    this.#say(tonic, 'debug', {}, message);
    this.#took(since);
  }

  #say(tonic: AnyTonic, level: LineLevel, fields: object, message: string): void {
    const entry = this.entries?.of(tonic);
    if (entry === undefined) this.logger![level]({ ...identityOf(tonic), ...fields }, message);
    else entry.line(level, this.entries!.json(level, fields, message));
  }

  #tellLeftOut({ tonic, id, level, kind, count, last, ofOne }: SuppressedLines): void {
    const whose = ofOne ? { ...identityOf(tonic), id } : identityOf(tonic._ttBase ?? tonic);
    const message = `${count} more of this kind within a second, of ${ofOne ? fullNameOf(tonic) : tonic._ttPlan.className}; the last: ${last}`;
    this.logger?.[level]({ ...whose, code: kind, more: count }, message);
  }

  /**
   * Measures the time of the log since `since`. If it is long, the log reports that itself, because no sparkle is slow.
   */
  #took(since: number): void {
    const now = this.#clock.now();
    const ms = now - since;
    this.spent += ms;
    if (ms < this.slowSparkle || now < this.#silentUntil || !this.#writes('warn')) return;
    this.#silentUntil = now + SLOW_LOG_SILENCE;
    this.logger!.warn({ ms: rounded(ms) }, `the log took ${rounded(ms)} ms for a line: its destination is slow`);
    this.spent += this.#clock.now() - now;
  }

  /** The entry of the running sparkle; `undefined` if lines are written at once. */
  #entryOf(tonic: AnyTonic, sparkle: string | undefined): ReturnType<EntryCollector['of']> {
    return sparkle === undefined ? undefined : this.entries?.of(tonic, sparkle);
  }

  #where(tonic: AnyTonic, sparkle: string | undefined): object {
    return { ...identityOf(tonic), state: tonic._ttState, sparkle };
  }
}
