import '../../../../src/compose.js';
/**
 * The module as TypeScript, wherever it is asked: the main thread of a test has it as that, threads have it built.
 *
 * @param url `import.meta.url` of the module.
 */
export function source(url: string): string {
  if (url.endsWith('.ts')) return url;
  return new URL(`../../../../../../test/links/thread/programs/${url.split('/').at(-1)!.replace(/js$/, 'ts')}`, url)
    .href;
}
