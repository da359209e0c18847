import type { StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { Made } from '../tree/made.js';

/** What a replica has written and the owner has not confirmed. */
export interface Pending {
  readonly seq: number;
  /** What the owner is asked to do. */
  readonly ops: StoreOps;
  readonly weight: number;
  /** What must stand there for it to hold: path, value, path, value ... */
  readonly expects: readonly unknown[] | undefined;
  /** As it stands in the replica; `undefined` where it waits for numbers of the owner, or cannot be done any more. */
  batch: Batch | undefined;
  /** The elements that the owner numbers. */
  readonly made: readonly Made[];
  /** Whoever waits for it: not for a plain write. */
  readonly waiter: Waiter | undefined;
}

/** Waits for what becomes of a write. */
export interface Waiter {
  carriedOut(): void;
  /** What it expected does not hold any more. */
  lost(): void;
  failed(error: Error): void;
}
