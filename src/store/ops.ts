/** The kinds of steps in a batch. Batches are written to disk, so a number never gets another meaning. */
export const Op = {
  /** Gives the node at the path a value; `undefined` removes its value. */
  set: 0,
  /** Makes a node without a value, if there is no node. */
  make: 1,
  /** Removes the node and all below it. */
  remove: 2,
  /** Makes the path an alias: the value is `[target, bubbleEvents]`; `undefined` makes it an ordinary node again. */
  link: 3,
  /** Sets the source of the following steps: the value is `[source, silent]`, the path is empty. */
  source: 4,
  /** Only in a request: makes the next element of the list at the path; the value is the prefix. */
  next: 5,
  /**
   * The first step of a request. The paths of a request are those that the user wrote: they are resolved through links,
   * and the effects of each step are found out, where the request is carried out. All other batches contain the own
   * paths of the nodes and all effects, so they can be applied again where some of their steps were already applied.
   */
  request: 6,
} as const;

export type OpKind = (typeof Op)[keyof typeof Op];

/**
 * A batch as it is sent and written to disk: steps in their order, three entries each: the kind, the path, the value.
 *
 * In a request, elements made by `next` steps have no number yet: later paths name the k-th of them by a first segment
 * `\u0000k`.
 */
export type StoreOps = readonly unknown[];
