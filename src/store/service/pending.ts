import type { StoreOps } from '../ops.js';
import type { Batch } from '../tree/batch.js';
import type { NewElement } from '../tree/new-element.js';

/** A write of a replica that the owner has not confirmed. */
export interface Pending {
  readonly seq: number;
  /** The request to the owner. */
  readonly ops: StoreOps;
  readonly weight: number;
  /** The values that must still be there for the write to be valid: path, value, path, value ... */
  readonly expects: readonly unknown[] | undefined;
  /**
   * The batch as applied in the replica; `undefined` if it waits for numbers of the owner, or could not be applied
   * again.
   */
  batch: Batch | undefined;
  /** The elements that the owner will number. */
  readonly made: readonly NewElement[];
  /** Waits for the result; a plain write has no waiter. */
  readonly waiter: Waiter | undefined;
}

/** Waits for the result of a write. */
export interface Waiter {
  carriedOut(): void;
  /** A value that the write expected has changed. */
  lost(): void;
  failed(error: Error): void;
}
