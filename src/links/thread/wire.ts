import type { Transferable } from 'node:worker_threads';

/** What a channel between two threads ends in: a MessagePort, or what a test bench has in its place. */
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
  /** Which of the two ends it is. */
  readonly side: 0 | 1;
}

/** Both ends of a new channel, around a pair of ports. */
export function endsOf(one: Wire, other: Wire): [ChannelEnd, ChannelEnd] {
  const shared = new SharedArrayBuffer(16);
  return [
    { port: one, shared, side: 0 },
    { port: other, shared, side: 1 },
  ];
}
