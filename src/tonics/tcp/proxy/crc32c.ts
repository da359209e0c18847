/** The polynomial of Castagnoli, bits reversed (RFC 4960, appendix B). */
const POLYNOMIAL = 0x82f63b78;

/** Made when the first checksum is: few apps have any. */
let table: Uint32Array | undefined;

const makeTable = (): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    return rest;
  });

/** The CRC32C of some bytes, as an unsigned number. (`zlib.crc32` has another polynomial.) */
export function crc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let rest = 0xffff_ffff;
  for (const byte of bytes) rest = table[(rest ^ byte) & 0xff]! ^ (rest >>> 8);
  return (rest ^ 0xffff_ffff) >>> 0;
}
