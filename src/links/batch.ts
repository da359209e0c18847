/** Numbers of each order: target, sparkle, source, its sparkle, and twice the number of arguments, with 1 more where refs follow them. */
export const HEAD = 5;

/** What travels besides orders: seldom something. */
export interface Notes {
  /** Sparkles that are named for the first time: the other side counts them, too. */
  names?: string[];
  /** Tonics that are named for the first time: serial, id, name. */
  defined?: (number | string)[];
  /** Tonics of third threads that orders come from: number, thread, serial, id, name. */
  foreign?: (number | string)[];
  /** Tonics that have finished, by serial. */
  gone?: number[];
  /** Callbacks that nobody has any more. */
  released?: number[];
  /** Tonics of the other side that a third thread has made known here. */
  held?: number[];
}

/**
 * Orders one behind the other, as they travel:
 *
 * - `epoch`: which life of the sender they are of. What comes from an earlier one is not taken.
 * - `first`: the sequence number of the first order. What was taken before is not taken twice, and what is missing is known.
 * - `done`: of the orders that the other side has sent, so many were carried out here.
 * - `asks`: the sender wants to be told when all these have been carried out.
 * - `heads`: {@link HEAD} numbers of each order.
 * - `args`: the arguments of all, with the refs of those that have some.
 */
export type Batch = readonly [
  epoch: number,
  first: number,
  done: number,
  asks: boolean,
  heads: ArrayLike<number>,
  args: unknown[],
  notes?: Notes,
];
