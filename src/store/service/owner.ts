import type { RemoteHandle } from '../../core/any-tonic.js';
import { fail, toError } from '../../core/errors.js';
import { Op, type StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { Made } from '../tree/made.js';
import type { Tree } from '../tree/tree.js';
import { same } from '../equality.js';
import type { Kept } from '../values.js';
import { Follower } from './follower.js';
import type { Mouth, OwnerWords, ReplicaWords } from './words.js';

/** What keeps the batches of a Store. */
export interface Keeper {
  /** Hands out what was kept. Returns the number of the last batch of it. */
  load(apply: (ops: StoreOps) => void): number;
  /** Takes a batch to be kept. @throws where it cannot. */
  append(version: number, ops: StoreOps): void;
  /** Settles when all that it has taken is kept. */
  saved(): Promise<void>;
}

/**
 * The owner of a Store: it puts the batches of all writers in one order, numbers them, has them kept, and tells the replicas. It knows nothing
 * of threads: what it hears and says are words.
 */
export class Owner {
  /** The number of the last batch. */
  version = 0;
  /** What it was made as, whenever it is restarted: what belongs to the one before it is void. */
  readonly epoch: number;
  readonly tree: Tree;
  /** What replicas know it by. */
  readonly self: RemoteHandle;
  readonly #keeper: Keeper | undefined;
  readonly #followers = new Map<number, Follower>();
  readonly #mouthOf: (replica: RemoteHandle) => Mouth<ReplicaWords>;

  constructor(made: {
    readonly epoch: number;
    readonly version: number;
    readonly tree: Tree;
    readonly self: RemoteHandle;
    readonly keeper: Keeper | undefined;
    readonly mouthOf: (replica: RemoteHandle) => Mouth<ReplicaWords>;
  }) {
    this.epoch = made.epoch;
    this.version = made.version;
    this.tree = made.tree;
    this.self = made.self;
    this.#keeper = made.keeper;
    this.#mouthOf = made.mouthOf;
  }

  // ---- What is written in its own thread ----

  /** A batch of its own thread, before anybody hears of it. @throws where it cannot be kept: the batch is taken back. */
  committed(batch: Batch): void {
    this.#commit(batch, undefined, 0);
  }

  #commit(batch: Batch, writer: Follower | undefined, seq: number): void {
    const ops = batch.toOps();
    if (ops.length > 0) {
      this.#keeper?.append(this.version + 1, ops);
      this.version++;
    }
    const made = writer === undefined ? [] : batch.made.map(({ path }) => path!);
    for (const follower of this.#followers.values()) {
      if (follower === writer) follower.tell(ops, { seq, made });
      else if (ops.length > 0) follower.tell(ops, undefined);
    }
  }

  /** What somebody of its own thread asked for before it was there. */
  write(ops: StoreOps, made: readonly Made[]): void {
    const batch = this.tree.apply(ops, (done) => this.committed(done));
    batch.made.forEach(({ path }, at) => (made[at]!.path = path));
  }

  /** Settles when all that was written is kept; at once where nothing is to be. */
  async saved(): Promise<void> {
    return this.#keeper?.saved();
  }

  // ---- What replicas tell ----

  heard<W extends keyof OwnerWords>(word: W, said: OwnerWords[W] & readonly unknown[]): void {
    const [from] = said as readonly unknown[] as readonly [number];
    if (word === 'join') return this.#join(...(said as readonly unknown[] as OwnerWords['join']));
    const follower = this.#followers.get(from);
    // One that this owner does not know was told so when it was made.
    if (follower === undefined) return undefined;
    switch (word) {
      case 'more':
        return follower.more();
      case 'write':
        return this.#write(follower, ...(said as readonly unknown[] as OwnerWords['write']));
      case 'heard':
        return follower.heard((said as readonly unknown[] as OwnerWords['heard'])[1]);
      default:
        return this.#save(follower, (said as readonly unknown[] as OwnerWords['save'])[1]);
    }
  }

  #join(from: number, replica: RemoteHandle): void {
    const follower = this.#followers.get(from) ?? new Follower(this, this.#mouthOf(replica));
    this.#followers.set(from, follower);
    follower.sendAll();
  }

  /** A replica is no more. */
  forget(from: number): void {
    this.#followers.delete(from);
  }

  #write(
    writer: Follower,
    _from: number,
    epoch: number,
    seq: number,
    ops: StoreOps,
    expects: readonly unknown[] | undefined,
  ): void {
    // Written for an owner that is no more; or sent a second time.
    if (epoch !== this.epoch || seq <= writer.confirmed) return;
    // A write was lost on the way: with everything anew it writes again what is not confirmed.
    if (seq > writer.confirmed + 1) return writer.isSentAll ? undefined : writer.sendAll();
    try {
      if (expects !== undefined && !this.#hold(expects)) return writer.refuse(seq, undefined);
      // Another batch than a request says what was done, and nobody is asked whether it may be.
      if (ops[0] !== Op.request) throw fail('TT_STORE_BAD_OPS', { problem: 'it is not a request' });
      this.tree.apply(ops, (batch) => this.#commit(batch, writer, seq));
    } catch (thrown) {
      writer.refuse(seq, toError(thrown));
    }
    return undefined;
  }

  #hold(expects: readonly unknown[]): boolean {
    for (let at = 0; at < expects.length; at += 2)
      if (!same(this.tree.read(expects[at] as string), expects[at + 1] as Kept | undefined)) return false;
    return true;
  }

  #save(follower: Follower, question: number): void {
    this.saved().then(
      () => follower.saved(question, undefined),
      (thrown: unknown) => follower.saved(question, toError(thrown)),
    );
  }
}
