import { Op, type StoreOps } from '../ops.js';
import { checkKeepable } from './unkeepable.js';

/** Chooses what of a batch is kept: what concerns certain subtrees, and not where it came from. */
export class KeptOps {
  /** The paths of the subtrees; the empty one for all. */
  readonly subtrees: readonly string[];
  readonly #all: boolean;

  /** @param only paths; without it, all is kept. */
  constructor(only: readonly string[] | undefined) {
    this.subtrees = (only ?? ['']).map((path) => path.replace(/^\/+|\/+$/g, ''));
    this.#all = this.subtrees.includes('');
  }

  /** The steps of a batch that are kept; there may be none. */
  of(ops: StoreOps): StoreOps {
    if (this.#all && !hasSource(ops)) return ops;
    const kept: unknown[] = [];
    for (let at = 0; at < ops.length; at += 3) this.#take(kept, ops[at], ops[at + 1] as string, ops[at + 2]);
    return kept;
  }

  /**
   * Looks whether all that is to be kept of a batch can be, before it is done. A thread that only asks for a batch can do that, too.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`
   */
  check(ops: StoreOps): void {
    const kept = this.of(ops);
    for (let at = 0; at < kept.length; at += 3)
      if (kept[at] === Op.set) checkKeepable(kept[at + 1] as string, kept[at + 2]);
  }

  #take(kept: unknown[], kind: unknown, path: string, value: unknown): void {
    if (kind === Op.source) return;
    if (this.#all || this.subtrees.some((subtree) => isWithin(path, subtree))) kept.push(kind, path, value);
    else if (kind === Op.remove) this.#takeRemoved(kept, path);
  }

  /** Where a node goes, the subtrees below it go too. */
  #takeRemoved(kept: unknown[], path: string): void {
    for (const subtree of this.subtrees) if (isWithin(subtree, path)) kept.push(Op.remove, subtree, undefined);
  }
}

function hasSource(ops: StoreOps): boolean {
  for (let at = 0; at < ops.length; at += 3) if (ops[at] === Op.source) return true;
  return false;
}

function isWithin(path: string, subtree: string): boolean {
  return path.startsWith(subtree) && (path.length === subtree.length || path[subtree.length] === '/');
}
