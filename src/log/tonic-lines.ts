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
import { EntryBook, type EntryBounds } from './log-entries.js';
import { birthOf, fullNameOf, identityOf, rounded } from './log-fields.js';
import type { LogWriter } from './log-writer.js';
import { type LeftOut, LogRates } from './log-rates.js';
import { userLine } from './user-line.js';

/** Lines of life cycle and sparkles are `debug` lines, and `info` where the Tonic is in mode `full`: somebody asked for them. */
const lineLevel = (tonic: AnyTonic): 'info' | 'debug' => (tonic._ttLogLevel === LogLevel.full ? 'info' : 'debug');

/** What is cut or lost at an end is named, each of it: no peer can have that happen again and again. */
const NAMED: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(['TT_ABORTED', 'TT_ORDERS_LOST']);

/** A log that is slow is not to say so with each of its lines: this often, in ms. */
const SLOW_LOG_SILENCE = 1_000;

/** The rules of an app's log: the mode of its Tonics, and when a sparkle is slow. */
export interface LogRules {
  /** The mode of Tonics that have none of their own and no base. */
  readonly level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. */
  readonly slowSparkle: number;
  /** Whether what a sparkle logs is gathered into one entry, and how much of it. */
  readonly entries?: EntryBounds | undefined;
}

/** What is written of Tonics, by the rules of the modes: what they say, what becomes of them, what goes wrong. */
export class TonicLines {
  /** The mode of Tonics that have none of their own and no base. @internal */
  level: LogLevel;
  /** A sparkle that runs longer is flagged, in ms. @internal */
  slowSparkle: number;
  /** Where the log of a sparkle is gathered; `undefined` where each line is written at once. @internal */
  readonly entries: EntryBook | undefined;
  /** @internal */
  readonly writer: LogWriter;
  /** @internal How many lines peers can have us write. */
  readonly rates: LogRates;
  /** How long it has taken so far, in ms: that is not the time of the sparkle that ran. @internal */
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
    if (entries !== undefined) this.entries = new EntryBook(writer, entries, clock);
  }

  /** `undefined` while nothing is to be logged at all. @internal */
  get logger(): Logger | undefined {
    return this.writer.logger;
  }

  /** What it writes of levels that are not written costs nothing more. */
  #writes(level: LineLevel): boolean {
    return this.logger?.isLevelEnabled(level) === true;
  }

  // ---- What a Tonic says ----

  /** A line of a Tonic, as its user wrote it. @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void {
    if (!this.#writes(level)) return;
    const since = this.#clock.now();
    const { fields, message } = userLine(what, text);
    const entry = this.#entryOf(tonic, sparkle);
    if (entry === undefined) this.logger![level]({ ...this.#where(tonic, sparkle), ...fields }, message);
    else entry.line(level, this.entries!.json(level, fields, message));
    this.#took(since);
  }

  /** A value to watch, as JSON. @internal */
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

  /** A place in the course of a sparkle. @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) entry.mark(text, this.entries!.now);
    else this.logger!.info({ ...this.#where(tonic, sparkle), markers: [{ text }] }, 'mark');
    this.#took(since);
  }

  /** A word for what is odd about a sparkle. @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    const entry = this.#entryOf(tonic, sparkle);
    if (entry !== undefined) entry.flag(name);
    else this.logger!.info({ ...this.#where(tonic, sparkle), flags: [name] }, 'flag');
    this.#took(since);
  }

  // ---- What becomes of it ----

  /** A step in the life of a Tonic. @internal */
  life(tonic: AnyTonic, step: 'infused' | 'finished'): void {
    const level = lineLevel(tonic);
    if (tonic._ttLogLevel < LogLevel.off || !this.#writes(level)) return;
    const since = this.#clock.now();
    const birth = step === 'infused' ? { infused: birthOf(tonic) } : undefined;
    const entry = this.entries?.current();
    if (entry === undefined) this.logger![level]({ ...identityOf(tonic), life: step, ...birth }, step);
    else entry.life(level, { tonic: fullNameOf(tonic), id: tonic.id, life: step, ...birth });
    this.#took(since);
  }

  /** A Tonic in mode `full` is in another state, and has no `onEnter` there that would tell. @internal */
  entered(tonic: AnyTonic, from: string | undefined): void {
    if (!this.#writes('info')) return;
    const since = this.#clock.now();
    this.logger!.info({ ...identityOf(tonic), state: from, to: tonic._ttState }, 'transition');
    this.#took(since);
  }

  // ---- What its sparkles do ----

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

  // ---- What goes wrong ----

  /** A throw: never lost, whatever the mode. @internal */
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

  /** Something the user should know, said by the framework for a Tonic. @internal */
  warn(tonic: AnyTonic, error: Error): void {
    const { code, details } = error as Partial<TaskTonicError>;
    // What any peer may do is no fault of anybody's.
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

  #tellLeftOut({ tonic, id, level, kind, count, last, ofOne }: LeftOut): void {
    const whose = ofOne ? { ...identityOf(tonic), id } : identityOf(tonic._ttBase ?? tonic);
    const message = `${count} more of this kind within a second, of ${ofOne ? fullNameOf(tonic) : tonic._ttPlan.className}; the last: ${last}`;
    this.logger?.[level]({ ...whose, code: kind, more: count }, message);
  }

  /** The log has taken the time from `since` on. Where that is much, it says so itself: no sparkle is to blame. */
  #took(since: number): void {
    const now = this.#clock.now();
    const ms = now - since;
    this.spent += ms;
    if (ms < this.slowSparkle || now < this.#silentUntil || !this.#writes('warn')) return;
    this.#silentUntil = now + SLOW_LOG_SILENCE;
    this.logger!.warn({ ms: rounded(ms) }, `the log took ${rounded(ms)} ms for a line: its destination is slow`);
    this.spent += this.#clock.now() - now;
  }

  /** The entry that gathers what a sparkle says; `undefined` where it is written at once. */
  #entryOf(tonic: AnyTonic, sparkle: string | undefined): ReturnType<EntryBook['of']> {
    return sparkle === undefined ? undefined : this.entries?.of(tonic, sparkle);
  }

  #where(tonic: AnyTonic, sparkle: string | undefined): object {
    return { ...identityOf(tonic), state: tonic._ttState, sparkle };
  }
}
