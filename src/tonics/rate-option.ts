import * as v from 'valibot';
import { some } from '../core/options/option-schema.js';
import type { Rate } from '../core/time/token-bucket.js';

/** So many a second; or with the number that may come at once after a pause. */
export const rateOption = v.union(
  [some, v.strictObject({ perSecond: some, burst: some })],
  'must be a number, more than 0, or { perSecond, burst }',
);

export type RateOption = v.InferOutput<typeof rateOption>;

/** The rate of an option. A number alone is also the burst, which is at least 1. */
export function rateOf(option: RateOption | undefined): Rate | undefined {
  return typeof option === 'number' ? { perSecond: option, burst: Math.max(option, 1) } : option;
}
