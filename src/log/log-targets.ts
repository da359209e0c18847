import { type EntryBounds, ENTRY_BOUNDS } from './log-entries.js';
import { type LogOptions, logSchema } from './log-options.js';
import { LogOutlet } from './log-outlet.js';
import { type FarLog, AppLog } from './app-log.js';
import { LogLevel } from '../core/log-level.js';
import { type LogSinkMaker, coreLogServices } from './log-services.js';
import type { LogContext } from '../core/log-sink.js';
import { terminalSafe } from './terminal-safe.js';
import { parseOptions } from '../core/options/option-schema.js';
import type { Runtime } from '../core/runtime.js';

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
  const {
    to,
    default: mode,
    level,
    slowSparkle,
    backlog,
    closeTimeout,
    ...given
  } = parseOptions(logSchema, options, 'the log');
  const { clock, random } = runtime;
  const context: LogContext = { clock, random, backlog, closeTimeout, say, main: () => runtime.main };
  const outlet = new LogOutlet(services, context, level);
  await outlet.use(to, to === 'ip' ? given.ip : given.options);
  return new AppLog(outlet, { level: LogLevel[mode], slowSparkle, entries: boundsOf(given.entries) }, clock, far);
}

function say(text: string): void {
  process.stderr.write(`tasktonic: ${terminalSafe(text)}\n`);
}

function boundsOf(entries: boolean | Partial<EntryBounds>): EntryBounds | undefined {
  if (entries === false) return undefined;
  return entries === true ? ENTRY_BOUNDS : { ...ENTRY_BOUNDS, ...entries };
}
