import { type EntryBounds, ENTRY_BOUNDS } from './log-entries.js';
import { type LogOptions, logSchema } from './log-options.js';
import { LogWriter, type SessionRecord } from './log-writer.js';
import { type RemoteLog, AppLog } from './app-log.js';
import { LogLevel } from '../core/log-level.js';
import { type LogSinkMaker, coreLogServices } from './log-services.js';
import type { LogContext } from '../core/log-sink.js';
import { terminalSafe } from './terminal-safe.js';
import { parseOptions } from '../core/options/option-schema.js';
import type { Runtime } from '../core/runtime.js';

/** What the log needs of the runtime. */
type LoggedRuntime = Pick<Runtime, 'clock' | 'random' | 'config' | 'testbench'> & { readonly main: unknown };

/**
 * Opens the log.
 * @throws {TaskTonicError} `TT_BAD_OPTION`; and what a log service throws.
 */
export async function openLog(
  options: LogOptions,
  runtime: LoggedRuntime,
  services: LogSinkMaker = coreLogServices,
  far?: RemoteLog,
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
  const writer = new LogWriter(services, context, level, far === undefined ? sessionOf(runtime) : undefined);
  await writer.use(to, to === 'ip' ? given.ip : given.options);
  return new AppLog(writer, { level: LogLevel[mode], slowSparkle, entries: boundsOf(given.entries) }, clock, far);
}

/** A test knows what it has started, so it gets no session record. */
function sessionOf({ config, testbench }: LoggedRuntime): SessionRecord | undefined {
  if (testbench !== undefined) return undefined;
  const { name, startedAt } = config.get('project') as { readonly name: string; readonly startedAt: number };
  return { project: name, pid: process.pid, node: process.versions.node, startedAt };
}

function say(text: string): void {
  process.stderr.write(`tasktonic: ${terminalSafe(text)}\n`);
}

function boundsOf(entries: boolean | Partial<EntryBounds>): EntryBounds | undefined {
  if (entries === false) return undefined;
  return entries === true ? ENTRY_BOUNDS : { ...ENTRY_BOUNDS, ...entries };
}
