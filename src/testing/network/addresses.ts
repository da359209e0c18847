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

/** 255.255.255.255, and that of the network of all hosts, 10.0.0.0/8. */
export function isBroadcast(address: string): boolean {
  return address === '255.255.255.255' || address === '10.255.255.255';
}

/** An IPv4 address out of the form that IPv6 sockets show it in (RFC 4291, 2.5.5.2). */
export function unmapped(address: string): string {
  const rest = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : '';
  return isIPv4(rest) ? rest : address;
}

/** An address as a socket of a family shows it. */
export function shownTo(family: 4 | 6, { address, port, family: own }: Address): Address {
  if (own === 'UNIX') return { address, port: 0, family: 'UNIX' };
  if (family === 4) return { address, port, family: 'IPv4' };
  return { address: isIPv4(address) ? MAPPED + address : address, port, family: 'IPv6' };
}

export function show({ address, port, family }: Address): string {
  // Who has connected to a path has no address: its port is a number of this network's, to tell it from others.
  if (family === 'UNIX') return address === '' ? `unix ${port}` : `unix ${address.replace(/^\0/, '@')}`;
  return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a socket is bound to. */
export interface Binding {
  readonly address: string;
  readonly ipv6Only: boolean;
}

/** Whether a socket that is bound so takes what is sent to `address`. */
export function covers({ address: bound, ipv6Only }: Binding, address: string): boolean {
  if (bound === '::') return !ipv6Only || familyOf(address) === 6;
  if (bound === '0.0.0.0') return familyOf(address) === 4;
  return bound === address;
}

/** Whether two sockets with one port are in each other's way. */
export function overlap(one: Binding, other: Binding): boolean {
  return covers(one, other.address) || covers(other, one.address);
}
