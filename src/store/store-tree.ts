import { parseOptions } from '../core/options/option-schema.js';
import { Cursor, type CursorHost, type StoreCallback } from './cursor.js';
import { type StoreTreeOptions, throwLater, treeSchema } from './store-options.js';
import type { Hearer } from './tree/subscription.js';
import { Tree } from './tree/tree.js';
import type { StoreValue } from './values.js';

/**
 * A tree of values by path that tells who has subscribed what changes. It is a cursor of its own root. It works alone, without any Tonic: a
 * callback is called before the write that it hears of returns, or the group.
 */
export class StoreTree extends Cursor {
  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: StoreTreeOptions = {}) {
    const { onError = throwLater, ...limits } = parseOptions(treeSchema, options, 'StoreTree');
    super(new OwnTree(new Tree({ ...limits, onError })));
  }

  get path(): string {
    return '';
  }

  protected override get _ttPath(): string {
    return '';
  }

  /** Sets a path to what `change` makes of its value, and gives that. */
  update(path: string, change: (value: StoreValue | undefined) => StoreValue | undefined): StoreValue | undefined {
    return this.group(() => {
      this.at(path).v = change(this.get(path));
      return this.get(path);
    });
  }
}

class OwnTree implements CursorHost {
  readonly tree: Tree;

  constructor(tree: Tree) {
    this.tree = tree;
  }

  hearer(callback: StoreCallback, owner: unknown): Hearer {
    return { deliver: callback, known: owner === undefined ? [callback] : [callback, owner] };
  }
}
