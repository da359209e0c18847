import type { Task } from '../../core/guests/task.js';
import type { SharedText } from './shared-text.js';

/** A page, as those see it who tell it what changes. */
export interface FollowingPage {
  /** Does a task in a turn to come, between two batches. */
  later(task: Task): void;
  /** Whether it does not keep up. */
  readonly isBehind: boolean;
  /** Paths that it follows have changed. `text` makes the message, once for all. */
  changed(paths: readonly string[], text: () => SharedText): void;
  /** It is to get all anew. */
  anew(): void;
  /** All that has changed was said: it may be told how far its own was carried out. */
  sayDone(): void;
  /** The Store cannot be read any more. */
  lost(why: Error): void;
}
