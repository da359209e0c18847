import type { RemoteHandle } from '../../core/any-tonic.js';
import { fail } from '../../core/errors.js';
import { Op, type StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { NewElement } from '../tree/new-element.js';
import type { Tree } from '../tree/tree.js';
import { WINDOW } from './follower.js';
import type { Pending, Waiter } from './pending.js';
import { weightOf } from './weight.js';
import type { MadePaths, MessageSender, OwnerMessages, ReplicaMessages } from './messages.js';

/** The most that may wait for the owner's confirmation: batches, and about how many bytes. */
const MOST_PENDING = { batches: 10_000, bytes: 16 * 1024 * 1024 } as const;

/** What a replica needs of its thread. */
export interface ReplicaHost {
  /** The way to send messages to the owner. */
  owner(self: RemoteHandle): MessageSender<OwnerMessages>;
  /** Asks for the whole content: at first, and after a lost message. */
  join(): void;
  /** The whole content has arrived, for the first time or from another owner. */
  arrived(): void;
  /** A write was not carried out, and nobody waits for its result. */
  refused(error: Error): void;
}

/**
 * The copy of a Store in another thread than the owner's. A local write is visible here at once, and at the owner when
 * the message arrives. If the owner put other batches before it, they are inserted below the local writes. Elements
 * that the owner must number become visible when it has done so.
 */
export class Replica {
  /** Whether the whole content has arrived. */
  ready = false;
  readonly tree: Tree;
  readonly #home: ReplicaHost;
  readonly #number: number;
  #owner: MessageSender<OwnerMessages> | undefined;
  #epoch = 0;
  #version = 0;
  #seq = 0;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  /** The received bytes that were not acknowledged yet. */
  #unacknowledged = 0;
  /** The new content that has arrived so far. It replaces the old content when it is complete. */
  #anew: StoreOps[] | undefined;
  #comes = false;
  readonly #questions = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #asked = 0;
  /** The waiter and the expected values of the write that is being committed. */
  #committing: { readonly expects: readonly unknown[]; readonly waiter: Waiter } | undefined;

  constructor(tree: Tree, number: number, home: ReplicaHost) {
    this.tree = tree;
    this.#number = number;
    this.#home = home;
  }

  // ---- Writing ----

  /**
   * Takes a batch that a user of this thread has written. `false`: it is not visible before the owner has numbered its
   * elements.
   */
  committed(batch: Batch): boolean {
    return this.#write(batch.toRequest(), batch);
  }

  /** Runs `body` as one batch that is valid only if the paths still have those values; `waiter` gets the result. */
  writeWhere(expects: readonly unknown[], waiter: Waiter, body: () => void): void {
    this.#committing = { expects, waiter };
    try {
      const before = this.#seq;
      body();
      if (this.#seq === before) waiter.carriedOut();
    } finally {
      this.#committing = undefined;
    }
  }

  /** Carries out a write that was requested before the Store was ready. */
  write(ops: StoreOps, made: readonly NewElement[]): void {
    this.#send(ops, made.length === 0 ? this.#try(ops) : undefined, made);
  }

  #write(ops: StoreOps, batch: Batch): boolean {
    const isNumbered = batch.made.length === 0;
    this.#send(ops, isNumbered ? batch : undefined, batch.made);
    return isNumbered;
  }

  #send(ops: StoreOps, batch: Batch | undefined, made: readonly NewElement[]): void {
    const weight = weightOf(ops);
    const { length } = this.#pending;
    if (length >= MOST_PENDING.batches || (length > 0 && this.#pendingBytes + weight > MOST_PENDING.bytes))
      throw fail('TT_STORE_FULL', {
        what: 'what the owner of the Store has not confirmed',
        most: `${length} batches`,
        remedy: 'write less at once',
      });
    const { expects, waiter } = this.#committing ?? {};
    const seq = ++this.#seq;
    const pending = { seq, ops, weight, expects, batch, made, waiter };
    this.#pending.push(pending);
    this.#pendingBytes += weight;
    this.#ask(pending);
  }

  #ask({ seq, ops, expects }: Pending): void {
    this.#owner!.send('write', this.#number, this.#epoch, seq, ops, expects);
  }

  /** Resolves when all writes of this thread were carried out, and kept on disk if the Store has `persist`. */
  async saved(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#questions.set(++this.#asked, { resolve, reject });
      if (this.ready) this.#owner!.send('save', this.#number, this.#asked);
    });
  }

  // ---- Messages of the owner ----

  receive<K extends keyof ReplicaMessages>(kind: K, content: ReplicaMessages[K] & readonly unknown[]): void {
    const parts = content as readonly unknown[];
    if (kind === 'contents') this.#contents(...(parts as ReplicaMessages['contents']));
    else if (kind === 'batch') this.#batch(...(parts as ReplicaMessages['batch']));
    else if (kind === 'refused') this.#refused(...(parts as ReplicaMessages['refused']));
    else this.#saved(...(parts as ReplicaMessages['saved']));
  }

  /** The owner has finished, and no other one takes over. */
  gone(error: Error): void {
    this.ready = false;
    this.#lose(error);
  }

  #contents(...[self, epoch, version, confirmed, part, ops, limits]: ReplicaMessages['contents']): void {
    this.#owner = this.#home.owner(self);
    if (part === 'first' || part === 'only') {
      this.tree.limits = limits;
      if (epoch !== this.#epoch) this.#begin(epoch);
      this.#version = version;
      this.#comes = true;
      this.#anew = this.ready ? [] : undefined;
      // Removes the incomplete content of an earlier transfer.
      if (!this.ready) this.tree.clear();
      for (const { waiter } of this.#confirmed(confirmed, [])) waiter?.carriedOut();
      for (const one of this.#pending) this.#ask(one);
    }
    if (epoch !== this.#epoch || !this.#comes) return;
    this.#take(ops);
    if (part === 'first' || part === 'next') this.#owner.send('more', this.#number);
    else this.#arrived();
  }

  /** Another owner has taken over: unconfirmed writes to the one before may be lost. */
  #begin(epoch: number): void {
    if (this.#epoch !== 0) this.#lose(fail('TT_STORE_LOST', { what: 'its owner was started again' }));
    this.#epoch = epoch;
    this.#seq = 0;
  }

  /**
   * Before the first complete transfer nobody reads, so pieces are applied at once. Later the old content stays until
   * the new one is complete.
   */
  #take(ops: StoreOps): void {
    if (this.#anew === undefined) this.tree.apply(ops);
    else this.#anew.push(ops);
  }

  #arrived(): void {
    const anew = this.#anew;
    this.#comes = false;
    this.#anew = undefined;
    if (anew !== undefined)
      this.tree.reconcile(() => {
        this.tree.clear();
        for (const ops of anew) this.tree.apply(ops);
        this.#redo(this.#pending);
      });
    const isFirst = !this.ready;
    this.ready = true;
    for (const question of this.#questions.keys()) this.#owner!.send('save', this.#number, question);
    if (isFirst) this.#home.arrived();
  }

  #batch(...[epoch, from, to, confirmed, made, weight, ops]: ReplicaMessages['batch']): void {
    if (epoch !== this.#epoch) return;
    // A message was lost on the way.
    if (from !== this.#version) return this.#home.join();
    this.#version = to;
    this.#acknowledge(weight);
    const done = this.#confirmed(confirmed, made);
    if (this.#comes) {
      for (const { ops: own, made: numbered } of done) if (numbered.length === 0) this.#take(own);
      if (ops.length > 0) this.#take(ops);
    } else if (ops.length > 0) {
      if (areApart(this.tree, ops, this.#pending)) this.tree.apply(ops);
      else this.#workIn(ops);
    }
    for (const { waiter } of done) waiter?.carriedOut();
    return undefined;
  }

  /** Acknowledges after a quarter of the window, so that the owner does not stop sending. */
  #acknowledge(weight: number): void {
    this.#unacknowledged += weight;
    if (this.#unacknowledged < WINDOW / 4) return;
    this.#owner!.send('acknowledge', this.#number, this.#unacknowledged);
    this.#unacknowledged = 0;
  }

  #confirmed(confirmed: number, made: MadePaths): Pending[] {
    const pending = this.#pending;
    let count = 0;
    while (count < pending.length && pending[count]!.seq <= confirmed) this.#pendingBytes -= pending[count++]!.weight;
    for (const [seq, paths] of made) {
      const mine = pending.find((one) => one.seq === seq);
      paths.forEach((path, at) => (mine!.made[at]!.path = path));
    }
    return count === 0 ? NONE : pending.splice(0, count);
  }

  /** Inserts a batch below the unconfirmed writes: they are undone, and applied again after it. */
  #workIn(ops: StoreOps): void {
    const { tree } = this;
    tree.reconcile(() => {
      for (const one of this.#pending.toReversed()) this.#undo(one);
      tree.apply(ops);
      this.#redo(this.#pending);
    });
  }

  #refused(epoch: number, seq: number, error: Error | undefined): void {
    if (epoch !== this.#epoch) return;
    const at = this.#pending.findIndex((one) => one.seq === seq);
    if (at < 0) return;
    const [refused] = this.#pending.slice(at, at + 1) as [Pending];
    this.tree.reconcile(() => {
      for (const one of this.#pending.toReversed()) this.#undo(one);
      this.#pending.splice(at, 1);
      this.#pendingBytes -= refused.weight;
      this.#redo(this.#pending);
    });
    const { waiter } = refused;
    if (waiter === undefined)
      this.#home.refused(error ?? fail('TT_STORE_LOST', { what: 'the value that it expected has changed' }));
    else if (error === undefined) waiter.lost();
    else waiter.failed(error);
  }

  #saved(question: number, error: Error | undefined): void {
    const asked = this.#questions.get(question);
    this.#questions.delete(question);
    if (error === undefined) asked?.resolve();
    else asked?.reject(error);
  }

  #lose(error: Error): void {
    const lost = this.#pending.splice(0);
    this.#pendingBytes = 0;
    for (const { waiter } of lost) waiter?.failed(error);
    if (lost.some(({ waiter }) => waiter === undefined)) this.#home.refused(error);
    for (const { reject } of this.#questions.values()) reject(error);
    this.#questions.clear();
  }

  #undo(one: Pending): void {
    if (one.batch !== undefined) this.tree.undo(one.batch);
    one.batch = undefined;
  }

  #redo(pending: readonly Pending[]): void {
    for (const one of pending) one.batch = one.made.length === 0 ? this.#try(one.ops) : undefined;
  }

  /** A write that cannot be applied here any more will be refused by the owner. */
  #try(ops: StoreOps): Batch | undefined {
    try {
      return this.tree.apply(ops);
    } catch {
      return undefined;
    }
  }
}

const NONE: Pending[] = [];

/**
 * Whether the order of the batch and the pending writes makes no difference: both only set values of existing nodes,
 * and of different ones.
 */
function areApart(tree: Tree, ops: StoreOps, pending: readonly Pending[]): boolean {
  if (pending.length === 0) return true;
  if (tree.hasLinks) return false;
  const paths = new Set<unknown>();
  for (let at = 0; at < ops.length; at += 3) {
    if (ops[at] === Op.set) paths.add(ops[at + 1]);
    else if (ops[at] !== Op.source) return false;
  }
  for (const { batch, ops: own } of pending) {
    if (batch?.isOfValuesOnly === false) return false;
    for (let at = 0; at < own.length; at += 3) if (paths.has(own[at + 1])) return false;
  }
  return true;
}
