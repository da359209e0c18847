import { valueText } from '../core/options/value-text.js';
import type { Logger, LoggerOptions } from 'pino';
import type { LineLevel } from '../core/log-port.js';
import { fail, toError } from '../core/errors.js';
import { loadPino } from './load-pino.js';
import { type LogSinkMaker, isSink } from './log-services.js';
import type { LogContext, LogSink } from '../core/log-sink.js';
import { lineSafe } from './terminal-safe.js';

/** Identifies the program and its run: the first line that a sink gets. */
export interface SessionRecord {
  readonly project: string;
  readonly pid: number;
  readonly node: string;
  readonly startedAt: number;
}

/** The present destination of lines. */
interface Place {
  /** The name of its service; `stream` for a stream that was given. */
  readonly name: string;
  /** `undefined` if nothing is logged. */
  readonly sink: LogSink | undefined;
  /** Whether the log has made it, and so must close it. */
  readonly owned: boolean;
}

/** Destinations that need no session record: a person at a screen, and the owner of a stream, know the program. */
const KNOWN_TO_THEIR_READER: ReadonlySet<string> = new Set(['screen', 'stream']);

const NOWHERE: Place = { name: 'off', sink: undefined, owned: false };

/** Where lines after the end go. */
const STDERR: Place = { name: 'stderr', sink: { write: (line) => void process.stderr.write(line) }, owned: false };

/**
 * Makes lines of JSON and gives them to the sink. The sink can be replaced between two lines, and its errors do no
 * harm.
 */
export class LogWriter {
  /** `undefined` while nothing is logged. */
  logger: Logger | undefined = undefined;
  /** Called when lines go to another service. */
  onMoved: ((name: string) => void) | undefined = undefined;

  readonly #services: LogSinkMaker | undefined;
  readonly #context: LogContext | undefined;
  #level: string;
  readonly #session: SessionRecord | undefined;
  #place = NOWHERE;
  #pino: Logger | undefined;
  #scribe: Logger | undefined;
  /** Lines that a sink has refused by throwing, or that an earlier sink has dropped. */
  #lost = 0;
  #written = '';
  #writing = false;
  /** Sinks that have failed: each is reported once. */
  readonly #failed = new WeakSet<LogSink>();
  /** Changes of the sink are made one after the other. */
  #changes: Promise<void> = Promise.resolve();
  #closed = false;

  /** Without services it never logs anything. */
  constructor(services?: LogSinkMaker, context?: LogContext, level = 'silent', session?: SessionRecord) {
    this.#session = session;
    this.#services = services;
    this.#context = context;
    this.#level = level;
  }

  /** The name of the present service; `stream` for a stream that was given. */
  get name(): string {
    return this.#place.name;
  }

  /** Sets the lowest level that is written. */
  setLevel(level: string): void {
    this.#level = level;
    for (const logger of [this.#pino, this.#scribe]) if (logger !== undefined) logger.level = level;
  }

  /** The number of lines that a sink has refused by throwing, or has dropped. */
  get lost(): number {
    return this.#lost + (this.#place.sink?.lost ?? 0);
  }

  /** Gives a line of JSON to the sink. */
  write(line: string): void {
    const { sink } = this.#place;
    if (sink === undefined) return;
    if (this.#writing) return void this.#lost++;
    this.#writing = true;
    try {
      // The function may be async although its type says void.
      const given = sink.write(lineSafe(line)) as PromiseLike<void> | undefined;
      if (typeof given?.then === 'function') given.then(undefined, (reason: unknown) => this.#refused(sink, reason));
    } catch (thrown) {
      this.#refused(sink, thrown);
    } finally {
      this.#writing = false;
    }
    return undefined;
  }

  /** A line as JSON without a line feed, to become a part of an entry. */
  json(level: LineLevel, fields: object, message: string | undefined): string {
    this.#scribe![level](fields, message);
    return this.#written.trimEnd();
  }

  /**
   * Replaces the sink: earlier lines go to the old one, which is flushed and closed; later lines go to the new one.
   *
   * @throws {TaskTonicError} `TT_LOG_CLOSED`, `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`; and what the maker
   *   throws. Then the old sink stays.
   */
  async use(to: string | LogSink, options: unknown): Promise<void> {
    const change = this.#changes.then(() => this.#change(to, options));
    this.#changes = change.catch(() => {});
    return change;
  }

  async #change(to: string | LogSink, options: unknown): Promise<void> {
    if (this.#closed) throw fail('TT_LOG_CLOSED');
    // First, so that a sink which looks for the main Catalyst in the next check phase finds it.
    if (to !== 'off') await this.#loadPino();
    const next = await this.#open(to, options);
    if (this.#closed) {
      await this.#end(next);
      throw fail('TT_LOG_CLOSED');
    }
    const before = this.#place;
    this.#place = next;
    this.logger = next.sink === undefined ? undefined : this.#pino;
    if (this.#session !== undefined && !KNOWN_TO_THEIR_READER.has(next.name))
      this.logger?.info(this.#session, 'session');
    this.onMoved?.(next.name);
    await this.#end(before);
    this.#lost += before.sink?.lost ?? 0;
  }

  async #open(to: string | LogSink, options: unknown): Promise<Place> {
    if (typeof to === 'string')
      return { name: to, sink: await this.#services?.make(to, options, this.#context!), owned: true };
    if (!isSink(to)) throw fail('TT_BAD_LOG_SERVICE', { name: valueText(to) });
    return { name: 'stream', sink: to, owned: false };
  }

  /** Loaded here and not at import, so that an app without a log starts without it. */
  async #loadPino(): Promise<void> {
    if (this.#pino !== undefined) return;
    const pino = await loadPino();
    const { clock } = this.#context!;
    const options: LoggerOptions = {
      level: this.#level,
      base: null,
      timestamp: () => `,"time":${clock.wallTime()}`,
      // Errors in logged values were already converted to plain data.
      serializers: { err: (err: unknown) => err },
    };
    this.#pino = pino(options, { write: (line) => this.write(line) });
    this.#scribe = pino(options, { write: (line) => void (this.#written = line) });
  }

  /** Flushes and closes the sink, within the time limit. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const place = this.#place;
    if (place.owned && place.sink?.close !== undefined) this.#place = STDERR;
    await this.#end(place);
  }

  async #end({ sink, owned }: Place): Promise<void> {
    if (sink === undefined || (!canFlush(sink) && (!owned || sink.close === undefined))) return;
    const { clock, closeTimeout } = this.#context!;
    await new Promise<void>((resolve) => {
      const ended = flushAndClose(sink, owned).catch((thrown: unknown) => this.#say(sink, thrown));
      const deadline = clock.setTimer(resolve, closeTimeout);
      void ended.then(() => {
        clock.clearTimer(deadline);
        resolve();
      });
    });
  }

  #refused(sink: LogSink, thrown: unknown): void {
    this.#lost++;
    this.#say(sink, thrown);
  }

  /** Reports the failure on stderr, because the log cannot; once for each sink. */
  #say(sink: LogSink, thrown: unknown): void {
    if (this.#failed.has(sink)) return;
    this.#failed.add(sink);
    const { message } = toError(thrown);
    this.#context?.say(`a log service failed (${message}); what it refuses from now on is only counted`);
  }
}

/** A stream of `node:fs` has a field `flush` that is no function. */
function canFlush(sink: LogSink): sink is LogSink & Required<Pick<LogSink, 'flush'>> {
  return typeof sink.flush === 'function';
}

async function flushAndClose(sink: LogSink, owned: boolean): Promise<void> {
  // Called in the same turn if possible: a sink with a deadline of its own ends before ours passes.
  if (canFlush(sink)) await sink.flush();
  if (owned) await sink.close?.();
}
