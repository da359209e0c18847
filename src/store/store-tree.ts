import { parseOptions } from '../core/options/option-schema.js';
import { Cursor, type CursorHost } from './cursor.js';
import type { StoreCallback } from './event.js';
import { type StoreTreeOptions, throwLater, treeSchema } from './store-options.js';
import type { Subscriber } from './tree/subscription.js';
import { Tree } from './tree/tree.js';
import type { AnyShape, Readable, Settable, ShapeAt, ValueOf } from './typed-paths.js';

/**
 * A tree of values by path that tells who has subscribed what changes. It is a cursor of its own root. It works alone, without any Tonic: a
 * callback is called before the write that it hears of returns, or the group.
 */
export class StoreTree<Shape = AnyShape> extends Cursor<Shape, ''> {
  readonly #own: OwnTree;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: StoreTreeOptions = {}) {
    const { onError = throwLater, ...limits } = parseOptions(treeSchema, options, 'StoreTree');
    const own = new OwnTree(new Tree({ ...limits, onError }));
    super(own);
    this.#own = own;
  }

  get path(): '' {
    return '';
  }

  protected override get _ttPath(): string {
    return '';
  }

  /** Sets a path to what `change` makes of its value, and gives that. */
  update<const P extends string>(
    path: Readable<Shape, P>,
    change: NoInfer<(value: ValueOf<ShapeAt<Shape, P>> | undefined) => Settable<ShapeAt<Shape, P>>>,
  ): ValueOf<ShapeAt<Shape, P>> | undefined;
  update(path: string, change: (value: never) => unknown): unknown {
    return this.group(() => {
      const { tree } = this.#own;
      tree.write(path, change(tree.read(path) as never));
      return tree.read(path);
    });
  }
}

class OwnTree implements CursorHost {
  readonly tree: Tree;

  constructor(tree: Tree) {
    this.tree = tree;
  }

  subscriber(callback: StoreCallback, owner: unknown): Subscriber {
    return { deliver: callback, known: owner === undefined ? [callback] : [callback, owner] };
  }
}
