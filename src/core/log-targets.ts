import type { LineLevel } from './log-port.js';
import { fail } from './errors.js';
import { ENTRY_BOUNDS, type EntryBounds } from './log-entries.js';
import { LogOutlet } from './log-outlet.js';
import { AppLog, type FarLog } from './app-log.js';
import { LogLevel, type LogMode } from './log-level.js';
import { type LogSinkMaker, coreLogServices, isSink } from './log-services.js';
import type { LogContext, LogSink } from './log-sink.js';
import { nearest } from './nearest.js';
import type { Runtime } from './runtime.js';

/** The log of an app, as a Formula's configuration gives it under `log`. */
export interface LogOptions {
  /**
   * Where it goes: lines for a person (`'screen'`), a line of JSON each on standard output (`'json'`) or to a viewer over TCP (`'ip'`),
   * nowhere (`'off'`), to a log service of one's own by its name, or to a stream of one's own that takes lines of JSON. Default `'screen'`.
   */
  readonly to?: LogTarget | undefined;
  /** The mode of Tonics that are given none. Default `'quiet'`. */
  readonly default?: LogMode | undefined;
  /** The least level that is written. Default `'info'`; life cycles are `'debug'` lines. */
  readonly level?: LineLevel | 'silent' | undefined;
  /** A sparkle that runs longer is flagged, in ms. Default 150. */
  readonly slowSparkle?: number | undefined;
  /**
   * Whether all that a sparkle logs is written as one entry, when it has ended. An entry has up to 100 parts and 65,536 characters of them,
   * or as many as are given here: `{ lines: 20, bytes: 4_096 }`. Default `false`; then each line is written at once.
   */
  readonly entries?: boolean | Partial<EntryBounds> | undefined;
  /** How long what was written last may take to leave when the app has ended, in ms. Default 1,000. */
  readonly closeTimeout?: number | undefined;
  /** The viewer that `'ip'` sends to. */
  readonly ip?: IpLogOptions | undefined;
  /** What a log service of one's own is given. */
  readonly options?: object | undefined;
}

/** Where a log goes: `screen`, `json`, `ip`, `off`, a service of one's own, or a stream. */
export type LogTarget = 'screen' | 'json' | 'ip' | 'off' | (string & Record<never, never>) | LogSink;

/** The viewer that a log is sent to over TCP, a line of JSON each. */
export interface IpLogOptions {
  /** The name or address that the viewer listens on. Default `'localhost'`. */
  readonly host?: string | undefined;
  /** Its port, 1 to 65535. */
  readonly port: number;
  /**
   * The most bytes of lines that wait while the viewer is away or slow. Beyond that the oldest are dropped, and a line tells how many.
   * Default 1,048,576.
   */
  readonly backlog?: number | undefined;
  /** Gives a try to connect up after so long, in ms. Default 5,000. */
  readonly connectTimeout?: number | undefined;
  /** The most that is waited before a further try, in ms; doubled with each one, and from a half of it to the whole by chance. Default 500. */
  readonly retryDelay?: number | undefined;
  /** What that grows to at most, in ms. It tries as long as the app runs. Default 10,000. */
  readonly retryCap?: number | undefined;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const OPTIONS: readonly (keyof LogOptions)[] = [
  'to', 'default', 'level', 'slowSparkle', 'entries', 'closeTimeout', 'ip', 'options',
]; // prettier-ignore

/**
 * Opens the log.
 * @throws {TaskTonicError} `TT_BAD_OPTION`; and what a log service throws.
 */
export async function openLog(
  options: LogOptions,
  runtime: Pick<Runtime, 'clock' | 'random'> & { readonly main: unknown },
  services: LogSinkMaker = coreLogServices,
  far?: FarLog,
): Promise<AppLog> {
  checkKeys(options);
  const { to = 'screen', default: mode = 'quiet', level = 'info', slowSparkle = 150, closeTimeout = 1_000 } = options;
  if (!(typeof to === 'string' ? services.names.includes(to) : isSink(to)))
    throw bad('log/to', to, `${services.names.join(', ')} or a stream`);
  if (!Object.hasOwn(LogLevel, mode)) throw bad('log/default', mode, Object.keys(LogLevel).join(', '));
  if (!LEVELS.includes(level)) throw bad('log/level', level, LEVELS.join(', '));
  if (!(slowSparkle > 0)) throw bad('log/slowSparkle', slowSparkle, 'more than 0 ms');
  if (!(closeTimeout >= 0)) throw bad('log/closeTimeout', closeTimeout, '0 ms or more');
  const entries = boundsOf(options.entries);
  const { clock, random } = runtime;
  const context: LogContext = { clock, random, closeTimeout, say, main: () => runtime.main };
  const outlet = new LogOutlet(services, context, level);
  await outlet.use(to, to === 'ip' ? options.ip : options.options);
  return new AppLog(outlet, { level: LogLevel[mode], slowSparkle, entries, far }, clock);
}

function say(text: string): void {
  process.stderr.write(`tasktonic: ${text}\n`);
}

function boundsOf(entries: unknown): EntryBounds | undefined {
  if (entries === undefined || entries === false) return undefined;
  if (entries === true) return ENTRY_BOUNDS;
  if (typeof entries !== 'object' || entries === null) throw bad('log/entries', entries, 'true, false, or its bounds');
  const bounds = { ...ENTRY_BOUNDS, ...entries };
  for (const key of ['lines', 'bytes'] as const)
    if (!(bounds[key] >= 1)) throw bad(`log/entries/${key}`, bounds[key], '1 or more');
  return bounds;
}

function checkKeys(options: LogOptions): void {
  for (const key of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(key)) continue;
    const close = nearest(key, OPTIONS, 3);
    const hint = close === undefined ? '' : ` (did you mean ${close}?)`;
    throw badOption(`log/${key}`, `there is no such option${hint}`);
  }
}

function bad(option: string, value: unknown, wanted: string): Error {
  return badOption(option, `it is ${String(value)}, and must be ${wanted}`);
}

function badOption(option: string, problem: string): Error {
  return fail('TT_BAD_OPTION', { class: 'the Formula', option, problem });
}
