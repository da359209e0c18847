import type { Refs } from '../packing/refs.js';
import type { ChannelEnd } from './wire.js';
import type { ThreadStart } from './thread-data.js';
import type { ThreadLogTarget } from './thread-log-target.js';

/** What threads tell each other besides orders. */
export type ThreadWord =
  // ---- To the main thread, which starts all threads and knows which there are ----
  /** I want to talk to a thread. */
  | { readonly kind: 'introduce'; readonly thread: number }
  /** Start a thread for me. */
  | { readonly kind: 'start'; readonly start: ThreadStart; readonly moved: readonly never[] }
  /** End a thread that you have started for me, by force. */
  | { readonly kind: 'terminate'; readonly thread: number }
  // ---- From there ----
  /** Your channel to a thread. */
  | { readonly kind: 'meet'; readonly thread: number; readonly end: ChannelEnd }
  /** A thread has ended; `failed` where that was not in order. */
  | { readonly kind: 'gone'; readonly thread: number; readonly failed: boolean }
  /** A thread that was started for you has ended; with the error where Node knows one. */
  | {
      readonly kind: 'exited';
      readonly thread: number;
      readonly code: number;
      readonly errors: unknown[];
      readonly refs: Refs | undefined;
    }
  // ---- The log ----
  | { readonly kind: 'log'; readonly line: string }
  /** So many characters of your lines were written. */
  | { readonly kind: 'logged'; readonly characters: number }
  /** The log of the app goes elsewhere now. */
  | { readonly kind: 'logTo'; readonly to: ThreadLogTarget }
  // ---- Between a thread and the one that has started it ----
  /** Are you still there? */
  | { readonly kind: 'ping'; readonly count: number }
  /** You are to finish: tell from time to time how long that may take. */
  | { readonly kind: 'ending' }
  /** I shall have ended within so many ms, as far as I know now. */
  | { readonly kind: 'endsWithin'; readonly ms: number }
  | ThreadEnded
  // ---- The tree of all ----
  /** What Tonics have you? Or, to the main thread: what have all? */
  | { readonly kind: 'dump'; readonly ask: number; readonly all: boolean }
  | { readonly kind: 'dumped'; readonly ask: number; readonly text: string };

/** How a thread's Catalyst has ended: told to the one that started it. */
export interface ThreadEnded {
  readonly kind: 'ended';
  /** One error where it failed, with what is known of the throw. */
  readonly errors: unknown[];
  readonly refs: Refs | undefined;
  readonly sparkle: string | undefined;
  readonly state: string | undefined;
}
