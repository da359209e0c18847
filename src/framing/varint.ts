/** The most bytes of one that is read: 49 bits, a whole number in JavaScript. */
export const VARINT_BYTES = 7;

/** How many bytes the one there has; 0 where its last one has not come, or where it is too long. */
export function varintBytes(bytes: Buffer, from: number, to: number): number {
  const most = Math.min(to - from, VARINT_BYTES);
  for (let size = 1; size <= most; size++) if (bytes[from + size - 1]! < 0x80) return size;
  return 0;
}

/** The number that so many bytes stand for. */
export function varintOf(bytes: Buffer, from: number, size: number): number {
  let number = 0;
  for (let at = from + size - 1; at >= from; at--) number = number * 0x80 + (bytes[at]! & 0x7f);
  return number;
}

/** The bytes of a whole number from 0. */
export function varint(number: number): Buffer {
  const bytes: number[] = [];
  for (let left = number; ; left = Math.floor(left / 0x80)) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left % 0x80) | 0x80);
  }
}
