import type { RemoteHandle } from '../../core/any-tonic.js';
import type { StoreOps } from '../ops.js';
import type { Limits } from '../tree/content.js';

/** The messages of a replica to the owner of a Store. `from` is the number of the replica. */
export interface OwnerMessages {
  /** Asks for the whole content, and for all later batches. */
  join: readonly [from: number, replica: RemoteHandle];
  /** Has received a piece of the content, and wants the next one. */
  more: readonly [from: number];
  /**
   * Requests a write. It is valid only if the paths of `expects` still have the values given there: path, value, path,
   * value ...
   */
  write: readonly [from: number, epoch: number, seq: number, ops: StoreOps, expects: readonly unknown[] | undefined];
  /** Acknowledges batches of this many bytes. */
  acknowledge: readonly [from: number, weight: number];
  /** Asks for an answer when all its writes are kept. */
  save: readonly [from: number, question: number];
}

/** The paths of the elements that requests made, by the number of the request. */
export type MadePaths = readonly (readonly [seq: number, paths: readonly string[]])[];

/** The messages of the owner of a Store to a replica. */
export interface ReplicaMessages {
  /** A piece of the whole content. The first piece makes earlier content invalid. */
  contents: readonly [
    owner: RemoteHandle,
    epoch: number,
    version: number,
    confirmed: number,
    part: 'first' | 'next' | 'last' | 'only',
    ops: StoreOps,
    limits: Limits,
  ];
  /**
   * The changes from one version to another. The replica's own writes up to `confirmed` are left out, except for what
   * it cannot know.
   */
  batch: readonly [
    epoch: number,
    from: number,
    to: number,
    confirmed: number,
    made: MadePaths,
    weight: number,
    ops: StoreOps,
  ];
  /**
   * One of its writes was not carried out: because of the error; or, without an error, because an expected value has
   * changed.
   */
  refused: readonly [epoch: number, seq: number, error: Error | undefined];
  /** The answer to `save`. */
  saved: readonly [question: number, error: Error | undefined];
}

/** Sends messages to a replica, or to the owner. */
export interface MessageSender<Messages> {
  send<K extends keyof Messages>(kind: K, ...content: Messages[K] & readonly unknown[]): void;
}
