import type { Random } from '../core/random.js';

/** How long to wait before the next try. */
export interface Backoff {
  /** The most that is waited before the second try, in ms; doubled with each further one. */
  readonly delay: number;
  /** What that grows to at most, in ms; jitter never goes beyond it. */
  readonly cap: number;
}

/**
 * Exponential backoff with a cap and full jitter: any time from 0 to `delay * 2^failures`, at most `cap`. Spread over the
 * whole range, clients that were cut off together do not come back together.
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter)
 *
 * @param failures tries that have failed since the last success, 1 and more.
 */
export function backoff({ delay, cap }: Backoff, failures: number, random: Random): number {
  return random.next() * Math.min(cap, delay * 2 ** Math.min(failures - 1, 64));
}
