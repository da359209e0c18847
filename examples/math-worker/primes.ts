/** Counts the primes from `from` to below `below`, by trial division: right, and slow on purpose. */
export function countPrimes(from: number, below: number): number {
  let count = 0;
  for (let number = from; number < below; number++) if (isPrime(number)) count++;
  return count;
}

function isPrime(number: number): boolean {
  if (number < 4) return number > 1;
  if (number % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false;
  return true;
}
