import type { RemoteHandle } from '../../core/any-tonic.js';
import { fail, toError } from '../../core/errors.js';
import { Op, type StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { NewElement } from '../tree/new-element.js';
import type { Tree } from '../tree/tree.js';
import { same } from '../equality.js';
import type { StoredValue } from '../values.js';
import { Follower } from './follower.js';
import type { MessageSender, OwnerMessages, ReplicaMessages } from './messages.js';

/** Keeps the batches of a Store on disk. */
export interface Persistence {
  /** Gives the kept content to `apply`. Returns the number of the last batch. */
  load(apply: (ops: StoreOps) => void): number;
  /** Takes a batch to be kept. @throws if it cannot be kept. */
  append(version: number, ops: StoreOps): void;
  /** Resolves when all batches that it has taken are kept. */
  saved(): Promise<void>;
}

/**
 * The owner of a Store: it puts the batches of all writers in one order, numbers them, keeps them, and sends them to
 * the replicas. It knows nothing of threads: it receives and sends messages.
 */
export class Owner {
  /** The number of the last batch. */
  version = 0;
  /** Identifies this start of the owner. Messages for an earlier start are ignored. */
  readonly epoch: number;
  readonly tree: Tree;
  /** The handle by which replicas know it. */
  readonly self: RemoteHandle;
  readonly #persistence: Persistence | undefined;
  readonly #followers = new Map<number, Follower>();
  readonly #senderTo: (replica: RemoteHandle) => MessageSender<ReplicaMessages>;

  constructor(made: {
    readonly epoch: number;
    readonly version: number;
    readonly tree: Tree;
    readonly self: RemoteHandle;
    readonly persistence: Persistence | undefined;
    readonly senderTo: (replica: RemoteHandle) => MessageSender<ReplicaMessages>;
  }) {
    this.epoch = made.epoch;
    this.version = made.version;
    this.tree = made.tree;
    this.self = made.self;
    this.#persistence = made.persistence;
    this.#senderTo = made.senderTo;
  }

  // ---- Writes of its own thread ----

  /**
   * Takes a batch of its own thread, before subscribers hear of it. @throws if it cannot be kept; then the batch is
   * undone.
   */
  committed(batch: Batch): void {
    this.#commit(batch, undefined, 0);
  }

  #commit(batch: Batch, writer: Follower | undefined, seq: number): void {
    const ops = batch.toOps();
    if (ops.length > 0) {
      this.#persistence?.append(this.version + 1, ops);
      this.version++;
    }
    const made = writer === undefined ? [] : batch.made.map(({ path }) => path!);
    for (const follower of this.#followers.values()) {
      if (follower === writer) follower.tell(ops, { seq, made });
      else if (ops.length > 0) follower.tell(ops, undefined);
    }
  }

  /** Carries out a write that its own thread requested before the Store was ready. */
  write(ops: StoreOps, made: readonly NewElement[]): void {
    const batch = this.tree.apply(ops, (done) => this.committed(done));
    batch.made.forEach(({ path }, at) => (made[at]!.path = path));
  }

  /** Resolves when all writes are kept; at once if nothing is kept on disk. */
  async saved(): Promise<void> {
    return this.#persistence?.saved();
  }

  // ---- Messages of replicas ----

  receive<K extends keyof OwnerMessages>(kind: K, content: OwnerMessages[K] & readonly unknown[]): void {
    const [from] = content as readonly unknown[] as readonly [number];
    if (kind === 'join') return this.#join(...(content as readonly unknown[] as OwnerMessages['join']));
    const follower = this.#followers.get(from);
    // A replica that this owner does not know will ask to join.
    if (follower === undefined) return undefined;
    switch (kind) {
      case 'more':
        return follower.more();
      case 'write':
        return this.#write(follower, ...(content as readonly unknown[] as OwnerMessages['write']));
      case 'acknowledge':
        return follower.acknowledged((content as readonly unknown[] as OwnerMessages['acknowledge'])[1]);
      default:
        return this.#save(follower, (content as readonly unknown[] as OwnerMessages['save'])[1]);
    }
  }

  #join(from: number, replica: RemoteHandle): void {
    const follower = this.#followers.get(from) ?? new Follower(this, this.#senderTo(replica));
    this.#followers.set(from, follower);
    follower.sendAll();
  }

  /** A replica has ended. */
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
    // A write for an earlier owner, or a repeated one.
    if (epoch !== this.epoch || seq <= writer.confirmed) return;
    // A write was lost on the way. When the replica has the whole content, it repeats the unconfirmed writes.
    if (seq > writer.confirmed + 1) return writer.isSentAll ? undefined : writer.sendAll();
    try {
      if (expects !== undefined && !this.#hold(expects)) return writer.refuse(seq, undefined);
      // Only requests are checked against read-only paths, so replicas may send nothing else.
      if (ops[0] !== Op.request) throw fail('TT_STORE_BAD_OPS', { problem: 'it is not a request' });
      this.tree.apply(ops, (batch) => this.#commit(batch, writer, seq));
    } catch (thrown) {
      writer.refuse(seq, toError(thrown));
    }
    return undefined;
  }

  #hold(expects: readonly unknown[]): boolean {
    for (let at = 0; at < expects.length; at += 2)
      if (!same(this.tree.read(expects[at] as string), expects[at + 1] as StoredValue | undefined)) return false;
    return true;
  }

  #save(follower: Follower, question: number): void {
    this.saved().then(
      () => follower.saved(question, undefined),
      (thrown: unknown) => follower.saved(question, toError(thrown)),
    );
  }
}
