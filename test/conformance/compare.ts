import { isDeepStrictEqual } from 'node:util';
import { playOn } from '../support/stage.js';
import { play } from './play.js';
import type { Script } from './script.js';

/**
 * Plays a script on both networks, and throws where somebody saw anything else; what was left out on the simulated network, which goes
 * first, is left out on the real one.
 */
export async function compare(script: Script): Promise<void> {
  playOn('simulated');
  const simulated = await play(script);
  playOn('real');
  const real = await play({ ...script, acts: simulated.played.acts }, simulated.played.marks);
  const differences = Object.keys(simulated.seen).filter(
    (who) => !isDeepStrictEqual(simulated.seen[who], real.seen[who]),
  );
  if (differences.length === 0) return;
  const lines = differences.map(
    (who) =>
      `${who}\n  simulated ${JSON.stringify(simulated.seen[who])}\n  real      ${JSON.stringify(real.seen[who])}`,
  );
  throw new Error(`in ${JSON.stringify(simulated.played.acts)} they differ:\n${lines.join('\n')}`);
}
