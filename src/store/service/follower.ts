import type { RemoteHandle } from '../../core/any-tonic.js';
import type { StoreOps } from '../ops.js';
import type { Tree } from '../tree/tree.js';
import { MissedChanges } from './missed-changes.js';
import { weightOf } from './weight.js';
import type { MadePaths, MessageSender, ReplicaMessages } from './messages.js';

/**
 * The most bytes of batches that are sent to a replica without an acknowledgement. Later changes are merged by path.
 */
export const WINDOW = 1024 * 1024;

/** What a follower needs to know about the owner. */
export interface FollowerHost {
  readonly tree: Tree;
  readonly epoch: number;
  readonly version: number;
  readonly self: RemoteHandle;
}

/**
 * The owner's view of a replica: what was sent to it, and how much it has not acknowledged. A slow replica gets the
 * later changes in one batch, merged by path. If it misses more than can be merged, it gets the whole content again.
 */
export class Follower {
  /** The number of its last write that was carried out or refused. */
  confirmed = 0;
  readonly #owner: FollowerHost;
  readonly #sender: MessageSender<ReplicaMessages>;
  /** The rest of the content that must still be sent. */
  #contents: Iterator<StoreOps, unknown> | undefined;
  #isFirst = false;
  /** The version of the replica when it has received all that was sent. */
  #version = 0;
  /** About how many bytes it has not acknowledged. */
  #unacknowledged = 0;
  #missed: MissedChanges | undefined;

  constructor(owner: FollowerHost, sender: MessageSender<ReplicaMessages>) {
    this.#owner = owner;
    this.#sender = sender;
  }

  /** Whether the whole content is being sent to it. */
  get isSentAll(): boolean {
    return this.#contents !== undefined;
  }

  /** Sends the whole content, piece by piece: each piece after the acknowledgement of the one before. */
  sendAll(): void {
    this.#missed = undefined;
    this.#unacknowledged = 0;
    this.#version = this.#owner.version;
    this.#contents = this.#owner.tree.contents();
    this.#isFirst = true;
    this.more();
  }

  /** It has received a piece of the content, and all that was sent before. */
  more(): void {
    if (this.#contents === undefined) return;
    this.#unacknowledged = 0;
    if (this.#catchUp() === 'anew') return;
    const next = this.#contents.next();
    const isLast = next.done === true;
    const part = this.#isFirst ? (isLast ? 'only' : 'first') : isLast ? 'last' : 'next';
    this.#isFirst = false;
    if (isLast) this.#contents = undefined;
    const { self, epoch, tree } = this.#owner;
    this.#sender.send(
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

  /** It has received batches of this many bytes. */
  acknowledged(weight: number): void {
    this.#unacknowledged = Math.max(this.#unacknowledged - weight, 0);
    if (this.#unacknowledged < WINDOW / 2) this.#catchUp();
  }

  /**
   * Sends it a batch.
   *
   * @param own if the replica itself requested the batch: its number, and the paths of the elements that it made.
   */
  tell(ops: StoreOps, own: { readonly seq: number; readonly made: readonly string[] } | undefined): void {
    const { version } = this.#owner;
    if (own !== undefined) this.confirmed = own.seq;
    const made = own === undefined || own.made.length === 0 ? undefined : own;
    if (this.#missed !== undefined || this.#unacknowledged > WINDOW) {
      this.#missed ??= new MissedChanges();
      this.#missed.add(ops);
      if (made !== undefined) this.#missed.made.push([made.seq, made.made]);
      return;
    }
    // The replica knows the content of its own batch, unless the owner numbered elements in it.
    const sent = own === undefined || made !== undefined ? ops : [];
    this.#send(version, made === undefined ? [] : [[made.seq, made.made]], sent);
  }

  refuse(seq: number, error: Error | undefined): void {
    // Earlier batches must reach the replica first, without confirming this write.
    this.#catchUp();
    this.confirmed = seq;
    this.#sender.send('refused', this.#owner.epoch, seq, error);
  }

  saved(question: number, error: Error | undefined): void {
    this.#catchUp();
    this.#sender.send('saved', question, error);
  }

  #send(version: number, made: MadePaths, ops: StoreOps): void {
    const weight = weightOf(ops);
    this.#unacknowledged += weight;
    this.#sender.send('batch', this.#owner.epoch, this.#version, version, this.confirmed, made, weight, ops);
    this.#version = version;
  }

  /** Sends the changes that it has missed. */
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
