import { valueText } from '../../core/options/value-text.js';
import { isIP } from 'node:net';
import { type TaskTonicError, fail } from '../../core/errors.js';
import { type Address, DatagramLost, type SendFailure } from '../../selector/network.js';
import { showAddress, socketError } from '../socket-errors.js';
import { type UdpSettings, nameOf } from './udp-options.js';

/** Who a socket talks to, where it has one peer. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** Knows the address of its peer once it is connected. */
export interface Connectable {
  readonly remote: Address | undefined;
}

/** Datagrams that did not leave, as an error that names where they were to go. */
export function sendError(
  { error, to, messages: count, bytes, others }: SendFailure,
  peer: Peer | undefined,
): TaskTonicError {
  const address = others ? 'several addresses' : to === undefined ? showPeer(peer) : showAddress(to.address, to.port);
  if (error instanceof DatagramLost) return fail('TT_DATAGRAM_LOST', { address, count, bytes, why: error.message });
  // As it was given: the system speaks of what its name was found to be, and for several of the last one.
  return socketError(error, address, { count, bytes, address });
}

/** Why a socket cannot send there; `undefined` where it can. */
export function badDestination(
  to: unknown,
  { family, host, remote }: Pick<UdpSettings, 'family' | 'host' | 'remote'>,
  channel: Connectable | undefined,
): TaskTonicError | undefined {
  if (to === undefined && remote !== undefined) return undefined;
  if (!isAddress(to)) return fail('TT_BAD_ADDRESS', { what: valueText(to) });
  if (remote !== undefined) return isPeer(to, remote, channel) ? undefined : otherPeer(to, remote);
  // A name holds no colon: the quick way is one look through a short text.
  const isV6 = to.address.includes(':');
  if (isV6 ? family === 6 : family === 4 || isIP(to.address) === 0) return undefined;
  const other = isV6 ? 6 : 4;
  return fail('TT_WRONG_FAMILY', {
    family: nameOf(family),
    local: host ?? (family === 4 ? '0.0.0.0' : '::'),
    address: showAddress(to.address, to.port),
    other: nameOf(other),
    needed: other,
  });
}

function otherPeer(to: Address, peer: Peer): TaskTonicError {
  return fail('TT_OTHER_PEER', { remote: showPeer(peer), address: showAddress(to.address, to.port) });
}

/** Before it is connected to a name, nobody knows what that name's address will be: then it is looked at once more. */
function isPeer({ address, port }: Address, peer: Peer, channel: Connectable | undefined): boolean {
  if (port !== peer.port) return false;
  if (address === peer.host) return true;
  const known = channel?.remote?.address;
  if (known === undefined && isIP(peer.host) === 0) return true;
  return plain(address) === plain(known ?? peer.host);
}

/** One writing for each IPv6 address: `::1` for `0:0:0:0:0:0:0:1`. */
function plain(address: string): string {
  if (isIP(address) !== 6) return address.toLowerCase();
  const [number = '', zone] = address.split('%');
  const { hostname } = new URL(`http://[${number}]`);
  return zone === undefined ? hostname : `${hostname}%${zone}`;
}

function showPeer(peer: Peer | undefined): string {
  return showAddress(peer?.host, peer?.port);
}

/** What a getter or a proxy throws is no address. */
function readAddress(to: unknown): Partial<Address> {
  try {
    const { address, port } = (to ?? {}) as Partial<Address>;
    return { address, port } as Partial<Address>;
  } catch {
    return {};
  }
}

function isAddress(to: unknown): to is Address {
  const { address, port: at } = readAddress(to);
  return typeof address === 'string' && address !== '' && Number.isInteger(at) && at! >= 1 && at! <= 65_535;
}
