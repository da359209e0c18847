import type { InterestSet } from './interest.js';

/** What a channel sees of its key. */
export interface ChannelKey {
  /** The channel is ready for these. */
  signal(ready: InterestSet): void;
  /** The channel has gathered data to be sent at the end of the turn: `flush()` is called then. */
  flushAfterTurn(): void;
}

/**
 * Something that can be ready. Implement it to let a Selector wait for your own source of events: a pipe of a
 * child process, a watched folder.
 *
 * ## Contract
 *
 * - {@link attach} is called once, when it is registered. From then on the channel calls `key.signal(...)` whenever it
 *   becomes ready, from any callback; more signals before the next turn are one.
 * - What it is ready with (bytes, events) waits in the channel until the handler of its key takes it.
 * - Readiness may be spurious: a handler that finds nothing does nothing.
 */
export interface Channel {
  attach(key: ChannelKey): void;
  /** Interest has changed: a channel that can be held (a stream) stops or goes on. */
  interestChanged?(interest: InterestSet): void;
  /** The turn has ended, and the channel had called `key.flushAfterTurn()`: it sends what it has gathered. */
  flush?(): void;
  /** The key was cancelled: the channel sends no more signals, and closes what it has open. */
  detach(): void;
}
