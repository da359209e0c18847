import type { AnyTonic } from '../../core/any-tonic.js';
import { Durable } from '../durable/durable.js';
import type { PersistOptions } from '../durable/options.js';
import type { StoreOps } from '../ops.js';
import type { Persistence } from './owner.js';

/** The work that an app waits for outside of its own threads. Under test, virtual time does not advance meanwhile. */
interface Holding {
  held<T>(something: Promise<T>): Promise<T>;
}

/** Keeps the batches of a Store on disk, and writes a snapshot when one is due. */
export class DiskPersistence implements Persistence {
  readonly #durable: Durable;
  readonly #app: Holding;
  readonly #contents: () => Iterable<StoreOps>;

  /**
   * @param contents gives the content of the Store, piece by piece.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_STORE_DIRECTORY`, `TT_STORE_LOCKED`, `TT_STORE_FORMAT`,
   *   `TT_STORE_DAMAGED`
   */
  constructor(store: AnyTonic, options: PersistOptions, contents: () => Iterable<StoreOps>) {
    const { logs, runtime } = store._ttScheduler;
    this.#app = runtime as unknown as Holding;
    this.#contents = contents;
    this.#durable = Durable.open(options, {
      warn: (error) => logs.warn(store, error),
      failed: (error) => logs.failure(store, error, { sparkle: undefined, state: undefined, source: undefined }),
    });
  }

  /** Gives the kept content to `apply`. Returns the number of the last batch. */
  load(apply: (ops: StoreOps) => void): number {
    return this.#durable.load(apply).version;
  }

  append(version: number, ops: StoreOps): void {
    this.#durable.append(version, ops);
    if (this.#durable.snapshotDue) void this.#app.held(this.#durable.snapshot(this.#contents()));
  }

  async saved(): Promise<void> {
    return this.#app.held(this.#durable.saved());
  }

  /** Resolves when everything is written and the directory is free for another Store. */
  async close(): Promise<void> {
    return this.#app.held(this.#durable.close());
  }
}
