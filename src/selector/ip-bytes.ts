import { isIPv4, isIPv6 } from 'node:net';

const IPV4 = 4;
const IPV6 = 16;
/** The prefix of an IPv4 address that is written as an IPv6 address (RFC 4291, 2.5.5.2). */
const MAPPED = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** The 4 or 16 bytes of a numeric address, without its zone; `undefined` for what is not an address. */
export function ipBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  return isIPv6(address) ? ipv6Bytes(address.split('%', 1)[0]!) : undefined;
}

function ipv6Bytes(address: string): Buffer {
  const [before = '', after] = address.split('::');
  const [head, tail] = [groupsIn(before), groupsIn(after ?? '')];
  const zeros = Array.from({ length: IPV6 / 2 - head.length - tail.length }, () => 0);
  const bytes = Buffer.alloc(IPV6);
  [...head, ...zeros, ...tail].forEach((group, at) => bytes.writeUInt16BE(group, 2 * at));
  return bytes;
}

/** Groups of 16 bits; an IPv4 address at the end is two. */
function groupsIn(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const four = Buffer.from(group.split('.').map(Number));
    return [four.readUInt16BE(0), four.readUInt16BE(2)];
  });
}

/** The text of 4 or 16 bytes, as Node writes it (RFC 5952). */
export function ipText(bytes: Buffer): string {
  if (bytes.length === IPV4) return bytes.join('.');
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(MAPPED.length).join('.')}`;
  const groups = Array.from({ length: IPV6 / 2 }, (_, at) => bytes.readUInt16BE(2 * at));
  const { from, length } = longestZeros(groups);
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(':');
  return `${words.slice(0, from).join(':')}::${words.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { from: number; length: number } {
  let longest = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (groups[from + length] === 0) length++;
    if (length > longest.length) longest = { from, length };
  }
  return longest;
}

export function isMapped(bytes: Buffer): boolean {
  return bytes.length === IPV6 && MAPPED.compare(bytes, 0, MAPPED.length) === 0;
}

/** The 16 bytes of an address of either family. */
export function asIPv6(bytes: Buffer): Buffer {
  return bytes.length === IPV4 ? Buffer.concat([MAPPED, bytes]) : bytes;
}

/** The 4 bytes of an IPv4 address, also where it is written as an IPv6 one; else all 16. */
export function unmapped(bytes: Buffer): Buffer {
  return isMapped(bytes) ? bytes.subarray(MAPPED.length) : bytes;
}
