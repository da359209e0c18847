import { callable, checkOption } from '../core/options/option-schema.js';
import type { AppSource } from './app.js';
import type { DistillerOptions } from './bench-options.js';
import { Faults } from './faults.js';
import { type DistillerBody, runTrial } from './trial.js';

/**
 * A test with a Distiller of its own, for any runner: `it('locks itself', distilled(DoorApp, async (distiller) => { ... }))`.
 *
 * The app is ended after it. Where the test fails, the seed, the trace and the log are written to standard error, and the error
 * goes on to the runner. It fails too where an app has failed and nobody handled it, or has left something open, unless the test
 * has called `finish()` and looked itself.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION` where the test is no function.
 */
export function distilled(app: AppSource, body: DistillerBody): () => Promise<void>;
export function distilled(app: AppSource, options: DistillerOptions, body: DistillerBody): () => Promise<void>;
export function distilled(
  app: AppSource,
  optionsOrBody: DistillerOptions | DistillerBody,
  givenBody?: DistillerBody,
): () => Promise<void> {
  const [options, body] =
    typeof optionsOrBody === 'function' ? [{}, optionsOrBody] : [optionsOrBody, givenBody as DistillerBody];
  checkOption(callable('a function'), body, 'distilled()', 'test');
  return async () => {
    const failure = await runTrial({ app, options, faults: new Faults(), body, limit: Infinity });
    if (failure === undefined) return;
    process.stderr.write(`${failure.report}\n${howToRunAgain(failure.seed, options)}`);
    throw failure.error;
  };
}

/** A test with a fixed seed needs no hint. */
function howToRunAgain(seed: number | undefined, options: DistillerOptions): string {
  return seed === undefined || options.seed !== undefined ? '' : `Set TASKTONIC_SEED=${seed} to run it again.\n`;
}
