import type { DisconnectInfo } from '../disconnect.js';

/**
 * Takes what a connection brings, in place of its Tonic: a stream of Node's, an iterator of frames, or a relay to another connection. Each is called outside of any
 * sparkle, and must not throw.
 */
export interface Taker {
  /** What it was made by, as errors name it. */
  readonly by: string;
  /** What it takes of a connection: the bytes as they are, the frames of its framing, or the messages of a WebSocket. */
  readonly takes: 'bytes' | 'frames' | 'messages';
  /** How many bytes it is given at most at a time: 1 or more. It pauses the connection when it can take no more, and resumes it. */
  readonly room: number;
  /** It may be given what comes in the callback that brings it, outside of a turn: what it writes then it flushes. */
  receivedStraight(data: Buffer): 'kept' | 'left';
  /** The connection is open now; it was not when it was taken over. */
  opened(): void;
  /** Bytes have come, a frame, or a message. */
  received(item: unknown): void;
  /** No further frame can be read. */
  broke(error: Error): void;
  /** The peer sends no more. */
  peerEnded(): void;
  /** What was given to be sent has left, down to the low-water mark. */
  drained(): void;
  /** The Tonic of the connection finishes: whether that waits until it is over, or until `goOn` is called. */
  holdsFinish?(goOn: () => void): boolean;
  /** Until when that waits; `-Infinity` where it does not. */
  readonly finishDeadline?: number;
  /** The connection is closed, or none could be opened. Nothing is told after this. */
  over(info: DisconnectInfo): void;
}
