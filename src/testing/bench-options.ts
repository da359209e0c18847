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

/** A proxy may throw where it is read: that is told with the option. */
function isReadable(value: unknown): boolean {
  return isRecord(value) && Object.entries(value).length >= 0;
}

export const appOptions = {
  /** The host that it runs on: each further app that runs at the same time needs a name of its own. Default: `'main'` for the first one. */
  host: v.optional(text),
  /** Laid over the `log` of its Formula; where it goes is the Distiller's. */
  log: v.optional(v.strictObject(logOfBench, 'must be an object, without "to"')),
  /**
   * Laid over all that its Formula reads, whatever the source: `{ server: { port: 7007 } }`, or by path: `{ 'server/port': 7007 }`. It is
   * checked with the rest, and refused in the same way.
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
  /** Decides all chance and every order that is left open; 0 to 4294967295. Default: `TASKTONIC_SEED` of the environment, or one by chance. */
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
   * How long an app may work at one instant of virtual time, in ms of the processor's time, more than 0: one that works longer is taken for
   * one that never comes to rest (`TT_NEVER_SETTLES`). `Infinity` for no bound, as under a debugger.
   */
  settleWithin: v.optional(someMs, SETTLE_WITHIN),
  /** How much virtual time sparkles take: all of them, or as a function says. Default: none. See {@link Distiller.sparkleTakes}. */
  sparkleTakes: v.optional(
    v.custom<SparkleTakes>(() => true, 'must be a time span, or a function that gives one'),
    0,
  ),
  /** How many instants of virtual time one call may go through at most. `Infinity` for no bound. */
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
  /** Whether faults are injected by chance, or which. */
  faults: v.optional(
    v.union([flag, callable<(fault: Fault) => boolean>('a function')], 'must be true, false or a function'),
    true,
  ),
  /** How many more runs may be made to find out which faults a failure needs; 10 at most where a run hangs, which each takes so long. */
  shrinkRuns: v.optional(amount(0), 200),
  /**
   * How long a run may take, in ms of the machine's time, more than 0: one that takes longer hangs, and fails with `TT_RUN_HANGS`. It cannot end
   * code that never gives the thread back, such as a loop without an end in a sparkle. `Infinity` for no bound.
   */
  runLimit: v.optional(someMs, 10_000),
};

const runSchema = v.strictObject(runOptions);
export const exploreSchema = v.strictObject({ ...benchOptions, ...appOptions, ...runOptions });

/** Options of {@link explore}. A `network` is given as a function, since each run needs one of its own. */
export type ExploreOptions = DistillerOptions & Readonly<v.InferInput<typeof runSchema>>;

export const checkFramingSchema = v.strictObject({
  /** What the random cuts and bytes are made of. */
  seed: v.optional(seedOption, 1),
  /** Whether the framing takes what is left in the end as a frame, as `lines({ lastWithoutEnd: true })` does. */
  lastWithoutEnd: v.optional(flag, false),
});

/** Options of {@link checkFraming}. */
export type CheckFramingOptions = Readonly<v.InferInput<typeof checkFramingSchema>>;
