import type { IdleSide } from './watches/idle-watch.js';

/**
 * Why a connection ended: the peer ended it (`peerEnded`) or reset it (`peerReset`); nothing happened for `idleTimeout`
 * (`idle`); it was closed here by `ttsc__close` or `ttsc__end` (`closedHere`), or by `ttsc__abort` or a client's `ttsc__reconnect`
 * (`aborted`); its Tonic finished (`finished`); more bytes were unsent than `unsentLimit` (`overflow`), or none of them
 * left for `stallTimeout` (`stalled`); or an error, with its code
 * (`error`).
 */
export type DisconnectReason =
  'peerEnded' | 'peerReset' | 'idle' | 'closedHere' | 'aborted' | 'finished' | 'overflow' | 'stalled' | 'error';

/** What `onDisconnected` is given. */
export interface DisconnectInfo {
  readonly reason: DisconnectReason;
  /** The error, where it was one. */
  readonly error: Error | undefined;
  /** Bytes that were given to be sent and did not leave this process; a write of a turn that has left in part counts whole. */
  readonly discarded: number;
  /** With the reason `idle`: the side on which nothing happened, as `idleTimeout` or `setIdleTimeout()` named it. */
  readonly idle?: IdleSide;
  /**
   * Under TLS: the peer's side of the connection ended, and it had not said so (no close_notify). What it sent may have been cut off; so `onEnd` was not heard.
   */
  readonly truncated?: boolean;
}
