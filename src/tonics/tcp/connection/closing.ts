import type { Watch } from './watches/connection-watches.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import type { IdleSide } from './watches/idle-watch.js';

/** What there is to know of a connection that ends. It is made then. */
export class Closing {
  /** Why it closes, or would if it closed now. */
  reason: DisconnectReason | undefined = undefined;
  error: Error | undefined = undefined;
  /** Bytes that were given and are known to be lost. */
  discarded = 0;
  /** How long it waits for its peer, or for its answers. */
  linger: Watch | undefined = undefined;
  /** On which side nothing happened, if that is why. */
  idle: IdleSide | undefined = undefined;
  /** Its peer has ended without saying so under TLS. */
  truncated = false;

  /** What is told of it. */
  get info(): DisconnectInfo {
    const { reason = 'peerEnded', error, discarded, idle, truncated } = this;
    const info = { reason, error, discarded };
    if (truncated) return { ...info, truncated };
    return reason === 'idle' && idle !== undefined ? { ...info, idle } : info;
  }
}
