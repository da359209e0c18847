import type { Path } from '../core/options/data-tree.js';

/** Where a value came from, and where its parts did, as far as that is another place. What came from code is not in it. */
export interface Origin {
  readonly from: string | undefined;
  readonly parts: Map<string, Origin>;
}

export function noOrigin(from?: string): Origin {
  return { from, parts: new Map() };
}

/** Where the value at a path came from: it, or what it is a part of. `undefined` for what came from code, or from nobody. */
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

/** Says where the value at a path came from; what was said of its parts holds no more. */
export function setOrigin(root: Origin, path: Path, origin: Origin): void {
  let node = root;
  for (const name of path.slice(0, -1)) {
    let next = node.parts.get(name);
    if (next === undefined) node.parts.set(name, (next = noOrigin()));
    node = next;
  }
  node.parts.set(path.at(-1)!, origin);
}
