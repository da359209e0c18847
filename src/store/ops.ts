/** What one step of a batch does. A number once given is not used for something else: batches are written down. */
export const Op = {
  /** Gives the node at the path a value; `undefined` leaves it without one. */
  set: 0,
  /** Makes a node without a value, where there is none. */
  make: 1,
  /** Removes the node and all below it. */
  remove: 2,
  /** Makes the path an alias: the value is `[target, bubbleEvents]`; `undefined` ends the alias. */
  link: 3,
  /** Says where the steps that follow come from: the value is `[source, silent]`, the path is empty. */
  source: 4,
  /** Only in a request: the next element of the list at the path; the value is its prefix. */
  next: 5,
  /**
   * The first step of a request. Its paths are as they were asked for: they go through links, and what follows from a step is found out
   * where it is carried out. In all other batches the paths are those of the nodes themselves, and all that followed is in it: it can be
   * carried out again where some of it has been already.
   */
  request: 6,
} as const;

export type OpKind = (typeof Op)[keyof typeof Op];

/**
 * A batch as it is sent and written down: steps in their order, three entries each: what it does, the path, the value.
 *
 * In a request, the elements that its steps `next` make have no number yet: paths of later steps name the k-th of them by a first segment
 * `\u0000k`.
 */
export type StoreOps = readonly unknown[];
