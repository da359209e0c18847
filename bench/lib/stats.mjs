// Medians, ratios with their spread, and latency histograms that can be pooled.

/** @typedef {{ subBits: number, buckets: [number, number][] }} Histogram log-linear: see load/load.h */
/** @typedef {{ median: number, min: number, max: number, low: number, high: number }} Spread `low` to `high` is the interval, see `interval` */

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Where the median of many more pairs would lie, in at least 93 of 100 cases: between the smallest and the largest value, or, of nine and more, the
 * second smallest and the second largest and so on (the sign test, which asks nothing of how values are spread).
 * @param {number[]} values
 */
export function interval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let cut = 0; // so many are left out at each end
  let ways = 1; // n over cut
  for (let outside = 1; ; cut++) {
    ways *= (n - cut) / (cut + 1);
    outside += ways;
    if (n < 5 || outside / 2 ** (n - 1) > 0.07) break;
  }
  return { low: sorted[cut], high: sorted[n - 1 - cut] };
}

/**
 * The ratio of the medians, with the smallest and largest ratio of two runs of one round, and the interval of these.
 * @param {number[]} ours
 * @param {number[]} theirs
 * @returns {Spread}
 */
export function ratioOf(ours, theirs) {
  const pairs = ours.map((value, round) => value / theirs[round]);
  return {
    median: median(ours) / median(theirs),
    min: Math.min(...pairs),
    max: Math.max(...pairs),
    ...interval(pairs),
  };
}

/**
 * @param {Histogram[]} histograms
 * @returns {Histogram}
 */
export function pool(histograms) {
  const counts = new Map();
  for (const { buckets } of histograms) {
    for (const [index, count] of buckets) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return { subBits: histograms[0].subBits, buckets: [...counts].sort((a, b) => a[0] - b[0]) };
}

/**
 * The value, in ns, that the given share of all counts does not exceed: the middle of its bucket.
 * @param {Histogram} histogram
 * @param {number} share
 */
export function percentile({ subBits, buckets }, share) {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [index, count] of buckets) {
    seen += count;
    if (seen >= total * share) return middleOf(index, subBits);
  }
  return 0;
}

/**
 * @param {number} index
 * @param {number} subBits
 */
function middleOf(index, subBits) {
  const linear = 2 << subBits;
  if (index < linear) return index;
  const shift = (index >> subBits) - 1;
  const low = ((1 << subBits) + (index & ((1 << subBits) - 1))) * 2 ** shift;
  return low + 2 ** shift / 2;
}

/**
 * The inverse of `middleOf`, for a generator written in JavaScript.
 * @param {number} value
 * @param {number} subBits
 */
export function bucketOf(value, subBits) {
  if (value < 2 << subBits) return Math.floor(value);
  let shift = 0;
  for (let rest = value; rest >= 2 << subBits; rest /= 2) shift++;
  return (shift << subBits) + Math.floor(value / 2 ** shift);
}
