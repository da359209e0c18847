import { isIPv4, isIPv6 } from 'node:net';
import type { Address } from '../../selector/network.js';

const MAPPED = '::ffff:';

export function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291). */
export function isMulticast(address: string): boolean {
  if (isIPv6(address)) return /^ff/i.test(address);
  const first = Number(address.split('.')[0]);
  return isIPv4(address) && first >= 224 && first <= 239;
}

/** 255.255.255.255, and the broadcast address of 10.0.0.0/8. */
export function isBroadcast(address: string): boolean {
  return address === '255.255.255.255' || address === '10.255.255.255';
}

/** The IPv4 address in an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2). */
export function unmapped(address: string): string {
  const rest = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : '';
  return isIPv4(rest) ? rest : address;
}

/** An address in the form that a socket of a family shows. */
export function shownTo(family: 4 | 6, { address, port, family: own }: Address): Address {
  if (own === 'UNIX') return { address, port: 0, family: 'UNIX' };
  if (family === 4) return { address, port, family: 'IPv4' };
  return { address: isIPv4(address) ? MAPPED + address : address, port, family: 'IPv6' };
}

export function show({ address, port, family }: Address): string {
  // A client of a UNIX socket has no address: its port is a number that identifies it.
  if (family === 'UNIX') return address === '' ? `unix ${port}` : `unix ${address.replace(/^\0/, '@')}`;
  return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The address that a socket is bound to. */
export interface Binding {
  readonly address: string;
  readonly ipv6Only: boolean;
}

/** Whether a socket with this binding receives what is sent to `address`. */
export function covers({ address: bound, ipv6Only }: Binding, address: string): boolean {
  if (bound === '::') return !ipv6Only || familyOf(address) === 6;
  if (bound === '0.0.0.0') return familyOf(address) === 4;
  return bound === address;
}

/** Whether the bindings of two sockets with one port conflict. */
export function overlap(one: Binding, other: Binding): boolean {
  return covers(one, other.address) || covers(other, one.address);
}
