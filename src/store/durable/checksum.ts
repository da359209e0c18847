import * as zlib from 'node:zlib';

/** The CRC-32 of bytes, as in zip files. */
export function checksum(bytes: Uint8Array): number {
  return native === undefined ? checksumByTable(bytes) : native(bytes);
}

// Old versions of Node do not have `zlib.crc32`.
const native = (zlib as { readonly crc32?: (data: Uint8Array) => number }).crc32;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The same CRC-32, computed without zlib. */
export function checksumByTable(bytes: Uint8Array): number {
  let sum = -1;
  for (let at = 0; at < bytes.length; at++) sum = (sum >>> 8) ^ TABLE[(sum ^ bytes[at]!) & 255]!;
  return ~sum >>> 0;
}
