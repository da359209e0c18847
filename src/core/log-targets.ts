import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import type { LineLevel } from './any-tonic.js';
import type { Clock } from './clock.js';
import { fail } from './errors.js';
import { LogLevel, type LogMode, LogService, silentLog } from './log-service.js';
import { isRecord } from './runtime.js';

/** The log of an app, as a Formula's configuration gives it under `log`. */
export interface LogOptions {
  /**
   * Where it goes: lines for a person (`'screen'`), a line of JSON each on standard output (`'json'`), nowhere (`'off'`), or
   * to a stream of one's own that takes lines of JSON. Default `'screen'`.
   */
  readonly to?: 'screen' | 'json' | 'off' | DestinationStream | undefined;
  /** The mode of Tonics that are given none. Default `'quiet'`. */
  readonly default?: LogMode | undefined;
  /** The least level that is written. Default `'info'`; life cycles are `'debug'` lines. */
  readonly level?: LineLevel | 'silent' | undefined;
  /** A sparkle that runs longer is flagged, in ms. Default 150. */
  readonly slowSparkle?: number | undefined;
}

const TARGETS = ['screen', 'json', 'off'];
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * Opens the log.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export async function openLog(options: LogOptions, clock: Clock): Promise<LogService> {
  const { to = 'screen', default: mode = 'quiet', level = 'info', slowSparkle = 150 } = options;
  const stream = isRecord(to) && typeof to.write === 'function';
  if (!stream && !TARGETS.includes(to as string)) throw bad('log/to', to, `${TARGETS.join(', ')} or a stream`);
  if (!Object.hasOwn(LogLevel, mode)) throw bad('log/default', mode, Object.keys(LogLevel).join(', '));
  if (!LEVELS.includes(level)) throw bad('log/level', level, LEVELS.join(', '));
  if (!(slowSparkle > 0)) throw bad('log/slowSparkle', slowSparkle, 'more than 0 ms');
  if (to === 'off') return silentLog();
  const logger = await openPino(to, level, clock);
  return new LogService(logger, LogLevel[mode], slowSparkle, stream ? (to as DestinationStream) : undefined);
}

async function openPino(to: 'screen' | 'json' | DestinationStream, level: string, clock: Clock): Promise<Logger> {
  // Loaded here, not at import: an app that logs nothing starts without them.
  const { pino } = await import('pino');
  const options: LoggerOptions = { level, base: null, timestamp: () => `,"time":${clock.wallTime()}` };
  // At once: a line that waits in a thread is lost where that is ended by force.
  if (to === 'json') return pino(options, pino.destination({ dest: 1, sync: true }));
  return pino(options, to === 'screen' ? await openScreen() : to);
}

/** `[12:03:04.123] INFO: 01.Main [open] listening {"port":7007}` */
async function openScreen(): Promise<DestinationStream> {
  const { PinoPretty } = await import('pino-pretty');
  return PinoPretty({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'tonic,id,thread,state,sparkle,life,slow,ms,from,fromSparkle,to',
    singleLine: true,
    sync: true,
    messageFormat: (line, messageKey) => screenLine(line, String(line[messageKey] ?? '')),
  });
}

/** The part of a line between its level and its further fields. */
export function screenLine(line: Record<string, unknown>, message: string): string {
  const { tonic, state, sparkle, ms, from, fromSparkle, to, slow } = line;
  const parts: unknown[] = [tonic];
  if (state !== undefined) parts.push(to === undefined ? `[${text(state)}]` : `[${text(state)} -> ${text(to)}]`);
  if (message === 'sparkle' || slow !== undefined) parts.push(sparkle, `${text(ms)} ms`);
  if (slow !== undefined) parts.push('SLOW');
  else if (message !== 'sparkle') parts.push(message);
  if (from !== undefined) parts.push(`<- ${text(from)}${fromSparkle === undefined ? '' : `.${text(fromSparkle)}`}`);
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

const text = (value: unknown): string => String(value);

function bad(option: string, value: unknown, wanted: string): Error {
  return fail('TT_BAD_OPTION', {
    class: 'the Formula',
    option,
    problem: `it is ${String(value)}, and must be ${wanted}`,
  });
}
