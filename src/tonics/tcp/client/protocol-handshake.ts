import type { TaskTonicError } from '../../../core/errors.js';
import type { StreamChannel } from '../../../selector/network.js';

/** The handshake of a protocol, which must end before a connection counts as opened. Each connection has its own. */
export interface ProtocolHandshake {
  /** The connection is open: sends the first bytes. */
  begin(channel: StreamChannel): void;
  /**
   * Bytes were received, or the peer has ended. Bytes after the handshake are put back into the channel.
   *
   * @returns whether it is done; or why it failed.
   */
  read(channel: StreamChannel): boolean | TaskTonicError;
  /** The error if the time limit passes before the handshake is done. */
  timedOut(ms: number): TaskTonicError;
}
