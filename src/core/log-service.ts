import type { Logger } from 'pino';
import type { AnyTonic, FailureInfo, LineLevel, TonicLogPort } from './any-tonic.js';
import type { Sparkle } from './plan.js';

/**
 * What a Tonic writes to the log: `stealth` nothing but failures; `off` its life cycle; `quiet` also the lines that its
 * sparkles write, and a warning for a slow sparkle; `full` also every sparkle with its source, state and duration.
 */
export type LogMode = 'stealth' | 'off' | 'quiet' | 'full';

/** The modes as numbers, each including those before it; the hot path compares them. */
export const LogLevel = { stealth: 0, off: 1, quiet: 2, full: 3 } as const satisfies Record<LogMode, number>;
export type LogLevel = (typeof LogLevel)[LogMode];

/** Lines of life cycle and sparkles are `debug` lines, and `info` where the Tonic is in mode `full`: somebody asked for them. */
const lineLevel = (tonic: AnyTonic): 'info' | 'debug' => (tonic._ttLogLevel === LogLevel.full ? 'info' : 'debug');

/** Where the log of an app goes: a pino logger with the rules of the modes. */
export class LogService implements TonicLogPort {
  constructor(
    /** `undefined` where nothing is to be logged at all. */
    readonly logger: Logger | undefined,
    /** The mode of Tonics that have none of their own and no base. */
    readonly level: LogLevel,
    /** A sparkle that runs longer is flagged, in ms. */
    readonly slowSparkle: number,
    /** The user's own stream, where the log goes to one: threads have none, and send their lines here. */
    readonly stream?: { write(line: string): void },
  ) {}

  /** A line that another thread has written. */
  forwarded(line: string): void {
    this.stream?.write(line);
  }

  /** A line of a Tonic, as its user wrote it. */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void {
    if (this.logger === undefined || !this.logger.isLevelEnabled(level)) return;
    const fields =
      typeof what === 'object' && what !== null ? (what instanceof Error ? { err: what } : what) : undefined;
    const message = (fields === undefined ? [what, ...text] : text) as [string?];
    this.logger[level]({ ...identity(tonic), state: tonic._ttState, sparkle, ...fields }, ...message);
  }

  /** A step in the life of a Tonic. */
  life(tonic: AnyTonic, step: string, name = tonic.name, id = tonic.id): void {
    const level = lineLevel(tonic);
    if (tonic._ttLogLevel < LogLevel.off || this.logger === undefined || !this.logger.isLevelEnabled(level)) return;
    this.logger[level]({ tonic: name, id, life: step }, step);
  }

  /** One sparkle that has run, in mode `full`. */
  sparkle(
    tonic: AnyTonic,
    { key }: Sparkle,
    source: AnyTonic | undefined,
    sourceSparkle: Sparkle | undefined,
    state: string | undefined,
    ms: number,
  ): void {
    const from = source === undefined ? undefined : { from: source.name, fromSparkle: sourceSparkle?.key };
    const next = tonic._ttState === state ? undefined : { to: tonic._ttState };
    this.logger?.info({ ...identity(tonic), state, ...next, sparkle: key, ms: rounded(ms), ...from }, 'sparkle');
  }

  slow(tonic: AnyTonic, { key }: Sparkle, ms: number): void {
    this.logger?.warn(
      { ...identity(tonic), state: tonic._ttState, sparkle: key, ms: rounded(ms), slow: true },
      'slow sparkle',
    );
  }

  /** A throw: never lost, whatever the mode, and even where the error cannot be read: the loop must not break for it. */
  failure(tonic: AnyTonic, error: Error, { sparkle, state, source }: FailureInfo): void {
    const from = source === undefined ? undefined : { from: source.name, fromSparkle: source.sparkle };
    const fields = { ...identity(tonic), state, sparkle, ...from };
    try {
      this.logger?.error({ ...fields, err: error }, error.message);
    } catch (unreadable) {
      this.logger?.error(fields, `an error that cannot be read (${String(unreadable)})`);
    }
  }

  /** Something the user should know, said by the framework for a Tonic. */
  warn(tonic: AnyTonic, error: Error): void {
    if (tonic._ttLogLevel > LogLevel.stealth)
      this.logger?.warn(
        { ...identity(tonic), code: (error as { code?: unknown }).code, err: error.cause },
        error.message,
      );
  }

  debug(tonic: AnyTonic, message: string): void {
    if (tonic._ttLogLevel >= LogLevel.quiet) this.logger?.debug(identity(tonic), message);
  }
}

/** A log that takes everything and keeps nothing. */
export function silentLog(): LogService {
  return new LogService(undefined, LogLevel.stealth, Infinity);
}

function identity(tonic: AnyTonic): { tonic: string; id: number; thread?: number } {
  const { name, id, thread } = tonic;
  return thread > 0 ? { tonic: name, id, thread } : { tonic: name, id };
}

/** Microseconds are enough. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
