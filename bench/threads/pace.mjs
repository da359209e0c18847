// What paced.mjs and raw-paced.mjs have in common.

export const EVERY_MS = 5;

/** @param {number[]} times */
export function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}
