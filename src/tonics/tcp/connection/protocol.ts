import * as v from 'valibot';
import { fail } from '../../../core/errors.js';
import { Plan } from '../../../core/plan/plan.js';
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
  if (protocol === TcpConnection || protocol.prototype instanceof TcpConnection) {
    const ProtocolClass = protocol as new () => TcpConnection<string>;
    // What is wrong with its names is told here, and not with the first peer.
    Plan.of(ProtocolClass);
    return () => new ProtocolClass();
  }
  const isClass = Object.getOwnPropertyDescriptor(protocol, 'prototype')?.writable === false;
  if (isClass) throw fail('TT_BAD_PROTOCOL', { class: className });
  return () => {
    const connection = (protocol as () => unknown)();
    if (connection instanceof TcpConnection) return connection as TcpConnection<string>;
    throw fail('TT_BAD_PROTOCOL', { class: className });
  };
}
