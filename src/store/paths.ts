import { inspect } from 'node:util';
import { fail } from '../core/errors.js';

/** The limits of the length and depth of a path. */
export interface PathLimits {
  /** The most characters. */
  readonly pathLength: number;
  /** The most segments. */
  readonly depth: number;
}

export const ANY_PATH: PathLimits = { pathLength: Infinity, depth: Infinity };

const CONTROL = /\p{Cc}/u;
const MOST_SHOWN = 80;

/**
 * The segments of a path, without its outer slashes; an empty list for the root.
 * @throws {TaskTonicError} `TT_STORE_PATH`
 */
export function segmentsOf(path: string, limits: PathLimits): string[] {
  if (typeof path !== 'string') throw badPath(path, 'it is not a text');
  if (path.length > limits.pathLength) throw badPath(path, `it has more than ${limits.pathLength} characters`);
  const inner = withoutOuterSlashes(path);
  if (inner === '') return [];
  if (CONTROL.test(inner)) throw badPath(path, 'it has control characters in it');
  const segments = inner.split('/');
  if (segments.length > limits.depth) throw badPath(path, `it has more than ${limits.depth} segments`);
  if (segments.includes('')) throw badPath(path, 'a segment of it is empty');
  return segments;
}

/** Whether a node may have this name. */
export function isName(name: string): boolean {
  return name !== '' && name !== '.' && !name.endsWith('#') && !/[/*]/.test(name) && !CONTROL.test(name);
}

/** Refuses a name that has another meaning in paths. */
export function checkName(name: string, path: string): void {
  if (name.includes('*')) throw badPath(path, '"*" stands for any name, so none has it');
  if (name.endsWith('#'))
    throw badPath(path, `"${name}" is the next element of a list: make it with set() or append()`);
  if (name === '.') throw badPath(path, '"." is the last element of a list: only set() knows it');
}

export function badPath(path: unknown, problem: string): Error {
  const text = typeof path === 'string' ? path : inspect(path, { depth: 0 });
  const short = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
  return fail('TT_STORE_PATH', { path: JSON.stringify(short), problem });
}

/**
 * A path below another one; both may be empty.
 * @throws {TaskTonicError} `TT_STORE_PATH` if an argument is no text.
 */
export function joined(above: string, below: string): string {
  if (typeof below !== 'string') throw badPath(below, 'it is not a text');
  if (above === '') return below;
  const inner = below.charCodeAt(0) === SLASH ? withoutOuterSlashes(below) : below;
  return inner === '' ? above : `${above}/${inner}`;
}

/** The parent path; that of the root is the root. */
export function above(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** The last segment; `''` for the root. */
export function keyOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a path equals the other one or is below it. */
export function isWithin(path: string, other: string): boolean {
  return other === '' || path === other || path.startsWith(`${other}/`);
}

export function withoutOuterSlashes(path: string): string {
  let from = 0;
  let to = path.length;
  while (from < to && path.charCodeAt(from) === SLASH) from++;
  while (to > from && path.charCodeAt(to - 1) === SLASH) to--;
  return path.slice(from, to);
}

const SLASH = 47;
