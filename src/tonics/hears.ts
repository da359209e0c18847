import type { TcpBackends } from './tcp/backends/tcp-backends.js';
import type { TcpClient } from './tcp/client/tcp-client.js';
import type { TcpConnection } from './tcp/connection/tcp-connection.js';
import type { TcpServer } from './tcp/server/tcp-server.js';
import type { UdpServer } from './udp/server/udp-server.js';
import type { UdpSession } from './udp/server/udp-session.js';
import type { UdpSocket } from './udp/udp-socket.js';

/**
 * What a base may define to hear the events of sockets that it infuses: `class Dns extends Tonic implements Hears<TcpServer | UdpSocket>`.
 * A parameter of the wrong type, or an `async` method, is then an error of the compiler. (A misspelt name is not: the first instance and
 * lint tell that.)
 *
 * @typeParam T the sockets: TcpServer, HttpServer (with their connections), TcpClient, TcpConnection, WebSocketConnection, WebSocketClient, UdpSocket, UdpServer (with its
 *   sessions), UdpSession, TcpBackends.
 */
export type Hears<T> = Every<T extends unknown ? HeardFrom<T> : never>;

type HeardFrom<T> =
  T extends TcpServer<string>
    ? FromSocket<T> & FromSocket<TcpConnection>
    : T extends TcpClient<string>
      ? FromConnection<T>
      : T extends TcpConnection<string>
        ? FromConnection<T>
        : T extends UdpSocket<string>
          ? FromSocket<UdpSocket>
          : T extends UdpServer<string>
            ? FromSocket<T> & FromSocket<UdpSession>
            : T extends UdpSession<string>
              ? FromSocket<UdpSession>
              : T extends TcpBackends<string>
                ? FromSocket<TcpBackends>
                : never;

/** Those of a connection, which may be of a base's own class; and the messages of a WebSocket. */
type FromConnection<T> = FromSocket<TcpConnection> & FromSocket<Pick<T, keyof T & 'ttse__onMessage'>>;

/** The events that a socket sends, and not those of its life, which it hears itself. */
type Sent =
  | 'ttse__onListening'
  | 'ttse__onTurnedAway'
  | 'ttse__onConnected'
  | 'ttse__onData'
  | 'ttse__onFrame'
  | 'ttse__onRequest'
  | 'ttse__onMessage'
  | 'ttse__onDatagram'
  | 'ttse__onDrain'
  | 'ttse__onUnanswered'
  | 'ttse__onHighWater'
  | 'ttse__onEnd'
  | 'ttse__onSecure'
  | 'ttse__onRelayEnded'
  | 'ttse__onBackendChanged'
  | 'ttse__onDisconnected'
  | 'ttse__onError';

type FromSocket<S> = { [K in keyof S & Sent]?: AtBase<K, S, Arguments<S[K]>> };

type Arguments<F> = NonNullable<F> extends (...args: infer A) => unknown ? A : never;

/** Where it listens is told alone; else the socket comes first. As a method, so that a base may name its own protocol class there. */
type AtBase<K, S, A extends unknown[]> = K extends 'ttse__onListening'
  ? { heard(...args: A): void | undefined }['heard']
  : { heard(socket: S, ...args: A): void | undefined }['heard'];

/** All of a union together. */
type Every<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
