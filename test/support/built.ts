import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type esbuild from 'esbuild';

const TEST = new URL('../', import.meta.url);
/** Tests run in several processes: each has its own. Inside the package, where what it depends on is found. */
const BUILT = new URL(`../../dist/test/built.${process.pid}/`, import.meta.url);
const made = new Set<string>();

/**
 * Where a process or a thread of a test finds a TypeScript module: in one file with all of the framework that it needs. As TypeScript each of
 * them would compile all of that again, which takes two seconds.
 *
 * @param url of the module, below `test`; in the thread itself it is the right one already.
 */
export function built(url: string): string {
  if (url.endsWith('.js')) return url;
  const name = url.slice(TEST.href.length);
  if (!made.has(name)) make(name);
  return new URL(name.replace(/ts$/, 'js'), BUILT).href;
}

/** How Node starts the thread of such a module: without the loader of TypeScript that the tests run with. */
export const plainNode = { execArgv: [] } as const;

function make(name: string): void {
  if (made.size === 0) process.once('exit', () => rmSync(BUILT, { recursive: true, force: true }));
  made.add(name);
  // Not imported: in the thread it would be loaded for nothing.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof esbuild;
  buildSync({
    entryPoints: [fileURLToPath(new URL(name, TEST))],
    outbase: fileURLToPath(TEST),
    outdir: fileURLToPath(BUILT),
    bundle: true,
    packages: 'external',
    // But for what every one of them loads: inside it costs less.
    alias: { valibot: fileURLToPath(import.meta.resolve('valibot')) },
    // What the package says of its bundles does not hold for its sources.
    ignoreAnnotations: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // A thread finds a class by its name.
    keepNames: true,
  });
}
