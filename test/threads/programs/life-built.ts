import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type typescript from 'typescript';

const HERE = new URL('./', import.meta.url);
const BUILT = new URL('../../../dist/test/threads/programs/', import.meta.url);
let compiled = false;

/**
 * Where a thread finds a module of this folder: what the compiler makes of it, beside the built framework. As TypeScript each thread
 * would compile all of the framework again, which takes two seconds.
 *
 * @param url `import.meta.url` of the module; in the thread itself it is the right one already.
 */
export function built(url: string): string {
  if (url.endsWith('.js')) return url;
  if (!compiled) compile();
  return new URL(url.slice(HERE.href.length).replace(/ts$/, 'js'), BUILT).href;
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

function compile(): void {
  compiled = true;
  const ts = createRequire(import.meta.url)('typescript') as typeof typescript;
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  mkdirSync(BUILT, { recursive: true });
  for (const file of readdirSync(HERE).filter((name) => name.startsWith('life-'))) {
    const { outputText } = ts.transpileModule(readFileSync(new URL(file, HERE), 'utf8'), { compilerOptions });
    writeFileSync(fileURLToPath(new URL(file.replace(/ts$/, 'js'), BUILT)), outputText);
  }
}
