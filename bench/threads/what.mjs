// What the batches carry beside the number `i`: a small object, or with the argument `primitives` a text.

const primitives = process.argv[2] === 'primitives';

/**
 * @param {number} i
 * @returns {unknown}
 */
export function whatOf(i) {
  return primitives ? `x${i % 10}` : { a: [i, 'x'] };
}

/**
 * @param {any} what came back
 * @param {number} i
 */
export function isWhatOf(what, i) {
  return primitives ? what === `x${i % 10}` : what.a.length === 2 && what.a[0] === i && what.a[1] === 'x';
}
