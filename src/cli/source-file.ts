import { existsSync, realpathSync, statSync } from 'node:fs';
import { CliError } from './cli-error.js';

/**
 * The whole path of a file that can be imported.
 * @throws {CliError} where it is not there, or is none.
 */
export function sourceFile(path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) throw new CliError(`there is no file ${path}`);
  if (!/\.[cm]?[jt]sx?$/.test(path)) throw new CliError(`${path} is not a source file of TypeScript or JavaScript`);
  return realpathSync(path);
}
