import type { AnyTonic } from '../../core/any-tonic.js';
import { hears } from '../../core/life.js';
import { Cursor, type CursorHost } from '../cursor.js';
import type { AnyShape, Readable, Settable, ShapeAt, ValueOf } from '../typed-paths.js';
import { SparkleSubscription } from './sparkle-subscription.js';
import type { Tree } from '../tree/tree.js';

/** What a handle needs of the Store in its thread. */
export interface HandledStore {
  readonly service: string;
  readonly ready: boolean;
  readonly shown: Tree;
  /** Subscribers that can take no more events. */
  readonly full: Set<SparkleSubscription>;
  transaction<T>(reads: readonly string[], body: () => T): Promise<T>;
  saved(): Promise<void>;
}

/** What a Tonic gets when it can read a Store. */
export interface StoreReadyInfo {
  /** The name of the Store's service. */
  readonly service: string;
}

/**
 * The handle of a Store, from `this.use(Store)`: a cursor of its root. It reads from a copy in its own thread, and its
 * writes take effect there at once; the owner puts all writes in one order.
 */
export class StoreHandle<Shape = AnyShape> extends Cursor<Shape, ''> {
  readonly #place: HandledStore;
  readonly #user: AnyTonic;

  /** @internal */
  constructor(place: HandledStore, user: AnyTonic) {
    super(hostOf(place, user));
    this.#place = place;
    this.#user = user;
  }

  get path(): '' {
    return '';
  }

  protected get _ttPath(): string {
    return '';
  }

  /**
   * Whether it can be read: at once in the thread of its owner, else when its copy has arrived (`ttse__onStoreReady`).
   */
  get ready(): boolean {
    return this.#place.ready;
  }

  /**
   * Sets a path to the result of `change`, which gets the present value. If another thread has written to it meanwhile,
   * `change` runs again with the new value; so it must have no side effects.
   *
   * @returns the new value, when the owner has confirmed it. Use `this.pipe(...)`.
   */
  update<const P extends string>(
    path: Readable<Shape, P>,
    change: NoInfer<(value: ValueOf<ShapeAt<Shape, P>> | undefined) => Settable<ShapeAt<Shape, P>>>,
  ): Promise<ValueOf<ShapeAt<Shape, P>> | undefined>;
  async update(path: string, change: (value: never) => unknown): Promise<unknown> {
    return this.#place.transaction([path], () => {
      const { shown: tree } = this.#place;
      tree.write(path, change(tree.read(path) as never));
      return tree.read(path);
    });
  }

  /**
   * Makes the writes of `body` one batch, which is valid only if the paths in `reads` still have the values that `body`
   * has read. If another thread has written to one of them meanwhile, `body` runs again; so it must only read those
   * paths and write.
   *
   * @returns the result of `body`, when the owner has confirmed it.
   */
  async transaction<T>(reads: readonly string[], body: () => T): Promise<T> {
    return this.#place.transaction(reads, body);
  }

  /** Resolves when the owner has carried out all writes of this thread, and with `persist` has kept them. */
  async saved(): Promise<void> {
    return this.#place.saved();
  }

  override toString(): string {
    return `Store ${this.#place.service}`;
  }

  /** @internal The Store as this thread sees it; all its users in the thread share it. */
  get _ttPlace(): object {
    return this.#place;
  }

  /** @internal It can be read from now on. */
  _ttArrived(): void {
    const user = this.#user;
    if (hears(user, READY)) user._ttss__tell(READY, { service: this.#place.service } satisfies StoreReadyInfo);
  }
}

const READY = 'ttse__onStoreReady';

function hostOf(place: HandledStore, user: AnyTonic): CursorHost {
  return {
    get tree() {
      return place.shown;
    },
    subscriber: (callback, owner) =>
      new SparkleSubscription(user, user._ttOwn(callback).key, [callback, owner ?? user, user], place.full),
  };
}
