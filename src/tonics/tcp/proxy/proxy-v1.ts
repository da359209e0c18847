import { isIPv4, isIPv6 } from 'node:net';
import type { Address } from '../../../selector/network.js';
import { type ProxyReading, UNFINISHED, bad } from './proxy-header.js';

/** What it begins with. */
export const V1_BEGINS = Buffer.from('PROXY ');
/** The longest line there can be, its CR LF included. */
export const V1_LONGEST = 107;

const LINE = /^PROXY (TCP4|TCP6) ([^ ]+) ([^ ]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/;
const UNKNOWN = /^PROXY UNKNOWN(?: .*)?$/s;

/** Reads a header of version 1, a line, from bytes that begin with `PROXY `. */
export function readV1(bytes: Buffer): ProxyReading {
  const end = bytes.subarray(0, V1_LONGEST).indexOf('\r\n');
  if (end < 0) return bytes.length < V1_LONGEST ? UNFINISHED : bad(`its line does not end within ${V1_LONGEST} bytes`);
  return readLine(bytes.toString('latin1', 0, end), end + 2);
}

function readLine(line: string, size: number): ProxyReading {
  const base = { version: 1, tlvs: [] } as const;
  if (UNKNOWN.test(line))
    return { is: 'header', size, header: { ...base, command: 'PROXY', source: undefined, destination: undefined } };
  const [, protocol, from, to, fromPort, toPort] = LINE.exec(line) ?? [];
  if (protocol === undefined) return bad('its line is not as version 1 has it');
  const family = protocol === 'TCP4' ? 'IPv4' : 'IPv6';
  const source = addressIn(from!, Number(fromPort), family);
  const destination = addressIn(to!, Number(toPort), family);
  if (source === undefined || destination === undefined)
    return bad(`one of its addresses is not an address of ${protocol}`);
  return { is: 'header', size, header: { ...base, command: 'PROXY', source, destination } };
}

function addressIn(text: string, port: number, family: 'IPv4' | 'IPv6'): Address | undefined {
  // A zone means something on the machine of the sender alone.
  const isOne = family === 'IPv4' ? isIPv4(text) : isIPv6(text) && !text.includes('%');
  return isOne && port <= 65_535 ? { address: text.toLowerCase(), port, family } : undefined;
}
