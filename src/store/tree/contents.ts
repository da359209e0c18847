import { Op, type StoreOps } from '../ops.js';
import { withoutCopy } from '../values.js';
import type { Node } from './node.js';

/**
 * A node and all below it as batches of about `size` steps that make it elsewhere. The tree may change between two
 * batches. The result is correct when the changes of that time are applied after them.
 */
export function* contents(top: Node, path: string, size: number): Generator<StoreOps> {
  let ops: unknown[] = [];
  const ways = [{ node: top, path, children: [top].values() as Iterator<Node> }];
  while (ways.length > 0) {
    const way = ways.at(-1)!;
    const next = way.children.next();
    if (next.done === true) {
      ways.pop();
      continue;
    }
    const node = next.value;
    const nodePath = node === top ? path : way.path === '' ? node.key : `${way.path}/${node.key}`;
    push(ops, node, nodePath);
    if (node.branch !== undefined) ways.push({ node, path: nodePath, children: node.branch.children.values() });
    if (ops.length < size * 3) continue;
    yield ops;
    ops = [];
  }
  if (ops.length > 0) yield ops;
}

function push(ops: unknown[], node: Node, path: string): void {
  const { link, value, branch } = node;
  if (link !== undefined) ops.push(Op.link, path, [link.target, link.bubbles]);
  else if (value !== undefined) ops.push(Op.set, path, withoutCopy(value));
  // A node with children is made with its first child, and the root always exists.
  else if ((branch === undefined || branch.children.size === 0) && path !== '') ops.push(Op.make, path, undefined);
}
