import * as v from 'valibot';
import { callable, text } from '../../core/options/option-schema.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { SpokenOverWebSocket } from './over-websocket.js';
import type { WebSocketConnection } from './websocket-connection.js';
import { webSocketOptions } from './websocket-options.js';
import type { WebSocketRequest } from './websocket-request.js';

export const webSocketPathSchema = v.strictObject({
  /** Makes the Tonic of each WebSocket: a class that extends WebSocketConnection, or that overWebSocket() has made of another, or a function that makes a new one each time. */
  protocol: v.custom<WebSocketProtocol>((value) => typeof value === 'function', 'must be a class or a function'),
  /** The subprotocols that it speaks, the best one first: the first that the peer offers as well is chosen, or none. */
  subprotocols: v.optional(v.array(text, 'must be a list of texts')),
  /**
   * Which pages may open it, by their origins, such as `https://example.com`; `'*'`: those of any site. Default: those of the same host (`Host`). A peer that is no
   * browser sends no origin, and is let in.
   */
  origins: v.optional(v.union([v.literal('*'), v.array(text)], "must be a list of origins, or '*'")),
  /** Checks a request before it is accepted: `true`, or the status of the refusal, such as 401. */
  accept: v.optional(callable<(request: WebSocketRequest) => true | number>('a function')),
  ...webSocketOptions,
});

/** What is spoken over a WebSocket: messages, or a protocol of bytes that {@link overWebSocket} has made one of. */
export type WebSocketTonic = WebSocketConnection<string> | (TcpConnection<string> & SpokenOverWebSocket);
/** Makes the Tonic of each WebSocket. */
export type WebSocketProtocol = (new () => WebSocketTonic) | (() => WebSocketTonic);

/** Options of a path that WebSockets are opened at. */
export type WebSocketPathOptions = Readonly<v.InferInput<typeof webSocketPathSchema>>;
/** The same, checked and complete. */
export type WebSocketPathSettings = Readonly<v.InferOutput<typeof webSocketPathSchema>>;
