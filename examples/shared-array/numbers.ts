/** Fills with numbers from 0 to 1 that look like chance (xorshift32, George Marsaglia): the same ones for the same seed. */
export function fill(numbers: Float64Array, seed: number): void {
  let word = seed;
  for (let at = 0; at < numbers.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    numbers[at] = (word >>> 0) / 2 ** 32;
  }
}

export function sum(numbers: Float64Array): number {
  let total = 0;
  for (let at = 0; at < numbers.length; at++) total += numbers[at]!;
  return total;
}

export function isInOrder(numbers: Float64Array): boolean {
  for (let at = 1; at < numbers.length; at++) if (numbers[at - 1]! > numbers[at]!) return false;
  return true;
}
