// Is a bar met? The rules of the table, in one place.

/** @typedef {import('./stats.mjs').Spread} Spread */
/**
 * @typedef {object} Bar
 * @property {'atLeast' | 'atMost' | 'extraMs' | 'amount' | 'none'} kind faster than, no worse than, a difference, ours alone; none
 * @property {number} [value]
 * @property {boolean} [orSpread] within the A/A spread is as good as the bar itself (the p99 rows)
 */

/**
 * @param {Bar} bar
 * @param {number} figure the ratio of medians, the difference, or ours
 * @param {Spread | null} spread of raw against itself
 * @returns {'met' | 'met within the A/A spread' | 'missed' | ''}
 */
export function verdict(bar, figure, spread) {
  if (bar.kind === 'none') return '';
  if (bar.kind === 'atLeast') {
    if (figure >= bar.value) return 'met';
    // A bar that raw passes against itself measures noise: what is left of it is "not slower".
    return spread && bar.value <= spread.max && figure >= 1 ? 'met within the A/A spread' : 'missed';
  }
  if (figure <= bar.value) return 'met';
  if (bar.kind === 'atMost' && bar.orSpread && spread) {
    const worst = Math.max(spread.max, 1 / spread.min); // which of two equal runs came first is chance
    if (figure <= worst) return 'met within the A/A spread';
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
  if (bar.kind === 'extraMs') return `<= +${bar.value} ms`;
  return bar.kind === 'amount' ? `<= ${bar.value}` : 'none';
}
