import { fail } from '../core/errors.js';
import { Formula } from '../core/formula.js';
import type { AppSource } from './app.js';
import type { DistillerOptions } from './distiller.js';
import { type Fault, Faults, faultKey, faultsText } from './faults.js';
import { shrink } from './shrink.js';
import { type DistillerBody, type TrialFailure, runTrial } from './trial.js';
import { anySeed, checkedSeed, seedAskedFor } from './world.js';

/** Options of {@link explore}. A `network` is given as a function, since each run needs one of its own. */
export interface ExploreOptions extends DistillerOptions {
  /** How many seeds are tried. */
  readonly runs: number;
  /** The app of each run: a class or function, which makes it anew. Without it the body lets its apps `join()`. */
  readonly app?: Exclude<AppSource, Formula> | undefined;
  /** Whether faults are injected by chance, or which. Default true. */
  readonly faults?: boolean | ((fault: Fault) => boolean) | undefined;
  /** How many more runs may be made to find out which faults a failure needs. Default 200; 10 at most where a run hangs, which each takes so long. */
  readonly shrinkRuns?: number | undefined;
  /**
   * How long a run may take, in ms of the machine's time, more than 0: one that takes longer hangs, and fails with `TT_RUN_HANGS`. It cannot end
   * code that never gives the thread back, such as a loop without an end in a sparkle. Default 10,000; `Infinity` for no bound.
   */
  readonly runLimit?: number | undefined;
}

/** What was tried. */
export interface Explored {
  readonly runs: number;
  /** The first seed; the others are the numbers that follow it. */
  readonly seed: number;
  /** How many faults were injected, by their kinds: runs in which nothing went wrong have shown little. */
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * Runs a body once for each of many seeds, each time in a fresh world, and reports the first one that fails, with as few of the
 * injected faults as it needs. With `TASKTONIC_SEED=n` in the environment that seed alone is run.
 *
 * A run fails where the body throws, where an app fails and nobody handles it, where an app leaves something open, and where it has not ended
 * within `runLimit`.
 *
 * @throws {TaskTonicError} `TT_EXPLORE_FAILED`, with the seed, the faults, and the end of trace and log; its cause is what was thrown.
 *   `TT_BAD_OPTION`.
 */
export async function explore(options: ExploreOptions, body: DistillerBody): Promise<Explored> {
  const { app, faults = true, shrinkRuns = 200, runLimit = 10_000, runs: wanted, ...rest } = options;
  if (!(Number.isInteger(wanted) && wanted > 0)) throw bad('runs', wanted, 'a whole number from 1');
  if (!(runLimit > 0)) throw bad('runLimit', runLimit, 'more than 0');
  // What one run has left in them would be there in the next.
  if ((app as unknown) instanceof Formula)
    throw bad('app', 'a Formula', 'its class, or a function, which makes it anew for each run');
  const asked = seedAskedFor();
  const first = asked ?? (options.seed === undefined ? anySeed() : checkedSeed(options.seed, 'seed'));
  const runs = asked === undefined ? wanted : 1;
  const may = typeof faults === 'function' ? faults : (): boolean => faults;
  const run = (seed: number, faults: Faults): Promise<TrialFailure | undefined> =>
    runTrial({ app, options: { ...rest, seed }, faults, body, limit: runLimit });
  const counts: Record<string, number> = {};

  for (let nr = 0; nr < runs; nr++) {
    const seed = (first + nr) >>> 0;
    const faults = new Faults(may);
    const failure = await run(seed, faults);
    if (failure === undefined) {
      for (const { kind } of faults.injected) counts[kind] = (counts[kind] ?? 0) + 1;
      continue;
    }
    const again = (allowed: (fault: Fault) => boolean): Promise<TrialFailure | undefined> =>
      run(seed, new Faults(allowed));
    const shrunk = await shrunkFailure(
      failure,
      again,
      may,
      failure.hangs ? Math.min(shrinkRuns, MOST_HANGS) : shrinkRuns,
    );
    throw exploreFailed(shrunk, { seed, run: nr + 1, runs });
  }
  return { runs, seed: first, faults: counts };
}

/** So often at most a run that hangs is tried again with fewer faults. */
const MOST_HANGS = 10;

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
  return isSameError(a, b, DEEPEST_CAUSE);
}

/** How many causes of causes are compared. */
const DEEPEST_CAUSE = 8;

/** By name, code and place, not by message: that may tell a time or a count. */
function isSameError(a: unknown, b: unknown, depth: number): boolean {
  if (!(a instanceof Error && b instanceof Error)) return a === b || (typeof a === typeof b && typeof a === 'object');
  const code = (error: Error): unknown => (error as { code?: unknown }).code;
  if (a.name !== b.name || code(a) !== code(b) || placeOf(a) !== placeOf(b)) return false;
  return depth === 0 || isSameError(a.cause, b.cause, depth - 1);
}

/** Where it was thrown: two assertions of one test are two failures. What Node and packages have on top of that is left out. */
function placeOf({ stack = '' }: Error): string | undefined {
  return stack.split('\n').find((line) => /^ +at /.test(line) && !/[( ]node:|[\\/]node_modules[\\/]/.test(line));
}

function exploreFailed(shrunk: Shrunk, where: { seed: number; run: number; runs: number }): Error {
  const { error, faults, report, note } = shrunk;
  const needs = faults.length === 0 ? '' : `\nIt needs ${faultsText(faults)}.`;
  const details = {
    ...where,
    message: error.message.replace(/\.$/, ''),
    faults,
    report: `${needs}${note}\n${report}\n`,
  };
  return fail('TT_EXPLORE_FAILED', details, error);
}

function bad(option: string, given: unknown, wanted: string): Error {
  const problem = `it is ${String(given)}, and must be ${wanted}`;
  return fail('TT_BAD_OPTION', { class: 'explore()', option, problem });
}
