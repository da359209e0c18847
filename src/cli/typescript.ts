import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type typescript from 'typescript';
import { CliError } from './cli-error.js';

/** The compiler's API. */
export type TypeScript = typeof typescript;

/**
 * Loads the compiler of the project whose file is looked at, or else the one that can be found from here. Version 7 has no API for
 * programs: where the project has that, `npx --package` can bring another one along.
 *
 * @param here where it is looked for next.
 * @throws {CliError} where there is none.
 */
export async function loadTypeScript(folder: string, here: string = import.meta.url): Promise<TypeScript> {
  const paths = [join(folder, 'any.js'), here].map(resolved).filter((path) => path !== undefined);
  for (const path of paths) {
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: TypeScript } & TypeScript;
    const ts = loaded.default ?? loaded;
    if (typeof ts.createProgram === 'function') return ts;
  }
  if (paths.length === 0)
    throw new CliError('a diagram needs the package typescript: npm install --save-dev typescript@6');
  const other = 'npx --package typescript@6 --package tasktonic tasktonic diagram ...';
  throw new CliError(
    `the package typescript at ${paths[0]} has no API for programs: install version 5 or 6, or run ${other}`,
  );
}

function resolved(from: string): string | undefined {
  try {
    return createRequire(from).resolve('typescript');
  } catch {
    return undefined;
  }
}
