import type { Path } from '../core/options/data-tree.js';

/** The source of a value, and the sources of its parts if they differ. Values from code have no entry. */
export interface Origin {
  readonly from: string | undefined;
  readonly parts: Map<string, Origin>;
}

export function noOrigin(from?: string): Origin {
  return { from, parts: new Map() };
}

/**
 * The source of the value at a path, or of the value that contains it. `undefined` for values from code, and if there
 * is none.
 */
export function originOf(root: Origin, path: Path): string | undefined {
  let node: Origin | undefined = root;
  let from = root.from;
  for (const name of path) {
    node = node.parts.get(name);
    if (node === undefined) return from;
    from = node.from ?? from;
  }
  return from;
}

/** The origin of the value at a path, and of its parts. */
export function originAt(root: Origin, path: Path): Origin {
  let node: Origin | undefined = root;
  for (const name of path) node = node?.parts.get(name);
  return { from: originOf(root, path), parts: node?.parts ?? new Map<string, Origin>() };
}

/** A copy that may be changed. */
export function copyOfOrigin({ from, parts }: Origin): Origin {
  return { from, parts: new Map([...parts].map(([name, part]) => [name, copyOfOrigin(part)])) };
}

/** Sets the origin of the value at a path; earlier origins of its parts are removed. */
export function setOrigin(root: Origin, path: Path, origin: Origin): void {
  let node = root;
  for (const name of path.slice(0, -1)) {
    let next = node.parts.get(name);
    if (next === undefined) node.parts.set(name, (next = noOrigin()));
    node = next;
  }
  node.parts.set(path.at(-1)!, origin);
}
