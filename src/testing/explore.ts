import { fail } from '../core/errors.js';
import type { AppSource } from './app.js';
import type { DistillerOptions } from './distiller.js';
import { type Fault, Faults, faultKey, faultText } from './faults.js';
import { shrink } from './shrink.js';
import { type DistillerBody, type TrialFailure, runTrial } from './trial.js';
import { anySeed, checkedSeed, seedAskedFor } from './world.js';

/** Options of {@link explore}. A `network` is given as a function, since each run needs one of its own. */
export interface ExploreOptions extends DistillerOptions {
  /** How many seeds are tried. */
  readonly runs: number;
  /** The app of each run: a class or function, which makes it anew. Without it the body lets its apps `join()`. */
  readonly app?: AppSource | undefined;
  /** Whether faults are injected by chance, or which. Default true. */
  readonly faults?: boolean | ((fault: Fault) => boolean) | undefined;
  /** How many more runs may be made to find out which faults a failure needs. Default 200. */
  readonly shrinkRuns?: number | undefined;
}

/** What was tried. */
export interface Explored {
  readonly runs: number;
  /** The first seed; the others are the numbers that follow it. */
  readonly seed: number;
}

/**
 * Runs a body once for each of many seeds, each time in a fresh world, and reports the first one that fails, with as few of the
 * injected faults as it needs. With `TASKTONIC_SEED=n` in the environment that seed alone is run.
 *
 * A run fails where the body throws, where an app fails and nobody handles it, and where an app leaves something open.
 *
 * @throws {TaskTonicError} `TT_EXPLORE_FAILED`, with the seed, the faults, and the end of trace and log; its cause is what was thrown.
 *   `TT_BAD_OPTION`.
 */
export async function explore(options: ExploreOptions, body: DistillerBody): Promise<Explored> {
  const { app, faults = true, shrinkRuns = 200, runs: wanted, ...rest } = options;
  if (!(Number.isInteger(wanted) && wanted > 0)) throw badRuns(wanted);
  const asked = seedAskedFor();
  const first = asked ?? (options.seed === undefined ? anySeed() : checkedSeed(options.seed, 'seed'));
  const runs = asked === undefined ? wanted : 1;
  const may = typeof faults === 'function' ? faults : (): boolean => faults;
  const run = (seed: number, allowed: (fault: Fault) => boolean): Promise<TrialFailure | undefined> =>
    runTrial({ app, options: { ...rest, seed }, faults: new Faults(allowed), body });

  for (let nr = 0; nr < runs; nr++) {
    const seed = (first + nr) >>> 0;
    const failure = await run(seed, may);
    if (failure === undefined) continue;
    const shrunk = await shrunkFailure(failure, (allowed) => run(seed, allowed), may, shrinkRuns);
    throw exploreFailed(shrunk, { seed, run: nr + 1, runs });
  }
  return { runs, seed: first };
}

/** A failure that was looked at again. */
interface Shrunk extends TrialFailure {
  readonly note: string;
}

async function shrunkFailure(
  failure: TrialFailure,
  run: (allowed: (fault: Fault) => boolean) => Promise<TrialFailure | undefined>,
  may: (fault: Fault) => boolean,
  tries: number,
): Promise<Shrunk> {
  let smallest = await run(may);
  if (smallest === undefined || !isSame(smallest, failure)) return { ...failure, note: NOT_AGAIN };
  const again = smallest;
  const fails = async (kept: readonly Fault[]): Promise<boolean> => {
    const keys = new Set(kept.map(faultKey));
    const failed = await run((fault) => keys.has(faultKey(fault)));
    if (failed === undefined || !isSame(failed, failure)) return false;
    smallest = failed;
    return true;
  };
  await shrink(again.faults, fails, tries);
  const taken = again.faults.length - smallest.faults.length;
  return { ...smallest, note: taken === 0 ? '' : `\n${taken} other faults were left out: it fails without them.` };
}

const NOT_AGAIN =
  "\nThe same seed did not fail in the same way again: something in it goes by the machine's time or chance.";

/** Another failure that turns up while faults are left out is not the one that was found. */
function isSame({ error: a }: TrialFailure, { error: b }: TrialFailure): boolean {
  const code = (error: Error): unknown => (error as { code?: unknown }).code;
  return a.name === b.name && code(a) === code(b);
}

function exploreFailed(shrunk: Shrunk, where: { seed: number; run: number; runs: number }): Error {
  const { error, faults, report, note } = shrunk;
  const needs = faults.length === 0 ? '' : `\nIt needs ${faults.map(faultText).join(', ')}.`;
  const details = { ...where, message: error.message, faults, report: `${needs}${note}\n${report}\n` };
  return fail('TT_EXPLORE_FAILED', details, error);
}

function badRuns(runs: unknown): Error {
  const problem = `it is ${String(runs)}, and must be a whole number from 1`;
  return fail('TT_BAD_OPTION', { class: 'explore()', option: 'runs', problem });
}
