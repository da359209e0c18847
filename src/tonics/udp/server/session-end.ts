/**
 * Why a session ended: nothing came from its peer for `idleTimeout` (`idle`); a new peer has its place (`replaced`, where the server drops the
 * idlest one); it was closed here by `ttsc__close` (`closedHere`); its Tonic finished (`finished`), with its server too; or it failed (`error`).
 */
export type SessionEndReason = 'idle' | 'replaced' | 'closedHere' | 'finished' | 'error';

/** What `onDisconnected` of a UdpSession is given. */
export interface SessionEnd {
  readonly reason: SessionEndReason;
  /** The error, where it was one. */
  readonly error: Error | undefined;
  /** Datagrams of the peer that had come, and that nobody has heard. */
  readonly unheard: number;
}
