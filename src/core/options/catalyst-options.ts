import type { ResourceLimits } from 'node:worker_threads';
import * as v from 'valibot';
import { ms, some, someMs, text } from './option-schema.js';
import { type TonicOptions, TonicSettings, tonicOptions } from './tonic-options.js';

/** What a Catalyst takes besides what every Tonic takes. */
export const catalystOptions = {
  ...tonicOptions,
  /** The most orders that a turn of the loop runs before it checks timers and network again. */
  turnOrders: v.optional(some, 16_384),
  /** About how long a turn of the loop runs orders at most, in ms. */
  turnTime: v.optional(someMs, 5),
  /** The most orders that wait; one more throws `TT_QUEUE_FULL` at the call. */
  queueLimit: v.optional(some, 5_000_000),
  /** As for every Tonic, but its infusions may take as long as they need. */
  drainTimeout: v.optional(ms(), Infinity),
};

export const catalystSchema = v.strictObject(catalystOptions);

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link Catalyst}. */
export type CatalystOptions = Readonly<v.InferInput<typeof catalystSchema>> & TonicOptions;

/** The options that concern it as a Tonic. The first Catalyst of an app has a fixed name. */
export function asTonic(options: CatalystOptions, rootName: string | undefined): TonicSettings {
  const { base, name, logMode, logLane, drainTimeout = Infinity } = options;
  return new TonicSettings(base, rootName ?? name, logMode, logLane, drainTimeout);
}

const mib = v.optional(some);

export const threadSchema = v.strictObject({
  /** Bounds of its memory (https://nodejs.org/api/worker_threads.html#new-workerfilename-options). Default: Node's. */
  resourceLimits: v.optional(
    v.strictObject({
      maxYoungGenerationSizeMb: mib,
      maxOldGenerationSizeMb: mib,
      codeRangeSizeMb: mib,
      stackSizeMb: mib,
    } satisfies Record<keyof ResourceLimits, unknown>),
  ),
  /**
   * Options of Node for the thread, such as `--expose-gc`. By default those of the process, so a TypeScript loader
   * starts in each thread; use `[]` without one if the module is JavaScript. Default: those of the process.
   */
  execArgv: v.optional(v.array(text)),
  /**
   * The most ms that a turn of its loop may take; after that it fails, and its thread is ended. `false` for no limit.
   */
  watchdog: v.optional(v.union([v.literal(false), ms(1)], 'must be 1 ms or more, or false'), false),
  /**
   * How long it may take to finish, in ms from its last progress; then its thread is ended. It waits for an infusion
   * with a later deadline (a connection whose peer reads slowly).
   */
  drainTimeout: v.optional(ms(), 5_000),
});

type ThreadInput = Readonly<v.InferInput<typeof threadSchema>>;

/** How the thread of a Catalyst is started; a class gives it as `static readonly thread`. */
export type ThreadOptions = Omit<ThreadInput, 'execArgv'> & { readonly execArgv?: readonly string[] | undefined };
