const ASKED = process.env['TT_ALL'];
const ALL = ASKED === '1' || ASKED === 'part';
/** How far it is from a few to all. */
const PART = ASKED === '1' ? 1 : ASKED === 'part' ? 0.05 : 0;

/**
 * How many of something a test takes: a few, which prove the same in the time that `npm test` has; the round number with `TT_ALL=1`; and
 * a number between them with `TT_ALL=part`, as in CI.
 */
export function howMany(few: number, all: number): number {
  return Math.round(few + (all - few) * PART);
}

/**
 * In a test, or in a `before` of several: skips what CI tries and `npm test` has no time for, because it is about the repository, or about
 * programs of others. `TT_ALL=1` runs it.
 *
 * @param what it tries, as a few words after "skipped:".
 */
export function onlyWithAll(running: Mocha.Context, what: string): void {
  if (ALL) return;
  console.log(`      skipped: ${what}; TT_ALL=1 runs it, as CI does`);
  running.skip();
}
