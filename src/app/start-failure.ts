import { problemsForUser, type ConfigurationProblem } from '../config/configuration-problems.js';
import { waysToGive } from '../config/configuration-help.js';
import type { ConfigurationSources } from '../config/configuration-sources.js';
import { TaskTonicError } from '../core/errors.js';
import { terminalSafe } from '../log/terminal-safe.js';

/** The text to print for an error of the configuration that is not caught. */
const told = new WeakMap<object, string>();

/**
 * Reads a configuration; what is wrong with it is thrown without a stack, which would lead nowhere, and where nobody catches it the process
 * ends with one plain block on stderr, as for any error with exit code 1.
 *
 * @param app whose configuration it is.
 * @throws {TaskTonicError} what `read` throws.
 */
export function readForStart<T>(app: string, sources: ConfigurationSources, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof TaskTonicError) {
      thrown.stack = `${thrown.name}: ${thrown.message}`;
      told.set(thrown, blockOf(app, thrown, sources));
      // Print only once, even if several apps fail to start.
      process.off('uncaughtExceptionMonitor', onUncaught);
      process.on('uncaughtExceptionMonitor', onUncaught);
    }
    throw thrown;
  }
}

function blockOf(app: string, { message, details }: TaskTonicError, sources: ConfigurationSources): string {
  const problems = details['list'] as readonly ConfigurationProblem[] | undefined;
  const what =
    problems === undefined
      ? ` ${message}`
      : ` The configuration is not right:${problemsForUser(problems, (path) => waysToGive(path, sources))}`;
  const readsLine = sources.args !== undefined && sources.args !== false;
  return terminalSafe(`tasktonic: ${app} cannot start.${what}\n${readsLine ? 'See all settings with --help.\n' : ''}`);
}

/** Called for an uncaught error; a program with its own listener prints it in its own way. */
function onUncaught(error: unknown): void {
  const text = typeof error === 'object' && error !== null ? told.get(error) : undefined;
  const isHeard = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
  if (text === undefined || isHeard) return;
  process.stderr.write(text);
  process.exit(1);
}

/** Prints a text on stdout, and ends the process when it was written. */
export async function printAndExit(text: string): Promise<never> {
  return new Promise(() => void process.stdout.write(text, () => process.exit(0)));
}
