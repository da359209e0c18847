import * as v from 'valibot';
import type { FormulaData } from '../config/configuration-schema.js';
import type { Formula } from '../app/formula.js';
import { logSchema } from '../log/log-options.js';
import { amount, callable, count, flag, some, someMs, text } from '../core/options/option-schema.js';
import { isRecord } from '../core/runtime.js';
import type { AppSource } from './app.js';
import { INSTANT_LIMIT } from './instants.js';
import type { Fault } from './faults.js';
import type { NetworkChoice } from './networks.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import { seedOption } from './seed.js';
import type { SparkleTakes } from './sparkle-time.js';
import { SETTLE_WITHIN } from './settle-limit.js';
import type { Probes } from './recording.js';

const { to: _, ...logOfBench } = logSchema.entries;

/** Reading a proxy may throw; the error names the option. */
function isReadable(value: unknown): boolean {
  return isRecord(value) && Object.entries(value).length >= 0;
}

export const appOptions = {
  /** The host that it runs on: each app needs a different one. Default: `'main'` for the first one. */
  host: v.optional(text),
  /** Overrides the `log` settings of its Formula, except the destination. */
  log: v.optional(v.strictObject(logOfBench, 'must be an object, without "to"')),
  /**
   * Overrides all sources of the configuration of its Formula: `{ server: { port: 7007 } }`, or by path:
   * `{ 'server/port': 7007 }`. It is checked with the rest, and refused in the same way.
   */
  config: v.optional(v.custom<FormulaData>(isReadable, 'must be an object, such as { server: { port: 7007 } }')),
};

export const appSchema = v.strictObject(appOptions);

/** How an app is put on the bench. */
export type AppOptions = Readonly<v.InferInput<typeof appSchema>>;

function isNetwork(value: unknown): boolean {
  return (
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null && ('host' in value || 'connect' in value))
  );
}

const network = v.pipe(
  v.custom<NetworkChoice>(isNetwork, 'must be a network, or a function that makes one'),
  // It has another time, and in explore() what happened in the run before.
  v.check(
    (choice) => !(choice instanceof SimulatedNetwork),
    'needs the clock of the world: give (parts) => new SimulatedNetwork(parts)',
  ),
);

export const benchOptions = {
  /**
   * Decides everything that is random; 0 to 4294967295. Default: `TASKTONIC_SEED` of the environment, or a random one.
   */
  seed: v.optional(seedOption),
  /** What its apps open sockets with. Default: a {@link SimulatedNetwork}, with a host for each app. */
  network: v.optional(network),
  /** Fields to be copied into the trace, by the name of a Tonic or of its class: `{ door: ['tries', 'lock.code'] }`. Default: none. */
  probes: v.optional(v.record(v.string(), v.array(text)), {}),
  /** How many entries of the trace are kept; `false` for none, which is quicker. */
  trace: v.optional(v.union([amount(0), v.literal(false)], 'must be false, or a number, 0 or more'), 10_000),
  /** The time of day at which it begins, in ms since 1970-01-01 UTC. Default: 2026-01-01 12:00 UTC. */
  wallTime: v.optional(v.pipe(v.number('must be ms since 1970'), v.finite('must be ms since 1970'))),
  /**
   * How much CPU time an app may use at one instant of virtual time, in ms, more than 0: then the call throws
   * `TT_NEVER_SETTLES`. `Infinity` for no limit, as under a debugger.
   */
  settleWithin: v.optional(someMs, SETTLE_WITHIN),
  /** How much virtual time sparkles take: all of them, or as a function says. Default: none. See {@link Distiller.sparkleTakes}. */
  sparkleTakes: v.optional(
    v.custom<SparkleTakes>(() => true, 'must be a time span, or a function that gives one'),
    0,
  ),
  /** The most instants of virtual time that one call may pass. `Infinity` for no limit. */
  instantLimit: v.optional(some, INSTANT_LIMIT),
};

export const distillerSchema = v.strictObject({ ...benchOptions, ...appOptions });
const benchSchema = v.strictObject(benchOptions);

/** Options of a {@link Distiller}. */
export type DistillerOptions = AppOptions &
  Omit<Readonly<v.InferInput<typeof benchSchema>>, 'probes'> & {
    readonly [Key in keyof Pick<v.InferInput<typeof benchSchema>, 'probes'>]: Probes | undefined;
  };

// What one run has left in a Formula would be there in the next.
const app = v.custom<Exclude<AppSource, Formula>>(
  (value) => typeof value === 'function',
  'must be the class of a Formula, or a function, which makes it anew for each run',
);

export const runOptions = {
  /** How many seeds are tried. */
  runs: count(1),
  /** The app of each run: a class or function, which makes it anew. Without it the body lets its apps `join()`. */
  app: v.optional(app),
  /** Whether random faults are injected, or which ones. */
  faults: v.optional(
    v.union([flag, callable<(fault: Fault) => boolean>('a function')], 'must be true, false or a function'),
    true,
  ),
  /**
   * The most further runs to find out which faults a failure needs; at most 10 if a run hangs, since each takes long.
   */
  shrinkRuns: v.optional(amount(0), 200),
  /**
   * How long a run may take in real time, in ms, more than 0: then it fails with `TT_RUN_HANGS`. It cannot end code
   * that never returns, such as an endless loop in a sparkle. `Infinity` for no limit.
   */
  runLimit: v.optional(someMs, 10_000),
};

const runSchema = v.strictObject(runOptions);
export const exploreSchema = v.strictObject({ ...benchOptions, ...appOptions, ...runOptions });

/** Options of {@link explore}. A `network` must be a function, since each run needs a new one. */
export type ExploreOptions = DistillerOptions & Readonly<v.InferInput<typeof runSchema>>;

export const checkFramingSchema = v.strictObject({
  /** The seed of the random splits and bytes. */
  seed: v.optional(seedOption, 1),
  /** Whether the framing treats remaining bytes at the end as a frame, as `lines({ lastWithoutEnd: true })` does. */
  lastWithoutEnd: v.optional(flag, false),
});

/** Options of {@link checkFraming}. */
export type CheckFramingOptions = Readonly<v.InferInput<typeof checkFramingSchema>>;
