/**
 * Loads a module while the app runs. The whole package loads modules through this file: a loader such as tsx transforms
 * each file with such an import, which took half a second at each start for the one large file of the package.
 * scripts/bundle.mjs keeps this file separate.
 */
export function loadModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  // These comments keep bundlers from replacing the import.
  return import(/* webpackIgnore: true */ /* @vite-ignore */ url) as Promise<Readonly<Record<string, unknown>>>;
}
