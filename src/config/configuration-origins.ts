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

/** The origin of the value at a path, and of its parts. */
export function originAt(root: Origin, path: Path): Origin {
  let node: Origin | undefined = root;
  for (const name of path) node = node?.parts.get(name);
  return { from: originOf(root, path), parts: node?.parts ?? new Map<string, Origin>() };
}

/** A copy that may be changed: others have the first one. */
export function copyOfOrigin({ from, parts }: Origin): Origin {
  return { from, parts: new Map([...parts].map(([name, part]) => [name, copyOfOrigin(part)])) };
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
