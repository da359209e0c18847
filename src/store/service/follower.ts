import type { RemoteHandle } from '../../core/any-tonic.js';
import type { StoreOps } from '../ops.js';
import type { Tree } from '../tree/tree.js';
import { Missed } from './missed.js';
import { weightOf } from './weight.js';
import type { MadePaths, Mouth, ReplicaWords } from './words.js';

/** So many bytes of batches may be on their way to a replica that has not taken them; what comes then is merged by path. */
export const WINDOW = 1024 * 1024;

/** What a follower needs of the owner. */
export interface Followed {
  readonly tree: Tree;
  readonly epoch: number;
  readonly version: number;
  readonly self: RemoteHandle;
}

/**
 * A replica as the owner sees it: what it was sent, and how much of that it has not taken yet. One that takes it slowly is sent what has
 * changed meanwhile in one batch, merged by path; one that misses more than can be merged is sent everything anew.
 */
export class Follower {
  /** The last of its writes that was carried out or refused. */
  confirmed = 0;
  readonly #owner: Followed;
  readonly #mouth: Mouth<ReplicaWords>;
  /** What is left to be sent of the whole content. */
  #contents: Iterator<StoreOps, unknown> | undefined;
  #isFirst = false;
  /** The version that it has when it has taken all that it was sent. */
  #version = 0;
  /** About how many bytes it has not taken yet. */
  #unheard = 0;
  #missed: Missed | undefined;

  constructor(owner: Followed, mouth: Mouth<ReplicaWords>) {
    this.#owner = owner;
    this.#mouth = mouth;
  }

  /** Whether it is being sent everything. */
  get isSentAll(): boolean {
    return this.#contents !== undefined;
  }

  /** Sends it everything, piece by piece: each one when it has taken the one before. */
  sendAll(): void {
    this.#missed = undefined;
    this.#unheard = 0;
    this.#version = this.#owner.version;
    this.#contents = this.#owner.tree.contents();
    this.#isFirst = true;
    this.more();
  }

  /** It has taken a piece of the content, and all that was sent before that. */
  more(): void {
    if (this.#contents === undefined) return;
    this.#unheard = 0;
    if (this.#catchUp() === 'anew') return;
    const next = this.#contents.next();
    const isLast = next.done === true;
    const part = this.#isFirst ? (isLast ? 'only' : 'first') : isLast ? 'last' : 'next';
    this.#isFirst = false;
    if (isLast) this.#contents = undefined;
    const { self, epoch, tree } = this.#owner;
    this.#mouth.tell(
      'contents',
      self,
      epoch,
      this.#version,
      this.confirmed,
      part,
      next.done === true ? [] : next.value,
      tree.limits,
    );
  }

  /** It has taken batches of so many bytes. */
  heard(weight: number): void {
    this.#unheard = Math.max(this.#unheard - weight, 0);
    if (this.#unheard < WINDOW / 2) this.#catchUp();
  }

  /**
   * Tells it of a batch.
   *
   * @param own where it is the replica's own: the number of that, and the paths of the elements that it has made.
   */
  tell(ops: StoreOps, own: { readonly seq: number; readonly made: readonly string[] } | undefined): void {
    const { version } = this.#owner;
    if (own !== undefined) this.confirmed = own.seq;
    const made = own === undefined || own.made.length === 0 ? undefined : own;
    if (this.#missed !== undefined || this.#unheard > WINDOW) {
      this.#missed ??= new Missed();
      this.#missed.add(ops);
      if (made !== undefined) this.#missed.made.push([made.seq, made.made]);
      return;
    }
    // Of its own batch it knows what is in it, unless elements were numbered.
    const sent = own === undefined || made !== undefined ? ops : [];
    this.#send(version, made === undefined ? [] : [[made.seq, made.made]], sent);
  }

  refuse(seq: number, error: Error | undefined): void {
    // What comes before it in the order of the owner must be known there first, and does not confirm it.
    this.#catchUp();
    this.confirmed = seq;
    this.#mouth.tell('refused', this.#owner.epoch, seq, error);
  }

  saved(question: number, error: Error | undefined): void {
    this.#catchUp();
    this.#mouth.tell('saved', question, error);
  }

  #send(version: number, made: MadePaths, ops: StoreOps): void {
    const weight = weightOf(ops);
    this.#unheard += weight;
    this.#mouth.tell('batch', this.#owner.epoch, this.#version, version, this.confirmed, made, weight, ops);
    this.#version = version;
  }

  /** Tells it what it has missed. */
  #catchUp(): 'anew' | undefined {
    const missed = this.#missed;
    if (missed === undefined) return undefined;
    this.#missed = undefined;
    const ops = missed.opsOf(this.#owner.tree);
    this.#send(ops === undefined ? this.#version : this.#owner.version, missed.made, ops ?? []);
    if (ops !== undefined) return undefined;
    this.sendAll();
    return 'anew';
  }
}
