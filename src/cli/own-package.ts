import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { TonicConstructor } from '../core/plan/declarations.js';
import { CliError } from './cli-error.js';

/** What is needed of the package that a file imports. */
export interface OwnPackage {
  readonly Tonic: object;
  readonly diagramOf: (tonicClass: TonicConstructor) => string;
}

/**
 * The package tasktonic as a file finds it, or the command where it finds none; the classes of the file are of Tonics to that copy
 * alone. A module of CommonJS may be given one of its own by the loader of TypeScript, hence `require`.
 * @throws {CliError}
 */
export async function packageOf(file: string, by: 'import' | 'require'): Promise<OwnPackage> {
  const ofFile = createRequire(file);
  const require = found(ofFile, 'tasktonic') === undefined ? createRequire(import.meta.url) : ofFile;
  const main = require.resolve('tasktonic');
  if (found(require, 'tasktonic/diagram') === undefined)
    throw new CliError(`the tasktonic of ${file} (${main}) draws no diagrams: update it, npm install tasktonic@latest`);
  const [{ Tonic }, { diagramOf }] = (await Promise.all(
    ['tasktonic', 'tasktonic/diagram'].map((name): unknown =>
      by === 'require' ? require(name) : import(pathToFileURL(require.resolve(name)).href),
    ),
  )) as [OwnPackage, OwnPackage];
  return { Tonic, diagramOf };
}

function found({ resolve }: NodeJS.Require, name: string): string | undefined {
  try {
    return resolve(name);
  } catch {
    return undefined;
  }
}
