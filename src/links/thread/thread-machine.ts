import type { Transferable } from 'node:worker_threads';
import type { ChannelEnd, Wire } from './wire.js';
import type { ThreadData } from './thread-data.js';

/** A thread that was started. */
export interface RunningThread {
  on(event: 'error', heard: (error: unknown) => void): unknown;
  /** It has ended; nothing of it runs any more. */
  on(event: 'exit', heard: (code: number) => void): unknown;
  terminate(): unknown;
}

/** What runs threads: Node's worker threads, or a test bench that has them all in one. */
export interface ThreadMachine {
  /** Whether threads run at the same time, so that one may look for what another has sent. */
  readonly isParallel: boolean;
  /** Both ends of a channel between two threads. */
  newChannel(): [ChannelEnd, ChannelEnd];
  /** Takes what has arrived, without waiting for the event that tells of it. */
  receive(port: Wire): { readonly message: unknown } | undefined;
  /** A thread will be started for this class, which only the thread that wants it has at hand. */
  expect(thread: number, catalystClass: object): void;
  /** @param moved what is moved to it. */
  start(data: ThreadData, moved: readonly Transferable[]): RunningThread;
}
