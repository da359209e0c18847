// Given to Node with --import: what imports tasktonic, as the examples do, gets the sources of the folder that this is in.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, next) {
  const [, entry] = /^tasktonic(?:\/(.+))?$/.exec(specifier) ?? [undefined, null];
  if (entry === null) return next(specifier, context);
  return next(new URL(`../../../src/${entry === undefined ? '' : `${entry}/`}index.ts`, import.meta.url).href, context);
}
