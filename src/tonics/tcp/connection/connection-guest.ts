import type { SendResult, Sendable } from '../../../core/asking/reply.js';
import type { TaskTonicError } from '../../../core/errors.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import type { InputEvent } from './unheard-input.js';

/**
 * A protocol that stands between a connection and its Tonic, such as that of a WebSocket: it makes frames of what is sent, keeps some of what comes to itself, and
 * says the end in its own way. A connection has one at most, from when it is opened to when it is closed, and mostly none.
 */
export interface ConnectionGuest {
  /** Bytes that it has taken and not sent yet. */
  readonly held: number;
  /** Sends what its Tonic gives. What it makes of that it gives to `_ttSend` as it is. */
  send(data: Sendable): SendResult;
  /** The event in which a frame is heard; `undefined` where it is not to be heard. */
  hears(frame: unknown): InputEvent | undefined;
  /** No further frame can be read: it ends the connection. */
  broke(error: TaskTonicError): void;
  /** Whether its end is still to be said. */
  readonly parts: boolean;
  /** Says it. @returns how long the peer may take to say so too, in ms; 0 where that is not waited for. */
  part(reason: DisconnectReason | undefined): number;
  /** Whether the peer has said, by this protocol, that it has sent all: an end without that may have cut something off. */
  readonly isWhole: boolean;
  /** The connection is closed. @returns what is told of that. */
  over(info: DisconnectInfo): DisconnectInfo;
}
