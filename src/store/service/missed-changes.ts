import { Op, type StoreOps } from '../ops.js';
import type { Tree } from '../tree/tree.js';
import type { MadePaths } from './messages.js';

/** If more paths have changed, the whole content is sent again. */
const MOST_PATHS = 100_000;

/** How a path has changed: its value was set; or the path and all below it was removed, and possibly made again. */
interface Change {
  removed: boolean;
  source: string | undefined;
  silent: boolean;
}

/** The changes that a replica has missed, by path. The present values are read from the tree when they are sent. */
export class MissedChanges {
  /** The paths of elements that the replica's own requests have made in the meantime. */
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
      // A link changes the meaning of other paths.
      else if (kind === Op.link) return this.#giveUp();
      else {
        const removed = kind === Op.remove || changes.get(path)?.removed === true;
        // The removal moves to the end of the order, because it also removes the paths below that were noted before.
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

  /** A batch that updates a replica to the present tree; `undefined` if the whole content must be sent. */
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
