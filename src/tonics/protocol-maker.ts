import { fail } from '../core/errors.js';
import { Plan } from '../core/plan/plan.js';

/** A class of Tonics that a protocol extends: TcpConnection, UdpSession. */
type ProtocolBase<T> = abstract new (...args: never[]) => T;

/**
 * A protocol, a class or a function, as a function that makes the Tonic of a peer.
 *
 * @param className the server that has it, for the error.
 * @throws {TaskTonicError} `TT_BAD_PROTOCOL`
 */
export function makerOf<T>(protocol: (new () => T) | (() => T), Base: ProtocolBase<T>, className: string): () => T {
  const bad = (): Error => fail('TT_BAD_PROTOCOL', { class: className, base: Base.name });
  if ((protocol as unknown) === Base || (protocol.prototype as unknown) instanceof Base) {
    const ProtocolClass = protocol as new () => T;
    // Wrong names of its sparkles are reported here, and not with the first peer.
    Plan.of(ProtocolClass);
    return () => new ProtocolClass();
  }
  const isClass = Object.getOwnPropertyDescriptor(protocol, 'prototype')?.writable === false;
  if (isClass) throw bad();
  return () => {
    const made = (protocol as () => unknown)();
    if (made instanceof Base) return made;
    throw bad();
  };
}
