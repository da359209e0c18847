/**
 * The numbers of each order: target, sparkle, source, the source's sparkle, and twice the number of arguments, plus 1
 * if refs follow them.
 */
export const NUMBERS_PER_ORDER = 5;

/** What is sent besides orders; mostly nothing. */
export interface Notes {
  /** Names of sparkles that are used for the first time; both sides number them in the same way. */
  names?: string[];
  /** Tonics that are named for the first time: serial, id, name. */
  defined?: (number | string)[];
  /** Tonics of third threads that have sent orders: number, thread, serial, id, name. */
  foreign?: (number | string)[];
  /** Serials of Tonics that have finished. */
  gone?: number[];
  /** Callbacks that are no longer referenced. */
  released?: number[];
  /** Tonics of the other side that this side knows through a third thread. */
  held?: number[];
}

/**
 * A list of orders in the form in which it is sent:
 *
 * - `epoch`: the life of the sender. Batches of an earlier life are ignored.
 * - `first`: the sequence number of the first order, to detect repeated and missing orders.
 * - `done`: how many orders of the other side were carried out here.
 * - `asks`: whether the sender wants an acknowledgement when all these orders were carried out.
 * - `heads`: {@link NUMBERS_PER_ORDER} numbers for each order.
 * - `args`: the arguments of all orders, each with its refs if it has any.
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
