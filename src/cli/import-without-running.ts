import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { HeldRuns } from '../app/held-runs.js';
import { CliError } from './cli-error.js';
import { LOADER_ADVICE, TYPESCRIPT, hasLoader } from './typescript-loader.js';

/**
 * Imports a module as far as it gets without its Formula: one that awaits `run()` as it is imported has made by then what it makes.
 * @throws {CliError} with what the module throws.
 */
export async function importWithoutRunning(file: string, { asked }: HeldRuns): Promise<void> {
  // By the next tick all is done that waits for no event: the rest of a module that does not await its app, and what imports that.
  const waits = asked.then(() => new Promise<void>((resolve) => process.nextTick(resolve)));
  try {
    await Promise.race([import(pathToFileURL(file).href), waits]);
  } catch (thrown) {
    throw new CliError(`${file} cannot be imported: ${reasonOf(thrown, file)}`);
  }
}

const BY_LOADER = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_INVALID_TYPESCRIPT_SYNTAX'];

function reasonOf(thrown: unknown, file: string): string {
  // What a loader throws in its thread comes from there as something like an error.
  if (!(thrown instanceof Error)) return inspect(thrown).trim();
  const { name } = thrown;
  const message = name === 'SyntaxError' ? `${name}: ${thrown.message}` : thrown.message;
  const help = mayNeedLoader(thrown, file);
  return help === undefined ? message : `${message} (${help})`;
}

/** What to do where a file was not imported for want of a loader of TypeScript. */
export function mayNeedLoader(thrown: unknown, file: string): string | undefined {
  const { code = '' } = thrown as NodeJS.ErrnoException;
  // Node by itself does not find base.ts where base.js is written.
  const mayHelp = BY_LOADER.includes(code) || (code === 'ERR_MODULE_NOT_FOUND' && TYPESCRIPT.test(file));
  return mayHelp && !hasLoader(file) ? LOADER_ADVICE : undefined;
}
