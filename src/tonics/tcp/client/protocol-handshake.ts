import type { TaskTonicError } from '../../../core/errors.js';
import type { StreamChannel } from '../../../selector/network.js';

/** What both sides of a connection say before it counts as opened: the handshake of a protocol. One serves one connection. */
export interface ProtocolHandshake {
  /** It is connected: says what comes first. */
  begin(channel: StreamChannel): void;
  /**
   * Something has come, or the peer has ended. What belongs to the protocol is put back into the channel.
   *
   * @returns whether it is done; or why it failed.
   */
  read(channel: StreamChannel): boolean | TaskTonicError;
  /** That the time is up before it is done. */
  timedOut(ms: number): TaskTonicError;
}
