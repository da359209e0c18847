import { fail } from '../core/errors.js';
import { parseOptions } from '../core/options/option-schema.js';
import { type DistillerOptions, type ExploreOptions, exploreSchema } from './bench-options.js';
import { type Fault, Faults, faultKey, faultsText } from './faults.js';
import { shrink } from './shrink.js';
import { type DistillerBody, type TrialFailure, runTrial } from './trial.js';
import { anySeed, seedAskedFor } from './seed.js';

export type { ExploreOptions } from './bench-options.js';

/** The result of an exploration. */
export interface Explored {
  readonly runs: number;
  /** The first seed; the others are the numbers that follow it. */
  readonly seed: number;
  /** How many faults were injected, by their kinds: runs in which nothing went wrong have shown little. */
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * Runs a test once for each of many seeds, each time in a new simulation, and reports the first failure, with only the
 * injected faults that it needs. With `TASKTONIC_SEED=n` in the environment only that seed is run.
 *
 * A run fails where the body throws, where an app fails and nobody handles it, where an app leaves something open, and where it has not ended
 * within `runLimit`.
 *
 * @throws {TaskTonicError} `TT_EXPLORE_FAILED`, with the seed, the faults, and the end of trace and log; its cause is what was thrown.
 *   `TT_BAD_OPTION`.
 */
export async function explore(options: ExploreOptions, body: DistillerBody): Promise<Explored> {
  const { app, faults, shrinkRuns, runLimit, runs: wanted } = parseOptions(exploreSchema, options, 'explore()');
  const rest = withoutRuns(options);
  const asked = seedAskedFor();
  const first = asked ?? options.seed ?? anySeed();
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

/** How often a run that hangs is tried again with fewer faults. */
const MOST_HANGS = 10;

/** A failure with the reduced list of faults. */
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

/** Whether two failures are the same. Leaving faults out may lead to another failure. */
function isSame({ error: a }: TrialFailure, { error: b }: TrialFailure): boolean {
  return isSameError(a, b, DEEPEST_CAUSE);
}

/** The most nested causes that are compared. */
const DEEPEST_CAUSE = 8;

/** Compares name, code and place, but not the message, which may contain a time or a count. */
function isSameError(a: unknown, b: unknown, depth: number): boolean {
  if (!(a instanceof Error && b instanceof Error)) return a === b || (typeof a === typeof b && typeof a === 'object');
  const code = (error: Error): unknown => (error as { code?: unknown }).code;
  if (a.name !== b.name || code(a) !== code(b) || placeOf(a) !== placeOf(b)) return false;
  return depth === 0 || isSameError(a.cause, b.cause, depth - 1);
}

/** The place of the throw: two assertions of one test are two failures. Frames of Node and of packages are ignored. */
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

/** The options for each Distiller. */
function withoutRuns({
  app: _a,
  faults: _f,
  shrinkRuns: _s,
  runLimit: _l,
  runs: _r,
  ...rest
}: ExploreOptions): DistillerOptions {
  return rest;
}
