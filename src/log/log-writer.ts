import { written } from '../core/options/written.js';
import type { Logger, LoggerOptions } from 'pino';
import type { LineLevel } from '../core/log-port.js';
import { fail, toError } from '../core/errors.js';
import { loadPino } from './load-pino.js';
import { type LogSinkMaker, isSink } from './log-services.js';
import type { LogContext, LogSink } from '../core/log-sink.js';
import { lineSafe } from './terminal-safe.js';

/** Which run of which program it is that logs: the first line that a sink is given. */
export interface SessionRecord {
  readonly project: string;
  readonly pid: number;
  readonly node: string;
  readonly startedAt: number;
}

/** The sink that lines go to now. */
interface Place {
  /** The name of its service; `stream` for one that was given as it is. */
  readonly name: string;
  /** `undefined` where nothing is logged. */
  readonly sink: LogSink | undefined;
  /** Whether we made it, and so close it. */
  readonly owned: boolean;
}

/** A person at a screen knows what was started, and so does who gave a stream. */
const KNOWN_TO_THEIR_READER: ReadonlySet<string> = new Set(['screen', 'stream']);

const NOWHERE: Place = { name: 'off', sink: undefined, owned: false };

/** What comes after the end has no other place to go. */
const STDERR: Place = { name: 'stderr', sink: { write: (line) => void process.stderr.write(line) }, owned: false };

/** What makes lines of JSON, and the sink that they go to. The sink can be replaced between two lines, and can break nothing. */
export class LogWriter {
  /** `undefined` while nothing is to be logged at all. */
  logger: Logger | undefined = undefined;
  /** Told when lines go to another service. */
  onMoved: ((name: string) => void) | undefined = undefined;

  readonly #services: LogSinkMaker | undefined;
  readonly #context: LogContext | undefined;
  #level: string;
  readonly #session: SessionRecord | undefined;
  #place = NOWHERE;
  #pino: Logger | undefined;
  #scribe: Logger | undefined;
  /** Lines that a sink has refused, by throwing, or that one which is no longer used has dropped. */
  #lost = 0;
  #written = '';
  #writing = false;
  /** Sinks that have failed: each is named once. */
  readonly #failed = new WeakSet<LogSink>();
  /** Changes are made one after the other. */
  #changes: Promise<void> = Promise.resolve();
  #closed = false;

  /** Without services it logs nothing, for good. */
  constructor(services?: LogSinkMaker, context?: LogContext, level = 'silent', session?: SessionRecord) {
    this.#session = session;
    this.#services = services;
    this.#context = context;
    this.#level = level;
  }

  /** The name of the service that lines go to now; `stream` for a stream that was given as it is. */
  get name(): string {
    return this.#place.name;
  }

  /** The least level that is written from now on. */
  setLevel(level: string): void {
    this.#level = level;
    for (const logger of [this.#pino, this.#scribe]) if (logger !== undefined) logger.level = level;
  }

  /** Lines that a sink has refused, by throwing, or has dropped. */
  get lost(): number {
    return this.#lost + (this.#place.sink?.lost ?? 0);
  }

  /** Hands a line of JSON to the sink. */
  write(line: string): void {
    const { sink } = this.#place;
    if (sink === undefined) return;
    if (this.#writing) return void this.#lost++;
    this.#writing = true;
    try {
      // A function that is declared to return nothing may still be async.
      const given = sink.write(lineSafe(line)) as PromiseLike<void> | undefined;
      if (typeof given?.then === 'function') given.then(undefined, (reason: unknown) => this.#refused(sink, reason));
    } catch (thrown) {
      this.#refused(sink, thrown);
    } finally {
      this.#writing = false;
    }
    return undefined;
  }

  /** The JSON of a line, without its line feed: it is not written, but becomes a part of something. */
  json(level: LineLevel, fields: object, message: string | undefined): string {
    this.#scribe![level](fields, message);
    return this.#written.trimEnd();
  }

  /**
   * Replaces the sink: lines up to now go to the old one, which is flushed and closed, those from then on to the new one.
   *
   * @throws {TaskTonicError} `TT_LOG_CLOSED`, `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`; what the maker throws. Lines then go on
   *   to the old one.
   */
  async use(to: string | LogSink, options: unknown): Promise<void> {
    const change = this.#changes.then(() => this.#change(to, options));
    this.#changes = change.catch(() => {});
    return change;
  }

  async #change(to: string | LogSink, options: unknown): Promise<void> {
    if (this.#closed) throw fail('TT_LOG_CLOSED');
    // First, so that a sink which looks around in the next check phase finds the main Catalyst.
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
    if (!isSink(to)) throw fail('TT_BAD_LOG_SERVICE', { name: written(to) });
    return { name: 'stream', sink: to, owned: false };
  }

  /** Loaded here, not at import: an app that logs nothing starts without it. */
  async #loadPino(): Promise<void> {
    if (this.#pino !== undefined) return;
    const pino = await loadPino();
    const { clock } = this.#context!;
    const options: LoggerOptions = {
      level: this.#level,
      base: null,
      timestamp: () => `,"time":${clock.wallTime()}`,
      // What is logged has been made plain.
      serializers: { err: (err: unknown) => err },
    };
    this.#pino = pino(options, { write: (line) => this.write(line) });
    this.#scribe = pino(options, { write: (line) => void (this.#written = line) });
  }

  /** Flushes and closes the sink, within the time that there is for it. */
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

  /** The log cannot say it, so stderr does; once for each sink. */
  #say(sink: LogSink, thrown: unknown): void {
    if (this.#failed.has(sink)) return;
    this.#failed.add(sink);
    const { message } = toError(thrown);
    this.#context?.say(`a log service failed (${message}); what it refuses from now on is only counted`);
  }
}

/** A stream of `node:fs` has a `flush` that is no function, but one of its options. */
function canFlush(sink: LogSink): sink is LogSink & Required<Pick<LogSink, 'flush'>> {
  return typeof sink.flush === 'function';
}

async function flushAndClose(sink: LogSink, owned: boolean): Promise<void> {
  // Called at once where there is nothing to wait for: a sink that sets its own deadline is done before we give it up.
  if (canFlush(sink)) await sink.flush();
  if (owned) await sink.close?.();
}
