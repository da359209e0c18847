import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type typescript from 'typescript';
import { CliError } from './cli-error.js';

/** The compiler's API. */
export type TypeScript = typeof typescript;

/**
 * Loads the compiler of the project whose file is looked at, or else the one that can be found from here. Version 7 has no API for
 * programs: where the project has that, `npx --package` can bring another one along. It puts what it brings on the search path of
 * commands; but where this package is in the project, it runs that one, which finds nothing of it from here.
 *
 * @param here where it is looked for next.
 * @param commands the search path of commands.
 * @throws {CliError} where there is none.
 */
export async function loadTypeScript(
  folder: string,
  here: string = import.meta.url,
  commands: string = process.env['PATH'] ?? '',
): Promise<TypeScript> {
  const brought = commands.split(delimiter).filter((path) => path.endsWith(join('node_modules', '.bin')));
  const places = [join(folder, 'any.js'), here, ...brought.map((path) => join(path, 'any.js'))];
  const paths = places.map(resolved).filter((path) => path !== undefined);
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
