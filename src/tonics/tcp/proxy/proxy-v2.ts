import type { Address } from '../../../selector/network.js';
import { crc32c } from './crc32c.js';
import { ipText } from '../../../selector/ip-bytes.js';
import { PROXY_TLV, type ProxyHeader, type ProxyReading, type ProxyTlv, UNFINISHED, bad } from './proxy-header.js';

/** What it begins with. */
export const V2_BEGINS = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Bytes before the addresses. */
export const V2_FIXED = 16;
/** Bytes of a path in an address of a UNIX socket. */
export const UNIX_PATH = 108;

/** Of a header: the high half of its 14th byte. */
export const FAMILY = { unspec: 0, inet: 1, inet6: 2, unix: 3 } as const;
/** The low half. */
export const TRANSPORT = { unspec: 0, stream: 1, datagram: 2 } as const;
/** Bytes of the two addresses, and ports, of each family. */
export const ADDRESS_BYTES: readonly number[] = [0, 12, 36, 216];

/** Reads a header of version 2 from bytes that begin with {@link V2_BEGINS}, of at most `max` bytes. */
export function readV2(bytes: Buffer, max: number): ProxyReading {
  if (bytes.length > 12 && bytes[12]! >> 4 !== 2) return bad(`it is of version ${bytes[12]! >> 4}`);
  if (bytes.length > 12 && (bytes[12]! & 0xf) > 1) return bad(`its command is ${bytes[12]! & 0xf}`);
  if (bytes.length < V2_FIXED) return UNFINISHED;
  const size = V2_FIXED + bytes.readUInt16BE(14);
  if (size > max) return bad(`it is ${size} bytes long, and ${max} are allowed`);
  if (bytes.length < size) return UNFINISHED;
  const whole = bytes.subarray(0, size);
  return (bytes[12]! & 0xf) === 0 ? readLocal(whole) : readProxied(whole);
}

/** What a proxy has opened for itself has no addresses; if some are there, they mean nothing. */
function readLocal(whole: Buffer): ProxyReading {
  const addresses = ADDRESS_BYTES[whole[13]! >> 4] ?? 0;
  const { tlvs, problem } = readTlvs(whole, V2_FIXED + addresses);
  return problem === 'checksum' ? bad(WRONG_CHECKSUM) : read(whole, 'LOCAL', {}, tlvs);
}

function readProxied(whole: Buffer): ProxyReading {
  const [family, transport] = [whole[13]! >> 4, whole[13]! & 0xf];
  if (family > FAMILY.unix) return bad(`its address family is ${family}`);
  if (transport > TRANSPORT.datagram) return bad(`its transport is ${transport}`);
  const end = V2_FIXED + ADDRESS_BYTES[family]!;
  if (whole.length < end) return bad(`its addresses have ${whole.length - V2_FIXED} bytes`);
  const { tlvs, problem } = readTlvs(whole, end);
  if (problem === 'checksum') return bad(WRONG_CHECKSUM);
  // Of an unknown family it is unknown, too, where its addresses end.
  if (problem !== undefined && family !== FAMILY.unspec) return bad('the values behind its addresses are cut off');
  const ends = transport === TRANSPORT.stream ? addressesIn(whole, family) : {};
  return read(whole, 'PROXY', ends, tlvs);
}

function read(
  whole: Buffer,
  command: ProxyHeader['command'],
  { source, destination }: { source?: Address; destination?: Address },
  tlvs: readonly ProxyTlv[],
): ProxyReading {
  return { is: 'header', size: whole.length, header: { version: 2, command, source, destination, tlvs } };
}

function addressesIn(whole: Buffer, family: number): { source?: Address; destination?: Address } {
  if (family === FAMILY.unspec) return {};
  if (family === FAMILY.unix)
    return { source: pathAt(whole, V2_FIXED), destination: pathAt(whole, V2_FIXED + UNIX_PATH) };
  const size = family === FAMILY.inet ? 4 : 16;
  const named = family === FAMILY.inet ? 'IPv4' : 'IPv6';
  const at = (n: number): Address => {
    const from = V2_FIXED + n * size;
    const port = whole.readUInt16BE(V2_FIXED + 2 * size + 2 * n);
    return { address: ipText(whole.subarray(from, from + size)), port, family: named };
  };
  return { source: at(0), destination: at(1) };
}

/** Up to its first zero; that of an abstract name is before it. */
function pathAt(whole: Buffer, from: number): Address {
  const path = whole.subarray(from, from + UNIX_PATH);
  const end = path.indexOf(0, 1);
  const text = path.toString('utf8', 0, end < 0 ? UNIX_PATH : end);
  return { address: text === '\0' ? '' : text, port: 0, family: 'UNIX' };
}

const WRONG_CHECKSUM = 'its checksum is wrong';

interface Tlvs {
  readonly tlvs: readonly ProxyTlv[];
  readonly problem: 'cut' | 'checksum' | undefined;
}

function readTlvs(whole: Buffer, from: number): Tlvs {
  const tlvs: ProxyTlv[] = [];
  let at = from;
  while (at < whole.length) {
    const begins = at + 3;
    const ends = begins > whole.length ? Infinity : begins + whole.readUInt16BE(at + 1);
    if (ends > whole.length) return { tlvs: [], problem: 'cut' };
    const type = whole[at]!;
    if (type === PROXY_TLV.crc32c && !hasChecksum(whole, begins, ends)) return { tlvs: [], problem: 'checksum' };
    // A copy: what was received is not kept for the sake of some bytes of it.
    if (type !== PROXY_TLV.noop) tlvs.push({ type, value: Uint8Array.prototype.slice.call(whole, begins, ends) });
    at = ends;
  }
  return { tlvs, problem: undefined };
}

/** It is that of the header with zeros in its place. */
function hasChecksum(whole: Buffer, begins: number, ends: number): boolean {
  if (ends - begins !== 4) return false;
  const zeroed = Buffer.from(whole).fill(0, begins, ends);
  return crc32c(zeroed) === whole.readUInt32BE(begins);
}
