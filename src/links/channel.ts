import type { Transferable } from 'node:worker_threads';

/** Receives messages. */
export interface MessageReceiver {
  take(message: unknown): void;
}

/**
 * The channel of a link to another place: between threads, and later between processes or through a broker. It keeps
 * the order of messages, and loses none while both sides exist.
 */
export interface Channel {
  /** Whether both sides run at the same time. Under test they do not: the seed decides the order of messages. */
  readonly isParallel: boolean;
  /** Sends a message. */
  post(message: unknown, moved?: readonly Transferable[]): void;
  /** Passes each message to `receiver`. Messages that arrive by an event of Node go through `host`. */
  open(receiver: MessageReceiver, host: { comesIn(receiver: MessageReceiver, message: unknown): void }): void;
  /** Takes all messages that have arrived, without waiting for the event. */
  drain(): void;
  /** As {@link drain}, but cheap if nothing has arrived. It may miss the last messages of a side that has just died. */
  look(): void;
  /** How many of the orders sent here the other side has carried out; `undefined` if only its messages tell. */
  readonly doneThere: number | undefined;
  /** Tells the other side how many of its orders were carried out here. */
  tellDone(count: number): void;
  /** Keeps this side alive until {@link letGo}. */
  hold(): void;
  letGo(): void;
  close(): void;
}
