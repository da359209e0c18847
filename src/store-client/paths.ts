import { StoreClientError } from './error.js';

const CONTROL = /\p{Cc}/u;
const ELEMENT = /^(.*)#(0|[1-9]\d{0,14})$/s;

/**
 * The segments of a path or pattern, without its outer slashes.
 * @throws {StoreClientError} `'path'`
 */
export function segmentsOf(path: string): string[] {
  const inner = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : '\0';
  const segments = inner === '' ? [] : inner.split('/');
  if (CONTROL.test(inner) || segments.includes(''))
    throw new StoreClientError('path', `${JSON.stringify(path)} is not a path: names separated by slashes`);
  return segments;
}

/**
 * A path that is read or set, as the replica has it.
 * @throws {StoreClientError} `'path'`
 */
export function plainPath(path: string): string {
  const segments = segmentsOf(path);
  if (segments.some((name) => name.includes('*') || name === '.' || name.endsWith('#')))
    throw new StoreClientError('path', `${JSON.stringify(path)} is not a path without wildcards`);
  return segments.join('/');
}

/** Whether a path fits a pattern; with `recursive` also where only what it begins with does. */
export function fits(pattern: readonly string[], path: readonly string[], recursive: boolean, p = 0, at = 0): boolean {
  for (; p < pattern.length; p++, at++) {
    if (at >= path.length) return false;
    const segment = pattern[p]!;
    if (segment === '**') {
      // One name or more.
      for (let next = at + 1; next <= path.length; next++) if (fits(pattern, path, recursive, p + 1, next)) return true;
      return false;
    }
    if (segment !== path[at] && !(segment.includes('*') && glob(segment).test(path[at]!))) return false;
  }
  return recursive || at === path.length;
}

const globs = new Map<string, RegExp>();

function glob(segment: string): RegExp {
  let made = globs.get(segment);
  if (made === undefined) {
    const parts = segment.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    globs.set(segment, (made = new RegExp(`^${parts.join('.*')}$`, 's')));
  }
  return made;
}

/** The order of names in the Store: by text, elements of a list by their numbers. */
export function byName(one: string, other: string): number {
  const [a, b] = [parsed(one), parsed(other)];
  return a.name === b.name ? a.index - b.index : a.name < b.name ? -1 : 1;
}

/** The same of paths. */
export function byPath(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return byName(a[at]!, b[at]!);
  return a.length - b.length;
}

function parsed(name: string): { readonly name: string; readonly index: number } {
  const found = ELEMENT.exec(name);
  return found === null ? { name, index: -1 } : { name: found[1]!, index: Number(found[2]) };
}
