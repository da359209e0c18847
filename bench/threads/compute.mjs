// Work that takes time and nothing else: the same number of steps on both sides, whatever else the machine does.

/** Steps that take about 100 us on the machines that this was written on. */
export const ABOUT_100_US = 100_000;

/** @param {number} steps */
export function compute(steps) {
  let x = 1;
  for (let i = 0; i < steps; i++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  return x;
}
