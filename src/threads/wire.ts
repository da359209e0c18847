import type { Transferable } from 'node:worker_threads';

/** One end of a channel between two threads: a MessagePort, or what a test bench has in its place. */
export interface Wire {
  postMessage(message: unknown, moved?: readonly Transferable[]): void;
  on(event: 'message', take: (message: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  close(): void;
}

/** One end of a channel, on its way to the thread that is to have it. */
export interface ChannelEnd {
  readonly port: Wire;
  readonly shared: SharedArrayBuffer;
}

/** The memory of a channel: orders done, whether the sender waits, batches posted, and when it is told. */
export function channelMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(16);
}
