import type { RemoteHandle } from '../../core/any-tonic.js';
import type { StoreOps } from '../ops.js';
import type { Limits } from '../tree/content.js';

/** What a replica tells the owner of a Store. `from` is the number of the replica. */
export interface OwnerWords {
  /** Asks for all that is in the Store, and for all that comes. */
  join: readonly [from: number, replica: RemoteHandle];
  /** Has taken a piece of that, and wants the next one. */
  more: readonly [from: number];
  /** Writes. It holds only where the paths of `expects` still have the values that stand there: path, value, path, value ... */
  write: readonly [from: number, epoch: number, seq: number, ops: StoreOps, expects: readonly unknown[] | undefined];
  /** Has taken batches of so much weight. */
  heard: readonly [from: number, weight: number];
  /** Asks to be told when all that it has written is kept. */
  save: readonly [from: number, question: number];
}

/** The paths that elements got which a request had made, by the number of that. */
export type MadePaths = readonly (readonly [seq: number, paths: readonly string[]])[];

/** What the owner of a Store tells a replica. */
export interface ReplicaWords {
  /** A piece of all that is in the Store; with the first one begins what goes before is void. */
  contents: readonly [
    owner: RemoteHandle,
    epoch: number,
    version: number,
    confirmed: number,
    part: 'first' | 'next' | 'last' | 'only',
    ops: StoreOps,
    limits: Limits,
  ];
  /** What has happened from one version to another; of the replica's own writes up to `confirmed`, only what it cannot know. */
  batch: readonly [
    epoch: number,
    from: number,
    to: number,
    confirmed: number,
    made: MadePaths,
    weight: number,
    ops: StoreOps,
  ];
  /** One of its writes was not carried out: for the error; without one, since what it expected does not hold. */
  refused: readonly [epoch: number, seq: number, error: Error | undefined];
  /** Answers `save`. */
  saved: readonly [question: number, error: Error | undefined];
}

/** Where words to a replica go, or to the owner. */
export interface Mouth<Words> {
  tell<W extends keyof Words>(word: W, ...said: Words[W] & readonly unknown[]): void;
}
