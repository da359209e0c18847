// Frames in one endless stream of bytes, cut at random: the same for every program of a row.

/** A piece of the stream that is a whole number of frames, and repeats. */
const PIECE = 4 << 20;
const LONGEST_CHUNK = 64 * 1024;

/** The same numbers in every run. @param {number} seed */
function random(seed) {
  let x = seed;
  return (/** @type {number} */ below) => {
    x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((x / 2_147_483_648) * below);
  };
}

/**
 * @param {(size: number) => Buffer} frameOf a frame of so many bytes
 * @param {number} count how many frames
 * @returns {Generator<Buffer>} chunks of 1 byte to 64 KiB
 */
export function* chunks(frameOf, count) {
  const next = random(7);
  /** @type {Buffer[]} */
  const frames = [];
  for (let size = 0; size < PIECE; size += frames.at(-1)?.length ?? 0) frames.push(frameOf(16 + next(96)));
  const piece = Buffer.concat(frames);
  const cut = random(11);
  for (let left = count; left > 0; left -= frames.length) {
    const end = left >= frames.length ? piece.length : sizeOf(frames.slice(0, left));
    for (let at = 0; at < end;) {
      const to = Math.min(end, at + 1 + cut(LONGEST_CHUNK));
      yield piece.subarray(at, to);
      at = to;
    }
  }
}

/** @param {Buffer[]} frames */
const sizeOf = (frames) => frames.reduce((sum, { length }) => sum + length, 0);

/** @param {number} size */
export const lineOf = (size) => Buffer.from(`${'l'.repeat(size - 1)}\n`);

/** Its length is one byte of a varint. @param {number} size */
export function varintOf(size) {
  const frame = Buffer.alloc(1 + size, 'p');
  frame[0] = size;
  return frame;
}
