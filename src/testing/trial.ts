import { fail, toError } from '../core/errors.js';
import type { AppSource } from './app.js';
import { Distiller, type DistillerOptions } from './distiller.js';
import { type Fault, type Faults } from './faults.js';
import { shortNames } from './short-list.js';
import { within } from './real-time.js';

/** What a test does with a Distiller of its own. */
export type DistillerBody = (distiller: Distiller) => Promise<void> | void;

/** The failure of a body. */
export interface TrialFailure {
  readonly error: Error;
  readonly faults: readonly Fault[];
  /** The seed of its simulation; `undefined` if none was made. */
  readonly seed: number | undefined;
  /** The report of its simulation. */
  readonly report: string;
  /** Whether it did not end, and was stopped. */
  readonly hangs: boolean;
}

/** One run of a body in a new simulation, with or without an app. */
export interface Trial {
  readonly app: AppSource | undefined;
  readonly options: DistillerOptions;
  readonly faults: Faults;
  readonly body: DistillerBody;
  /** How long it may take, in ms of real time. */
  readonly limit: number;
}

/** Runs a body and ends the apps; `undefined` if everything went well. */
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

/** The least time for the apps of a hanging body to end, in ms, even if the limit of the body is shorter. */
const END_AT_LEAST = 10_000;

/** Ends the apps of a body that hangs. If they do not end now, nobody runs their loops any more. */
async function endHanging(distiller: Distiller, failure: TrialFailure, limit: number): Promise<TrialFailure> {
  distiller._ttStop(failure.error);
  const leave = (): never => {
    throw failure.error;
  };
  await within(Math.max(limit, END_AT_LEAST), distiller._ttEndStopped(), leave).catch(() => undefined);
  return failure;
}

/**
 * Ends the apps after a failed test. If an app had failed before, that is the likely reason; other remains are not
 * reported.
 */
async function endAfterFailure(distiller: Distiller): Promise<Error | undefined> {
  const hadEnded = distiller.apps.some(({ finished }) => finished);
  const ended = await distiller.finish().catch(() => undefined);
  return hadEnded ? ended?.error : undefined;
}

/** If a body does not end its apps itself, they must not fail, and must leave nothing open. */
async function endsWell(distiller: Distiller): Promise<void> {
  const { error, leftOpen } = await distiller.finish();
  if (error !== undefined) throw error;
  if (leftOpen.length > 0) throw fail('TT_LEFT_OPEN', { what: shortNames(leftOpen) });
}
