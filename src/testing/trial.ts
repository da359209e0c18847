import { fail, toError } from '../core/errors.js';
import type { AppSource } from './app.js';
import { Distiller, type DistillerOptions } from './distiller.js';
import { type Fault, type Faults } from './faults.js';
import { namesInFewWords } from './in-few-words.js';
import { within } from './real-time.js';

/** What a test does with a Distiller of its own. */
export type DistillerBody = (distiller: Distiller) => Promise<void> | void;

/** A body that failed. */
export interface TrialFailure {
  readonly error: Error;
  readonly faults: readonly Fault[];
  /** Of its world; `undefined` where none was made. */
  readonly seed: number | undefined;
  /** What is worth reading of the world that it failed in. */
  readonly report: string;
  /** It did not end, and was stopped. */
  readonly hangs: boolean;
}

/** One run of a body in a fresh world, with or without an app. */
export interface Trial {
  readonly app: AppSource | undefined;
  readonly options: DistillerOptions;
  readonly faults: Faults;
  readonly body: DistillerBody;
  /** How long it may take, in ms of the machine's time. */
  readonly limit: number;
}

/** Runs a body and ends the apps; `undefined` where all went well. */
export async function runTrial({ app, options, faults, body, limit }: Trial): Promise<TrialFailure | undefined> {
  let distiller: Distiller | undefined;
  const run = async (): Promise<void> => {
    distiller = await Distiller._ttStart(app, options, faults);
    await body(distiller);
    if (!distiller._ttFinishCalled) await endsWell(distiller);
  };
  let hangs = false;
  const failed = (thrown: unknown): TrialFailure => {
    const report = distiller?.report() ?? 'the app did not start';
    return { error: toError(thrown), faults: faults.injected, seed: distiller?.seed, report, hangs };
  };
  try {
    await within(limit, run(), () => {
      hangs = true;
      const where = distiller?._ttDoing ?? 'its app did not start';
      throw fail('TT_RUN_HANGS', { seed: distiller?.seed ?? options.seed, ms: limit, where });
    });
    return undefined;
  } catch (thrown) {
    const failure = failed(thrown);
    if (distiller === undefined) return failure;
    if (hangs) return endHanging(distiller, failure, limit);
    const cause = await endAfterFailure(distiller);
    if (cause === undefined || cause === failure.error) return failure;
    return { ...failure, report: `An app had failed before: ${cause.message}\n${failure.report}` };
  }
}

/** So many ms the apps of a body that hangs have for their end at least: a short limit of the body does not count for them. */
const END_AT_LEAST = 10_000;

/** Takes the apps from a body that hangs. What does not end even now is left to itself: nobody turns its loops any more. */
async function endHanging(distiller: Distiller, failure: TrialFailure, limit: number): Promise<TrialFailure> {
  distiller._ttStop(failure.error);
  const leave = (): never => {
    throw failure.error;
  };
  await within(Math.max(limit, END_AT_LEAST), distiller._ttEndStopped(), leave).catch(() => undefined);
  return failure;
}

/** Ends the apps after their test has failed; an app that had failed before is likely to be why. What the failure has left is no news. */
async function endAfterFailure(distiller: Distiller): Promise<Error | undefined> {
  const hadEnded = distiller.apps.some(({ finished }) => finished);
  const ended = await distiller.finish().catch(() => undefined);
  return hadEnded ? ended?.error : undefined;
}

/** A body that does not end its apps itself expects of them what every app owes: no failure that nobody handles, nothing left open. */
async function endsWell(distiller: Distiller): Promise<void> {
  const { error, leftOpen } = await distiller.finish();
  if (error !== undefined) throw error;
  if (leftOpen.length > 0) throw fail('TT_LEFT_OPEN', { what: namesInFewWords(leftOpen) });
}
