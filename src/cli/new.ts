import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { CliError } from './cli-error.js';
import { ownVersion } from './own-version.js';

/** What `npm create tasktonic` does it with; this package has that file and its template as well. */
interface Creating {
  create(folder: string, version: string): void;
  whatNext(folder: string): string;
}

/**
 * Makes a project in a folder that is new or empty.
 * @returns what to type next.
 * @throws {CliError}
 */
export async function newProject(folder: string): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const url = new URL('create-tasktonic/create.js', pathToFileURL(resolve('tasktonic/package.json')));
  const { create, whatNext } = (await import(url.href)) as Creating;
  try {
    create(folder, ownVersion());
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'CreateError') throw thrown;
    throw new CliError(thrown.message);
  }
  return `${whatNext(folder)}\n`;
}
