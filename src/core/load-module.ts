/**
 * Loads a module while the app runs. All of the package load through here: a loader such as tsx makes each file anew that has such an
 * import in it, which for the one large file of the package took half a second at each start (scripts/bundle.mjs keeps this apart).
 */
export function loadModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  // A bundler that looks for the file would put something else in its place.
  return import(/* webpackIgnore: true */ /* @vite-ignore */ url) as Promise<Readonly<Record<string, unknown>>>;
}
