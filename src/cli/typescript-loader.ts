import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { CliError } from './cli-error.js';

/** The names of files that Node may need a loader for. */
export const TYPESCRIPT = /\.(?:[cm]?ts|tsx|jsx)$/;

/** What to do where Node itself does not load a file. */
export const LOADER_ADVICE = 'a loader helps: npm install --save-dev tsx, or ts-node';

/**
 * Lets this process import TypeScript: with the loader that it was started with, or else with tsx or ts-node where the project has one,
 * or else as Node does it.
 * @throws {CliError} where nothing does.
 */
export async function loadsTypeScript(file: string): Promise<void> {
  if (!TYPESCRIPT.test(file) || wasGivenLoader()) return;
  const [tsx, tsNode] = loadersOf(file);
  if (tsx !== undefined) return void (await import(pathToFileURL(tsx).href));
  if (tsNode !== undefined) {
    createRequire(file)('ts-node/register');
    return register(pathToFileURL(tsNode));
  }
  const { typescript } = process.features as { readonly typescript?: unknown };
  if (typeof typescript !== 'string' || /x$/.test(file))
    throw new CliError(`Node ${process.versions.node} by itself does not load ${file}: ${LOADER_ADVICE}`);
}

/** Whether something beside Node loads a file. */
export function hasLoader(file: string): boolean {
  return wasGivenLoader() || loadersOf(file).some((path) => path !== undefined);
}

/** Where the project of a file has tsx, and ts-node. */
function loadersOf(file: string): (string | undefined)[] {
  const { resolve } = createRequire(file);
  return ['tsx', 'ts-node/esm'].map((name) => {
    try {
      return resolve(name);
    } catch {
      return undefined;
    }
  });
}

/** Whether the process was started with one, which may be any. */
function wasGivenLoader(): boolean {
  const words = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return words.some((word) => /^--(?:import|loader|experimental-loader)\b/.test(word));
}
