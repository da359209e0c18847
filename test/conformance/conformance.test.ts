import fc from 'fast-check';
import { tidyUp } from '../support/net-app.js';
import { compare } from './compare.js';
import { scripts } from './script.js';

/** How many scripts, and where their chance begins. CI plays a thousand. */
const RUNS = Number(process.env['TT_CONFORMANCE_RUNS'] ?? 50);
const SEED = Number(process.env['TT_CONFORMANCE_SEED'] ?? 7);

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
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: 400_000, markInterruptAsFailure: true },
    );
  }).timeout(0);
});
