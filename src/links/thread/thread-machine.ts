import type { Transferable } from 'node:worker_threads';
import type { ChannelEnd, Wire } from './wire.js';
import type { ThreadData } from './thread-data.js';

/** A thread that was started. */
export interface RunningThread {
  on(event: 'error', heard: (error: unknown) => void): unknown;
  /** It has ended, and runs no more code. */
  on(event: 'exit', heard: (code: number) => void): unknown;
  terminate(): unknown;
}

/** Runs threads: Node's worker threads, or a simulation within one thread. */
export interface ThreadMachine {
  /** Whether threads run at the same time, so that polling for messages makes sense. */
  readonly isParallel: boolean;
  /** Both ends of a new channel between two threads. */
  newChannel(): [ChannelEnd, ChannelEnd];
  /** Takes a message that has arrived, without waiting for the event. */
  receive(port: Wire): { readonly message: unknown } | undefined;
  /** Announces that a thread will be started for this class; only the starter has the class itself. */
  expect(thread: number, catalystClass: object): void;
  /** @param moved the values that are transferred to it. */
  start(data: ThreadData, moved: readonly Transferable[]): RunningThread;
}
