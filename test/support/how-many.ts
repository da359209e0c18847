const ALL = process.env['TT_ALL'] === '1';

/**
 * How many of something a test takes: a few, which prove the same in the time that `npm test` has, and the round number where `TT_ALL=1`
 * asks for it, as CI does.
 */
export function howMany(few: number, all: number): number {
  return ALL ? all : few;
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
