import { fail } from '../core/errors.js';
import type { LogContext, LogSink } from '../core/log-sink.js';
import { openJson, openScreen } from './log-screen.js';
import { nearest } from '../core/options/nearest.js';

/**
 * Makes the sink of a log service, from its options. `undefined` is a service that logs nothing at all: nothing is made of lines
 * either.
 */
export type LogServiceMaker = (
  options: never,
  context: LogContext,
) => LogSink | undefined | Promise<LogSink | undefined>;

/** Log services, by the name that `log: { to }` gives. */
export type LogCatalog = Readonly<Record<string, LogServiceMaker>>;

/** Makes a sink for a name: a {@link LogServices}, or a replacement in a test. */
export interface LogSinkMaker {
  readonly names: readonly string[];
  make(name: string, options: unknown, context: LogContext): Promise<LogSink | undefined>;
}

/**
 * The catalog of log services. It does not change: {@link with} makes a larger one, which a Formula takes as its `logServices`.
 *
 * ```ts
 * protected override readonly logServices = logServices.with({ memory: () => new MemorySink() });
 * ```
 */
export class LogServices<C extends LogCatalog = LogCatalog> implements LogSinkMaker {
  constructor(readonly makers: C) {}

  /** The names that there are. */
  get names(): readonly string[] {
    return Object.keys(this.makers);
  }

  /**
   * The catalog with further services.
   * @throws {TaskTonicError} `TT_LOG_SERVICE_EXISTS` if the name belongs to another service.
   */
  with<D extends LogCatalog>(more: D): LogServices<C & D> {
    for (const [name, maker] of Object.entries(more)) {
      if (Object.hasOwn(this.makers, name) && this.makers[name] !== maker)
        throw fail('TT_LOG_SERVICE_EXISTS', { name });
    }
    return new LogServices({ ...this.makers, ...more });
  }

  /**
   * Makes the sink of a service.
   * @throws {TaskTonicError} `TT_UNKNOWN_LOG_SERVICE`, `TT_BAD_LOG_SERVICE`; and what its maker throws.
   */
  async make(name: string, options: unknown, context: LogContext): Promise<LogSink | undefined> {
    const maker: LogServiceMaker | undefined = Object.hasOwn(this.makers, name) ? this.makers[name] : undefined;
    if (maker === undefined) throw unknownService(name, this.names);
    const sink: unknown = await maker(options as never, context);
    if (sink === undefined || isSink(sink)) return sink;
    throw fail('TT_BAD_LOG_SERVICE', { name });
  }
}

function unknownService(name: string, names: readonly string[]): Error {
  const close = nearest(name, names, 3);
  const hint = close === undefined ? `there are ${names.join(', ')}.` : `did you mean ${close}?`;
  return fail('TT_UNKNOWN_LOG_SERVICE', { name, hint });
}

/** Whether a value is a sink. */
export function isSink(value: unknown): value is LogSink {
  return typeof value === 'object' && value !== null && typeof (value as Partial<LogSink>).write === 'function';
}

/** The services that need no network. */
export const coreLogServices = new LogServices({ screen: openScreen, json: openJson, off: () => undefined });
