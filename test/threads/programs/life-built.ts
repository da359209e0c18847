import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type esbuild from 'esbuild';

const HERE = new URL('./', import.meta.url);
/** Tests run in several processes: each has its own. */
const BUILT = new URL(`../../../dist/test/threads/programs.${process.pid}/`, import.meta.url);
const made = new Set<string>();

/**
 * Where a thread finds a module of this folder: in one file with all of the framework that it needs. As TypeScript each thread would compile
 * all of that again, which takes two seconds.
 *
 * @param url `import.meta.url` of the module; in the thread itself it is the right one already.
 */
export function built(url: string): string {
  if (url.endsWith('.js')) return url;
  const name = url.slice(HERE.href.length);
  if (!made.has(name)) make(name);
  return new URL(name.replace(/ts$/, 'js'), BUILT).href;
}

/**
 * The module as TypeScript, wherever it is asked: the main thread of a test has it as that.
 *
 * @param url `import.meta.url` of the module.
 */
export function source(url: string): string {
  if (url.endsWith('.ts')) return url;
  return new URL(`../../../../test/threads/programs/${url.split('/').at(-1)!.replace(/js$/, 'ts')}`, url).href;
}

function make(name: string): void {
  if (made.size === 0) process.once('exit', () => rmSync(BUILT, { recursive: true, force: true }));
  made.add(name);
  // Not imported: in the thread it would be loaded for nothing.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof esbuild;
  buildSync({
    entryPoints: [fileURLToPath(new URL(name, HERE))],
    outdir: fileURLToPath(BUILT),
    bundle: true,
    packages: 'external',
    // What the package says of its bundles does not hold for its sources.
    ignoreAnnotations: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // A thread finds a class by its name.
    keepNames: true,
  });
}
