import type { Random } from '../../../core/time/random.js';

/** How long to wait before the next try. */
export interface Backoff {
  /** The most that is waited before the second try, in ms; doubled with each further one. */
  readonly delay: number;
  /** The longest wait, in ms, jitter included. */
  readonly cap: number;
}

/** The shortest wait, and the least `delay`, in ms: a delay of 0 would stay 0 when it is doubled. */
export const LEAST_WAIT = 1;

/**
 * Exponential backoff with a cap and jitter: any time from a half to the whole of `delay * 2^(failures - 1)`, at most `cap`, and never less
 * than {@link LEAST_WAIT}. Spread over half of the range, clients that were cut off together do not come back together, and none of them
 * is back at once ("equal jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 *
 * @param failures tries that have failed since the last success, 1 and more.
 */
export function backoff({ delay, cap }: Backoff, failures: number, random: Random): number {
  const most = Math.min(cap, Math.max(delay, LEAST_WAIT) * 2 ** Math.min(failures - 1, 64));
  return Math.max((most / 2) * (1 + random.next()), LEAST_WAIT);
}
