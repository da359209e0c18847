import type { Transferable } from 'node:worker_threads';

/** The end of a channel between two threads: a MessagePort, or its simulation in a test. */
export interface Wire {
  postMessage(message: unknown, moved?: readonly Transferable[]): void;
  on(event: 'message', take: (message: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  close(): void;
}

/** One end of a channel, to be sent to its thread. */
export interface ChannelEnd {
  readonly port: Wire;
  readonly shared: SharedArrayBuffer;
  /** Which of the two ends it is. */
  readonly side: 0 | 1;
}

/** Both ends of a new channel, from a pair of ports. */
export function endsOf(one: Wire, other: Wire): [ChannelEnd, ChannelEnd] {
  const shared = new SharedArrayBuffer(16);
  return [
    { port: one, shared, side: 0 },
    { port: other, shared, side: 1 },
  ];
}
