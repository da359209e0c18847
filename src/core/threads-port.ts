import type { AnyTonic } from './any-tonic.js';

/** What an app's runtime knows of other threads, once there are any. */
export interface Threads {
  /** Orders that wait here for another thread to take them. */
  readonly waiting: number;
  /** Bytes of these, and of those that have left and were not done. */
  readonly bytes: number;
  /** Orders that have left so far. */
  readonly departed: number;
  /** A turn of a loop has ended: what it wrote to other threads leaves. */
  turnEnded(): void;
  /** A Tonic has finished: who holds it elsewhere learns of it. */
  left(tonic: AnyTonic): void;
  /** The Tonics of all threads, as the Ledger prints those of one. */
  dump(): Promise<string>;
  /** The app has ended. */
  close(): void;
}

/** What all threads of an app have in common: ids and names. */
export interface SharedNames {
  /** An id that no Tonic of another thread has, and none of this one had. */
  newId(): number;
  /** Takes a name; false where a Tonic of any thread has it. */
  take(name: string): boolean;
  release(name: string): void;
}
