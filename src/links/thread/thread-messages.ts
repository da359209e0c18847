import type { Refs } from '../packing/refs.js';
import type { ChannelEnd } from './wire.js';
import type { ThreadStart } from './thread-data.js';
import type { ThreadLogTarget } from './thread-log-target.js';

/** The messages between threads besides orders. */
export type ThreadMessage =
  // ---- To the main thread, which starts and knows all threads ----
  /** Asks for a channel to a thread. */
  | { readonly kind: 'introduce'; readonly thread: number }
  /** Starts a thread for the sender. */
  | { readonly kind: 'start'; readonly start: ThreadStart; readonly moved: readonly never[] }
  /** Terminates a thread that was started for the sender. */
  | { readonly kind: 'terminate'; readonly thread: number }
  // ---- From the main thread ----
  /** The receiver's channel to a thread. */
  | { readonly kind: 'meet'; readonly thread: number; readonly end: ChannelEnd }
  /** A thread has ended; `failed` if that was an error. */
  | { readonly kind: 'gone'; readonly thread: number; readonly failed: boolean }
  /** A thread that was started for the receiver has ended; with the error if Node reports one. */
  | {
      readonly kind: 'exited';
      readonly thread: number;
      readonly code: number;
      readonly errors: unknown[];
      readonly refs: Refs | undefined;
    }
  // ---- The log ----
  | { readonly kind: 'log'; readonly line: string }
  /** The acknowledgement of log characters that were written. */
  | { readonly kind: 'logged'; readonly characters: number }
  /** The log of the app has a new target. */
  | { readonly kind: 'logTo'; readonly to: ThreadLogTarget }
  // ---- Between a thread and its starter ----
  /** Asks whether the thread still runs. */
  | { readonly kind: 'ping'; readonly count: number }
  /** The thread must finish, and report from time to time how long that may take. */
  | { readonly kind: 'ending' }
  /** The sender expects to have ended within this many ms. */
  | { readonly kind: 'endsWithin'; readonly ms: number }
  | ThreadEnded
  // ---- The tree of all threads ----
  /** Asks for the tree of Tonics; `all`: asks the main thread for the trees of all threads. */
  | { readonly kind: 'dump'; readonly ask: number; readonly all: boolean }
  | { readonly kind: 'dumped'; readonly ask: number; readonly text: string };

/** The message to the starter when a thread's Catalyst has ended. */
export interface ThreadEnded {
  readonly kind: 'ended';
  /** If it failed, a list with the error, and what is known about the throw. */
  readonly errors: unknown[];
  readonly refs: Refs | undefined;
  readonly sparkle: string | undefined;
  readonly state: string | undefined;
}
