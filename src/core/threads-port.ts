import type { AnyTonic } from './any-tonic.js';

/** What a runtime needs of other threads, when there are some. */
export interface Threads {
  /** Orders that wait to be sent to other threads. */
  readonly waiting: number;
  /** About how many bytes they have. */
  readonly bytes: number;
  /** Orders that were sent so far. */
  readonly departed: number;
  /** The first Catalyst of this thread, whose queue takes the orders of other threads. */
  readonly root: AnyTonic;
  /** An order of another thread has run. */
  orderRan(): void;
  /** A turn of a loop has ended: messages to other threads are sent. */
  turnEnded(): void;
  /** A Tonic has finished: threads that have its handle are told. */
  left(tonic: AnyTonic): void;
  /** A Tonic of another thread calls one by its full name. */
  callNamedFor(name: string, key: string, args: unknown[]): void;
  /** The Tonics of all threads, as text. */
  dump(): Promise<string>;
  /** The app has ended. */
  close(): void;
}
