// Is a bar met? The rules of the table, in one place.

/** @typedef {import('./stats.mjs').Spread} Spread */
/**
 * @typedef {object} Bar
 * @property {'atLeast' | 'atMost' | 'amount' | 'none'} kind faster than, no worse than, ours alone; none
 * @property {number} [value]
 * @property {boolean} [orSpread] within the A/A spread is as good as the bar itself (the p99 rows)
 */

/**
 * A bar is missed only where the whole interval of the ratios lies on its wrong side.
 * @param {Bar} bar
 * @param {number} figure the ratio of medians, or ours
 * @param {Spread | null} ratio ours to theirs, round by round, where the bar is about that
 * @param {Spread | null} spread of raw against itself
 * @returns {'met' | 'met within the interval' | 'met within the A/A spread' | 'missed' | ''}
 */
export function verdict(bar, figure, ratio, spread) {
  const value = bar.value ?? NaN;
  if (bar.kind === 'none') return '';
  if (bar.kind === 'atLeast') {
    if (figure >= value) return 'met';
    return ratio && ratio.high >= value ? 'met within the interval' : 'missed';
  }
  if (figure <= value) return 'met';
  if (bar.kind === 'atMost') {
    if (ratio && ratio.low <= value) return 'met within the interval';
    // Which of two equal runs came first is chance.
    if (bar.orSpread && spread && figure <= Math.max(spread.max, 1 / spread.min)) return 'met within the A/A spread';
  }
  return 'missed';
}

/** Beyond this, two runs of the same program differ so much that a verdict, either way, says little. */
const QUIET = 1.25;

/** @param {Spread} spread of raw against itself */
export function isNoisy(spread) {
  return Math.max(spread.max, 1) / Math.min(spread.min, 1) > QUIET;
}

/** @param {Bar} bar */
export function barText(bar) {
  if (bar.kind === 'atLeast') return `>= ${bar.value}`;
  if (bar.kind === 'atMost') return `<= ${bar.value}`;
  return bar.kind === 'amount' ? `<= ${bar.value}` : 'none';
}
