import type { Transferable } from 'node:worker_threads';

/** One end of a channel between two threads: a MessagePort, or what a test bench has in its place. */
export interface Wire {
  postMessage(message: unknown, moved?: readonly Transferable[]): void;
  on(event: 'message', take: (message: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  close(): void;
}
