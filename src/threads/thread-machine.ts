import type { Transferable } from 'node:worker_threads';
import type { ThreadData } from './thread-data.js';
import type { ThreadSettings } from './thread-options.js';
import type { ChannelEnd, Wire } from './wire.js';

/** A thread that was started. */
export interface RunningThread {
  on(event: 'error', heard: (error: unknown) => void): unknown;
  /** It has ended; nothing of it runs any more. */
  on(event: 'exit', heard: (code: number) => void): unknown;
  terminate(): unknown;
}

/** How a thread is started, besides what it is told. */
export interface StartOptions {
  /** What its Catalyst is called. */
  readonly label: string;
  readonly catalystClass: object;
  /** What is moved to it. */
  readonly moved: readonly Transferable[];
  /** What is for Node's `Worker` alone. */
  readonly node: Pick<ThreadSettings, 'resourceLimits' | 'execArgv'>;
}

/** What runs threads: Node's worker threads, or a test bench that has them all in one. */
export interface ThreadMachine {
  /** Whether threads run at the same time, so that one may look for what another has sent. */
  readonly isParallel: boolean;
  /** A channel from one thread to another: the sender's end and the receiver's. */
  newChannel(): [sender: ChannelEnd, receiver: ChannelEnd];
  /** Takes what has arrived, without waiting for the event that tells of it. */
  receive(port: Wire): { readonly message: unknown } | undefined;
  start(data: ThreadData, options: StartOptions): RunningThread;
}
