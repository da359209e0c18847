import { type ProxyReading, UNFINISHED } from './proxy-header.js';
import { V1_BEGINS, readV1 } from './proxy-v1.js';
import { V2_BEGINS, readV2 } from './proxy-v2.js';

/** The least that a bound for headers may be: the longest line of version 1 fits, and addresses of every family. */
export const LEAST_MAX = 256;

const OTHER: ProxyReading = { is: 'other' };

/**
 * Reads the PROXY header, of version 1 or 2, that a connection begins with. The same bytes and more of them give the same answer, or a later one.
 *
 * @param bytes all that have come so far.
 * @param max how long it may be, in bytes.
 */
export function readProxyHeader(bytes: Buffer, max: number): ProxyReading {
  if (begins(bytes, V2_BEGINS)) return bytes.length < V2_BEGINS.length ? UNFINISHED : readV2(bytes, max);
  if (begins(bytes, V1_BEGINS)) return bytes.length < V1_BEGINS.length ? UNFINISHED : readV1(bytes);
  return OTHER;
}

/** Whether a connection begins with a PROXY header, good or bad, by the bytes that only such a header begins with. */
export function beginsAsProxyHeader(bytes: Buffer): 'yes' | 'perhaps' | 'no' {
  const signature = [V1_BEGINS, V2_BEGINS].find((each) => begins(bytes, each));
  if (signature === undefined) return 'no';
  return bytes.length < signature.length ? 'perhaps' : 'yes';
}

/** As far as both go they are the same. */
function begins(bytes: Buffer, signature: Buffer): boolean {
  const size = Math.min(bytes.length, signature.length);
  return bytes.compare(signature, 0, size, 0, size) === 0;
}
