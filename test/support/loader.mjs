// Loads our TypeScript into a test: each thread and each process of one loads the framework anew, so it asks no more than it has to. What ts-node
// has made of a module is kept beside the packages. Types are checked by `npm run typecheck`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const kept = fileURLToPath(new URL('../.cache/tests/', pathToFileURL(require.resolve('typescript/package.json'))));
const maker = `${require('typescript/package.json').version} ${readFileSync(new URL('../../tsconfig.json', import.meta.url), 'utf8')}`;
/** By the URL of a file: whether it is there. */
const known = new Map();
let tsNode;

mkdirSync(kept, { recursive: true });

/** A module of ours is named by the JavaScript that it is to become. */
export function resolve(specifier, context, next) {
  const { parentURL } = context;
  const isOurs = specifier.startsWith('.') && specifier.endsWith('.js') && parentURL?.endsWith('.ts');
  const url = isOurs ? new URL(`${specifier.slice(0, -3)}.ts`, parentURL).href : '';
  return isOurs && isThere(url) ? { url, format: 'module', shortCircuit: true } : next(specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  return { format: 'module', source: made(readFileSync(path, 'utf8'), path), shortCircuit: true };
}

function isThere(url) {
  if (!known.has(url)) known.set(url, existsSync(fileURLToPath(url)));
  return known.get(url);
}

function made(source, path) {
  const key = createHash('sha1').update(maker).update(path).update(source).digest('hex');
  try {
    return readFileSync(`${kept}${key}`, 'utf8');
  } catch {
    tsNode ??= require('ts-node').create({ cwd: fileURLToPath(new URL('../..', import.meta.url)) });
    const text = tsNode.compile(source, path);
    // Others read and write here at the same time: a file is there as a whole, or not at all.
    const draft = `${kept}${key}.${process.hrtime.bigint()}`;
    writeFileSync(draft, text);
    renameSync(draft, `${kept}${key}`);
    return text;
  }
}
