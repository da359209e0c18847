import { VARINT_BYTES, varint, varintBytes, varintOf } from './varint.js';

/** How the length of a frame is written. */
export interface LengthPrefix {
  readonly bytes: 1 | 2 | 3 | 4 | 8 | 'varint';
  readonly endian: 'big' | 'little';
}

/** The numbers up to here are whole in JavaScript. */
const HIGHEST_OF_8 = Math.floor(Number.MAX_SAFE_INTEGER / 2 ** 32);

/**
 * How many bytes the length has that begins there; 0 where they have not all come.
 *
 * @throws {RangeError} where a varint has no end.
 */
export function prefixBytes({ bytes }: LengthPrefix, from: Buffer, at: number, to: number): number {
  if (bytes !== 'varint') return to - at < bytes ? 0 : bytes;
  const size = varintBytes(from, at, to);
  if (size === 0 && to - at >= VARINT_BYTES) throw new RangeError('its length has more than 49 bits');
  return size;
}

/**
 * The length that begins there, and has so many bytes.
 *
 * @throws {RangeError} where JavaScript does not count so far.
 */
export function prefixOf({ bytes, endian }: LengthPrefix, from: Buffer, at: number, size: number): number {
  if (bytes === 'varint') return varintOf(from, at, size);
  const isBig = endian === 'big';
  if (bytes < 8) return isBig ? from.readUIntBE(at, bytes) : from.readUIntLE(at, bytes);
  const high = isBig ? from.readUInt32BE(at) : from.readUInt32LE(at + 4);
  const low = isBig ? from.readUInt32BE(at + 4) : from.readUInt32LE(at);
  if (high > HIGHEST_OF_8) throw new RangeError('its length is more than 9,007,199,254,740,991');
  return high * 2 ** 32 + low;
}

/**
 * The bytes of a length.
 *
 * @throws {RangeError} where it does not fit into them.
 */
export function prefix(length: number, { bytes, endian }: LengthPrefix): Buffer {
  if (bytes === 'varint') return varint(length);
  if (length >= 2 ** (8 * bytes)) throw new RangeError(`a length of ${length} does not fit into ${bytes} bytes`);
  const made = Buffer.alloc(bytes);
  if (bytes === 8) {
    const high = Math.floor(length / 2 ** 32);
    const low = length % 2 ** 32;
    if (endian === 'big') made.writeUInt32BE(low, made.writeUInt32BE(high, 0));
    else made.writeUInt32LE(high, made.writeUInt32LE(low, 0));
  } else if (endian === 'big') made.writeUIntBE(length, 0, bytes);
  else made.writeUIntLE(length, 0, bytes);
  return made;
}
