import * as v from 'valibot';
import { makerOf } from '../../protocol-maker.js';
import { TcpConnection } from './tcp-connection.js';

/** Makes the Tonic of each connection: a class that extends TcpConnection, or a function that makes a new one each time. */
export type Protocol = (new () => TcpConnection<string>) | (() => TcpConnection<string>);

export const protocolOption = v.optional(
  v.custom<Protocol>((value) => typeof value === 'function', 'must be a class or a function'),
);

/**
 * A protocol as a function that makes a connection.
 * @throws {TaskTonicError} `TT_BAD_PROTOCOL`
 */
export function protocolMaker(protocol: Protocol, className: string): () => TcpConnection<string> {
  return makerOf<TcpConnection<string>>(protocol, TcpConnection, className);
}
