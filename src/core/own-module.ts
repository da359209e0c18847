/** The modules of this thread by their URLs: they need not be loaded. */
export const ownModules = new Map<string, Readonly<Record<string, unknown>>>();

/**
 * Registers where other threads find a class of the package: they load the file that contains it (of the package, or a
 * bundle of an app), and take the class from there.
 *
 * @param url the URL of that file: `import.meta.url`.
 */
export function ownModule(tonicClass: { readonly name: string }, url: string): void {
  const { name } = tonicClass;
  const key = `tasktonic.${name} of ${url}`;
  Object.defineProperty(globalThis, Symbol.for(key), { value: tonicClass, configurable: true });
  const text = `import ${JSON.stringify(url)};\nexport const ${name} = globalThis[Symbol.for(${JSON.stringify(key)})];`;
  const module = `data:text/javascript,${encodeURIComponent(text)}`;
  Object.defineProperty(tonicClass, 'module', { value: module });
  ownModules.set(module, { [name]: tonicClass });
}
