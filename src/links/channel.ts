import type { Transferable } from 'node:worker_threads';

/** Who takes messages. */
export interface Taker {
  take(message: unknown): void;
}

/**
 * The way of a link to another place: between threads, and later between processes or by a broker. It keeps the order of what is posted,
 * and loses nothing while both sides are there.
 */
export interface Channel {
  /** Whether both sides run at the same time: under a test they do not, and a seed decides what comes when. */
  readonly isParallel: boolean;
  /** Sends a message. */
  post(message: unknown, moved?: readonly Transferable[]): void;
  /** Has `taker` be given each message that comes; one that an event of Node brings by way of `home`. */
  open(taker: Taker, home: { comesIn(taker: Taker, message: unknown): void }): void;
  /** Takes all that has come, without waiting for the event that tells of it. */
  drain(): void;
  /** The same at little cost where nothing has; it may leave the last of what a side sends that dies meanwhile. */
  look(): void;
  /** Of the orders sent here, so many were carried out by the other side: `undefined` where only its messages tell. */
  readonly doneThere: number | undefined;
  /** So many orders of the other side have been carried out here. */
  tellDone(count: number): void;
  /** Keeps this side open, until {@link letGo}. */
  hold(): void;
  letGo(): void;
  close(): void;
}
