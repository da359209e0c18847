import type { Task } from '../../core/features/task.js';
import type { SharedText } from './shared-text.js';

/** A page, as the feed and the views see it. */
export interface FollowingPage {
  /** Runs a task in a later turn, between two batches. */
  later(task: Task): void;
  /** Whether it receives too slowly. */
  readonly isBehind: boolean;
  /** Paths that it follows have changed. `text` makes the message, which is shared. */
  changed(paths: readonly string[], text: () => SharedText): void;
  /** It must get all values again. */
  anew(): void;
  /** All changes were sent: now it may be told which of its batches were carried out. */
  sayDone(): void;
  /** The Store cannot be read any more. */
  lost(why: Error): void;
}
