import { fail } from '../../core/errors.js';

/**
 * A list element and its path. The owner's tree knows the path at once; a replica knows it when the owner has confirmed
 * the element.
 */
export interface NewElement {
  path: string | undefined;
  /** Its temporary path in this tree, during the batch that makes it. */
  provisional: string | undefined;
}

/** @throws {TaskTonicError} `TT_STORE_NOT_CONFIRMED` */
export function pathOf({ path, provisional }: NewElement): string {
  const known = path ?? provisional;
  if (known === undefined) throw fail('TT_STORE_NOT_CONFIRMED');
  return known;
}
