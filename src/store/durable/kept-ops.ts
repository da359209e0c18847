import { Op, type StoreOps } from '../ops.js';
import { checkStorable } from './not-storable.js';

/** Selects the steps of a batch that are written to disk: those within certain subtrees, without their source. */
export class KeptOps {
  /** The paths of the subtrees; the empty path stands for all. */
  readonly subtrees: readonly string[];
  readonly #all: boolean;

  /** @param only the paths; all is kept if it is missing. */
  constructor(only: readonly string[] | undefined) {
    this.subtrees = (only ?? ['']).map((path) => path.replace(/^\/+|\/+$/g, ''));
    this.#all = this.subtrees.includes('');
  }

  /** The steps of a batch that are kept, if any. */
  of(ops: StoreOps): StoreOps {
    if (this.#all && !hasSource(ops)) return ops;
    const kept: unknown[] = [];
    for (let at = 0; at < ops.length; at += 3) this.#take(kept, ops[at], ops[at + 1] as string, ops[at + 2]);
    return kept;
  }

  /**
   * Checks that the kept part of a batch can be written, before the batch is applied. A thread that only requests a
   * batch can check it as well.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`
   */
  check(ops: StoreOps): void {
    const kept = this.of(ops);
    for (let at = 0; at < kept.length; at += 3)
      if (kept[at] === Op.set) checkStorable(kept[at + 1] as string, kept[at + 2]);
  }

  #take(kept: unknown[], kind: unknown, path: string, value: unknown): void {
    if (kind === Op.source) return;
    if (this.#all || this.subtrees.some((subtree) => isWithin(path, subtree))) kept.push(kind, path, value);
    else if (kind === Op.remove) this.#takeRemoved(kept, path);
  }

  /** When a node is removed, the subtrees below it are removed, too. */
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
