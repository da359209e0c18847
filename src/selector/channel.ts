import type { InterestSet } from './interest.js';

/** What a channel sees of its key. */
export interface ChannelKey {
  /** The channel is ready for these. */
  signal(ready: InterestSet): void;
  /** The channel has gathered something that is to leave at the end of the turn: have `flush()` called then. */
  flushAfterTurn(): void;
}

/**
 * A thing that can be ready. Whoever implements it lets a Selector wait for a source of events of his own: a pipe of a
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
  /** A turn has ended, and the channel had asked for this with `key.flushAfterTurn()`: what was gathered leaves. */
  flush?(): void;
  /** The key was cancelled: no more signals, and what is open is closed. */
  detach(): void;
}
