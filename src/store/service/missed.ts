import { Op, type StoreOps } from '../ops.js';
import type { Tree } from '../tree/tree.js';
import type { MadePaths } from './words.js';

/** When so many paths have changed meanwhile, everything is sent anew. */
const MOST_PATHS = 100_000;

/** How a path has changed: its value has; or it and all below it was removed, and may be there again. */
interface Change {
  removed: boolean;
  source: string | undefined;
  silent: boolean;
}

/** What a replica has missed while it was behind, by path: how it stands now is read from the tree when the replica is told. */
export class Missed {
  /** The paths of elements that its own requests have made meanwhile. */
  readonly made: MadePaths[number][] = [];
  #changes: Map<string, Change> | undefined = new Map();

  add(ops: StoreOps): void {
    const changes = this.#changes;
    if (changes === undefined) return;
    let source: string | undefined;
    let silent = false;
    for (let at = 0; at < ops.length; at += 3) {
      const [kind, path, value] = [ops[at], ops[at + 1] as string, ops[at + 2]];
      if (kind === Op.source) [source, silent] = value as [string | undefined, boolean];
      // An alias changes what other paths mean.
      else if (kind === Op.link) return this.#giveUp();
      else {
        const removed = kind === Op.remove || changes.get(path)?.removed === true;
        // Behind those that were noted since: what is removed takes what is below it with it.
        if (kind === Op.remove) changes.delete(path);
        changes.set(path, { removed, source, silent });
      }
    }
    if (changes.size > MOST_PATHS) this.#giveUp();
    return undefined;
  }

  #giveUp(): void {
    this.#changes = undefined;
  }

  /** A batch that brings a replica to where the tree is; `undefined` where only everything anew does. */
  opsOf(tree: Tree): StoreOps | undefined {
    if (this.#changes === undefined) return undefined;
    const ops: unknown[] = [];
    let before: Change = { removed: false, source: undefined, silent: false };
    for (const [path, change] of this.#changes) {
      if (change.source !== before.source || change.silent !== before.silent)
        ops.push(Op.source, '', [change.source, change.silent]);
      before = change;
      if (change.removed) {
        ops.push(Op.remove, path, undefined);
        for (const piece of tree.exists(path) ? tree.contents(path) : []) ops.push(...piece);
      } else if (tree.exists(path)) ops.push(Op.make, path, undefined, Op.set, path, tree.read(path));
    }
    return ops;
  }
}
