// Frames of a WebSocket as no library makes them: RFC 6455, 5.2.

/** @typedef {{ isFinal?: boolean, reserved?: number, isMasked?: boolean, length?: number }} How `length` is what is said, whatever comes */

/**
 * @param {number} opcode
 * @param {string | Buffer} [payload]
 * @param {How} [how]
 */
export function frame(opcode, payload = '', { isFinal = true, reserved = 0, isMasked = true, length } = {}) {
  const bytes = Buffer.from(payload);
  const said = length ?? bytes.length;
  const first = (isFinal ? 0x80 : 0) | reserved | opcode;
  const bit = isMasked ? 0x80 : 0;
  // The mask is 0, so what is masked is the same.
  const mask = Buffer.alloc(isMasked ? 4 : 0);
  if (said < 126) return Buffer.concat([Buffer.of(first, bit | said), mask, bytes]);
  if (said < 65_536) return Buffer.concat([Buffer.of(first, bit | 126, said >> 8, said & 255), mask, bytes]);
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(said));
  return Buffer.concat([Buffer.of(first, bit | 127), long, mask, bytes]);
}
