import type { RemoteHandle } from '../../core/any-tonic.js';
import { fail } from '../../core/errors.js';
import { Op, type StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { Made } from '../tree/made.js';
import type { Tree } from '../tree/tree.js';
import { WINDOW } from './follower.js';
import type { Pending, Waiter } from './pending.js';
import { weightOf } from './weight.js';
import type { MadePaths, Mouth, OwnerWords, ReplicaWords } from './words.js';

/** The most that may have been written and not be confirmed by the owner: batches, and about how many bytes. */
const MOST_PENDING = { batches: 10_000, bytes: 16 * 1024 * 1024 } as const;

/** What a replica tells whoever has made it. */
export interface ReplicaHome {
  /** Where the owner is heard now. */
  owner(self: RemoteHandle): Mouth<OwnerWords>;
  /** Asks for everything: where no owner is known yet, or a word was lost. */
  join(): void;
  /** All is there; told again when another owner has taken over. */
  arrived(): void;
  /** A write was not carried out, and nobody waits for it. */
  refused(error: Error): void;
}

/**
 * The copy of a Store in another thread than its owner's. What is written here is seen here at once, and by the owner when it gets there: what
 * he has put before it is worked in below. What elements he must number is seen when he has.
 */
export class Replica {
  /** Whether all is there. */
  ready = false;
  readonly tree: Tree;
  readonly #home: ReplicaHome;
  readonly #number: number;
  #owner: Mouth<OwnerWords> | undefined;
  #epoch = 0;
  #version = 0;
  #seq = 0;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  /** Weight that the owner was not told of. */
  #heard = 0;
  /** Everything anew, as far as it has come; it is put in the place of what is there when all has. */
  #anew: StoreOps[] | undefined;
  #comes = false;
  readonly #questions = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #asked = 0;
  /** Who waits for the write that is being committed, and what it expects. */
  #committing: { readonly expects: readonly unknown[]; readonly waiter: Waiter } | undefined;

  constructor(tree: Tree, number: number, home: ReplicaHome) {
    this.tree = tree;
    this.#number = number;
    this.#home = home;
  }

  // ---- Writing ----

  /** A batch that a user of this thread has written; `false`: it is not to be seen before the owner has numbered it. */
  committed(batch: Batch): boolean {
    return this.#write(batch.toRequest(), batch);
  }

  /** Carries `body` out as one batch that holds only where the paths still have those values; `waiter` hears what becomes of it. */
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

  /** Writes what was asked for before anything was there. */
  write(ops: StoreOps, made: readonly Made[]): void {
    this.#send(ops, made.length === 0 ? this.#try(ops) : undefined, made);
  }

  #write(ops: StoreOps, batch: Batch): boolean {
    const isNumbered = batch.made.length === 0;
    this.#send(ops, isNumbered ? batch : undefined, batch.made);
    return isNumbered;
  }

  #send(ops: StoreOps, batch: Batch | undefined, made: readonly Made[]): void {
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
    this.#owner!.tell('write', this.#number, this.#epoch, seq, ops, expects);
  }

  /** Settles when all that was written here is carried out, and kept where it is to be. */
  async saved(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#questions.set(++this.#asked, { resolve, reject });
      if (this.ready) this.#owner!.tell('save', this.#number, this.#asked);
    });
  }

  // ---- What the owner tells ----

  heard<W extends keyof ReplicaWords>(word: W, said: ReplicaWords[W] & readonly unknown[]): void {
    const words = said as readonly unknown[];
    if (word === 'contents') this.#contents(...(words as ReplicaWords['contents']));
    else if (word === 'batch') this.#batch(...(words as ReplicaWords['batch']));
    else if (word === 'refused') this.#refused(...(words as ReplicaWords['refused']));
    else this.#saved(...(words as ReplicaWords['saved']));
  }

  /** The owner is no more, and no other one is to come. */
  gone(error: Error): void {
    this.ready = false;
    this.#lose(error);
  }

  #contents(...[self, epoch, version, confirmed, part, ops, limits]: ReplicaWords['contents']): void {
    this.#owner = this.#home.owner(self);
    if (part === 'first' || part === 'only') {
      this.tree.limits = limits;
      if (epoch !== this.#epoch) this.#begin(epoch);
      this.#version = version;
      this.#comes = true;
      this.#anew = this.ready ? [] : undefined;
      // Of what began to come before.
      if (!this.ready) this.tree.clear();
      for (const { waiter } of this.#confirmed(confirmed, [])) waiter?.carriedOut();
      for (const one of this.#pending) this.#ask(one);
    }
    if (epoch !== this.#epoch || !this.#comes) return;
    this.#take(ops);
    if (part === 'first' || part === 'next') this.#owner.tell('more', this.#number);
    else this.#arrived();
  }

  /** Another owner: what the one before was asked to do, and has not confirmed, may be lost. */
  #begin(epoch: number): void {
    if (this.#epoch !== 0) this.#lose(fail('TT_STORE_LOST', { what: 'its owner was started again' }));
    this.#epoch = epoch;
    this.#seq = 0;
  }

  /** Nobody reads yet, or what is there stays until all has come. */
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
    for (const question of this.#questions.keys()) this.#owner!.tell('save', this.#number, question);
    if (isFirst) this.#home.arrived();
  }

  #batch(...[epoch, from, to, confirmed, made, weight, ops]: ReplicaWords['batch']): void {
    if (epoch !== this.#epoch) return;
    // A word was lost on the way.
    if (from !== this.#version) return this.#home.join();
    this.#version = to;
    this.#hear(weight);
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

  /** Acknowledges from time to time: the owner stops only when much more is on its way. */
  #hear(weight: number): void {
    this.#heard += weight;
    if (this.#heard < WINDOW / 4) return;
    this.#owner!.tell('heard', this.#number, this.#heard);
    this.#heard = 0;
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

  /** Puts a batch below what waits here: that is taken back, and done again on top of it. */
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

  /** What cannot be done here any more, the owner will refuse. */
  #try(ops: StoreOps): Batch | undefined {
    try {
      return this.tree.apply(ops);
    } catch {
      return undefined;
    }
  }
}

const NONE: Pending[] = [];

/** Whether it makes no difference which comes first: both only give values to nodes that are there, and not to the same ones. */
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
