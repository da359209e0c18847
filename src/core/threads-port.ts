import type { AnyTonic } from './any-tonic.js';

/** What an app's runtime knows of other threads, once there are any. */
export interface Threads {
  /** Orders that wait here for another thread to take them. */
  readonly waiting: number;
  /** Roughly the bytes of these. */
  readonly bytes: number;
  /** Orders that have left so far. */
  readonly departed: number;
  /** The first Catalyst of this thread, whose queue the orders of others go through. */
  readonly root: AnyTonic;
  /** An order that came from another thread has run. */
  orderRan(): void;
  /** A turn of a loop has ended: what it wrote to other threads leaves. */
  turnEnded(): void;
  /** A Tonic has finished: who holds it elsewhere learns of it. */
  left(tonic: AnyTonic): void;
  /** A Tonic of another thread calls one by its full name. */
  callNamedFor(name: string, key: string, args: unknown[]): void;
  /** The Tonics of all threads, as the Ledger prints those of one. */
  dump(): Promise<string>;
  /** The app has ended. */
  close(): void;
}
