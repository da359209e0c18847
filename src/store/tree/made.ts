import { fail } from '../../core/errors.js';

/** An element of a list and its path: known at once where the tree is the owner's, in a replica when the owner has confirmed it. */
export interface Made {
  path: string | undefined;
  /** Its path in this tree, while the batch runs in which it was made. */
  provisional: string | undefined;
}

/** @throws {TaskTonicError} `TT_STORE_NOT_CONFIRMED` */
export function pathOf({ path, provisional }: Made): string {
  const known = path ?? provisional;
  if (known === undefined) throw fail('TT_STORE_NOT_CONFIRMED');
  return known;
}
