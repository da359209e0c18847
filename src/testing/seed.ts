import * as v from 'valibot';
import { badValue } from '../core/options/option-problem.js';
import { accepts } from '../core/options/option-schema.js';
import { systemRandom } from '../core/time/random.js';

const SEED = 'must be a whole number from 0 to 4294967295';

/** What decides all chance. */
export const seedOption = v.pipe(v.number(SEED), v.integer(SEED), v.minValue(0, SEED), v.maxValue(0xffff_ffff, SEED));

/**
 * The seed that the environment asks for in `TASKTONIC_SEED`; `undefined` where it asks for none.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function seedAskedFor(): number | undefined {
  const text = process.env['TASKTONIC_SEED'];
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (accepts(seedOption, seed)) return seed;
  throw badValue('the Distiller', 'TASKTONIC_SEED', text, seedOption);
}

/** One by chance. */
export function anySeed(): number {
  return Math.floor(systemRandom.next() * 0x1_0000_0000);
}
