import fc from 'fast-check';
import { tidyUp } from '../support/net-app.js';
import { compare } from './compare.js';
import { scripts } from './script.js';
import { howMany } from '../support/how-many.js';

/** How many scripts, and where their chance begins. CI plays 500 on real sockets. */
const RUNS = Number(process.env['TT_CONFORMANCE_RUNS'] ?? howMany(15, 20));
const SEED = Number(process.env['TT_CONFORMANCE_SEED'] ?? 7);
/** So long all of them may take, in ms: a script takes a fifth of a second where a core is free. */
const PATIENCE = Math.max(400_000, RUNS * 1_000);

describe('the simulated network and that of Node', () => {
  afterEach(tidyUp);

  it(`are told apart by nobody who plays a script on them (${RUNS} by chance, from seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        try {
          await compare(script);
        } finally {
          await tidyUp();
        }
      }),
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: PATIENCE, markInterruptAsFailure: true },
    );
  }).timeout(0);
});
