import { fail } from '../../core/errors.js';
import { isWithin, withoutOuterSlashes } from '../paths.js';

/** What can only be read, but for who has the tree: what is at and below a name at the root. */
export interface ReadOnly {
  readonly name: string;
  /** Why, and what to do, for who tries to write. */
  readonly reason: string;
}

/** Whether a path is there, as it is written. */
export function isIn(path: string, { name }: ReadOnly): boolean {
  return isWithin(withoutOuterSlashes(path), name);
}

export function readOnlyError(path: string, { reason }: ReadOnly): Error {
  return fail('TT_STORE_READ_ONLY', { path: JSON.stringify(path), reason });
}
