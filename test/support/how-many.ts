const ALL = process.env['TT_ALL'] === '1';

/**
 * How many of something a test takes: a few, which prove the same in the time that `npm test` has, and the round number where `TT_ALL=1`
 * asks for it, as CI does.
 */
export function howMany(few: number, all: number): number {
  return ALL ? all : few;
}
