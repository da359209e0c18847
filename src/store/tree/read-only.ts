import { fail } from '../../core/errors.js';
import { isWithin, withoutOuterSlashes } from '../paths.js';

/** A branch at the root that users can only read. */
export interface ReadOnly {
  readonly name: string;
  /** The reason, and what to do instead, for the error of a writer. */
  readonly reason: string;
}

/** Whether a path, as written, is in the branch. */
export function isIn(path: string, { name }: ReadOnly): boolean {
  return isWithin(withoutOuterSlashes(path), name);
}

export function readOnlyError(path: string, { reason }: ReadOnly): Error {
  return fail('TT_STORE_READ_ONLY', { path: JSON.stringify(path), reason });
}
