import type { Address } from '../../../selector/network.js';
import { crc32c } from './crc32c.js';
import { asIPv6, ipBytes, ipText, unmapped } from '../../../selector/ip-bytes.js';
import { PROXY_TLV, type ProxyTlv } from './proxy-header.js';
import { FAMILY, TRANSPORT, UNIX_PATH, V2_BEGINS, V2_FIXED } from './proxy-v2.js';

/** What a PROXY header is made of. */
export interface ProxyParts {
  /** Both, or neither: then it comes on nobody's behalf. */
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
}

/** Further ones, of version 2. */
export interface ProxyExtras {
  readonly tlvs: readonly ProxyTlv[];
  readonly checksum: boolean;
}

/** The most bytes that the further values of a header may have in all, with the three that each has before it and a checksum's seven. */
export const MOST_TLV_BYTES = 65_535 - 2 * UNIX_PATH;

/** A header of version 1. What no line of it can say is UNKNOWN. */
export function writeV1(parts: ProxyParts): Buffer {
  const ends = sameFamily(parts);
  if (ends === undefined) return Buffer.from('PROXY UNKNOWN\r\n');
  const [from, to] = ends.map(ipText);
  const protocol = ends[0].length === 4 ? 'TCP4' : 'TCP6';
  return Buffer.from(`PROXY ${protocol} ${from} ${to} ${parts.source!.port} ${parts.destination!.port}\r\n`);
}

/** A header of version 2; LOCAL where it tells no addresses. */
export function writeV2(parts: ProxyParts, { tlvs, checksum }: ProxyExtras): Buffer {
  const { command, family, addresses } = addressPart(parts);
  const blocks = [...tlvs, ...(checksum ? [{ type: PROXY_TLV.crc32c, value: new Uint8Array(4) }] : [])].map(tlvBlock);
  const rest = Buffer.concat([addresses, ...blocks]);
  const fixed = Buffer.alloc(V2_FIXED);
  V2_BEGINS.copy(fixed);
  fixed[12] = 0x20 | command;
  fixed[13] = family;
  fixed.writeUInt16BE(rest.length, 14);
  const header = Buffer.concat([fixed, rest]);
  if (checksum) header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

function tlvBlock({ type, value }: ProxyTlv): Buffer {
  const head = Buffer.alloc(3);
  head[0] = type;
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

function addressPart(parts: ProxyParts): { command: number; family: number; addresses: Buffer } {
  const { source, destination } = parts;
  if (source?.family === 'UNIX') {
    const addresses = Buffer.alloc(2 * UNIX_PATH);
    addresses.write(source.address, 0, UNIX_PATH);
    if (destination?.family === 'UNIX') addresses.write(destination.address, UNIX_PATH, UNIX_PATH);
    return { command: 1, family: (FAMILY.unix << 4) | TRANSPORT.stream, addresses };
  }
  const ends = sameFamily(parts);
  if (ends === undefined) return { command: 0, family: 0, addresses: Buffer.alloc(0) };
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source!.port, 0);
  ports.writeUInt16BE(destination!.port, 2);
  const family = ends[0].length === 4 ? FAMILY.inet : FAMILY.inet6;
  return { command: 1, family: (family << 4) | TRANSPORT.stream, addresses: Buffer.concat([...ends, ports]) };
}

/** Both addresses as IPv4, where both are that; else both as IPv6. */
function sameFamily({ source, destination }: ProxyParts): readonly [Buffer, Buffer] | undefined {
  const [from, to] = [source, destination].map((end) => end && ipBytes(end.address));
  if (from === undefined || to === undefined) return undefined;
  const [shortFrom, shortTo] = [unmapped(from), unmapped(to)];
  return shortFrom.length === shortTo.length ? [shortFrom, shortTo] : [asIPv6(from), asIPv6(to)];
}
