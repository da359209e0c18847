import { badPath, joined, segmentsOf } from './paths.js';
import type { PathLimits } from './paths.js';
import { type Made, pathOf } from './tree/made.js';
import type { Tree } from './tree/tree.js';

const SPECIAL = /[#.](?:\/|$)/;

/**
 * What one cursor knows of lists: which element it made last in each, so that `.` is its own, whoever else makes some.
 */
export class ListPaths {
  readonly #last = new Map<string, Made>();

  /** Whether a path has a segment that stands for an element. */
  isSpecial(path: string): boolean {
    return SPECIAL.test(path);
  }

  /** The path that is meant by one with `#`, `name#`, `.` or `name.` in it; elements are made. */
  resolve(tree: Tree, from: string, path: string, limits: PathLimits): string {
    if (!SPECIAL.test(path)) return joined(from, path);
    return segmentsOf(path, limits).reduce((at, segment) => this.#step(tree, at, segment, path), from);
  }

  /** Makes the next element. */
  make(tree: Tree, container: string, prefix: string): Made {
    const made = tree.make(container, prefix);
    this.#last.set(nameOf(container, prefix), made);
    return made;
  }

  #step(tree: Tree, at: string, segment: string, path: string): string {
    if (segment.endsWith('#')) return pathOf(this.make(tree, at, segment.slice(0, -1)));
    if (!segment.endsWith('.')) return joined(at, segment);
    const name = segment.slice(0, -1);
    if (name === '') return this.#lastOf(tree, at, '') ?? at;
    const child = joined(at, name);
    const last = this.#own(tree, at, name) ?? this.#lastOf(tree, child, '') ?? this.#lastOf(tree, at, name);
    if (last !== undefined) return last;
    if (tree.exists(child)) return child;
    throw badPath(path, `"${segment}" is the last element of a list, and there is none`);
  }

  #lastOf(tree: Tree, container: string, prefix: string): string | undefined {
    const own = this.#own(tree, container, prefix);
    if (own !== undefined) return own;
    const highest = tree.lastElement(container, prefix);
    return highest === undefined ? undefined : joined(container, highest);
  }

  /** The one that this cursor made last, if it is still there. */
  #own(tree: Tree, container: string, prefix: string): string | undefined {
    const made = this.#last.get(nameOf(container, prefix));
    const path = made === undefined ? undefined : pathOf(made);
    return path !== undefined && tree.exists(path) ? path : undefined;
  }
}

function nameOf(container: string, prefix: string): string {
  return `${container}\n${prefix}`;
}
