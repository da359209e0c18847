import * as v from 'valibot';
import { anyRecord, logSchema } from '../log/log-options.js';
import { flag, ms, text } from '../core/options/option-schema.js';

// The framework's own sections of the configuration, described once. All sources are checked against this.

const section = 'must be an object';
const name = v.pipe(v.string('must be the name of a Tonic'), v.minLength(1, 'must be the name of a Tonic'));

export const projectSchema = v.looseObject(
  {
    /** The name of the app. Default: the name of the Formula's class. */
    name: v.optional(text),
  },
  section,
);

export const threadsSchema = v.strictObject(
  {
    /**
     * Whether a loop briefly polls for orders of other threads before it waits: answers then take a quarter of the
     * time. Polling in vain takes about one percent of a core at most.
     */
    doorbell: v.optional(flag, true),
  },
  section,
);

export const shutdownSchema = v.strictObject(
  {
    /**
     * Whether SIGINT and SIGTERM shut the app down (a second one ends the delay, or without a delay ends the app at
     * once).
     */
    signals: v.optional(flag, true),
    /**
     * How long the app still accepts connections after a signal, in ms, while health checks already fail: so a load
     * balancer sends no new connections when the listeners close.
     */
    drainDelay: v.optional(ms(), 0),
    /**
     * How long it may take to finish after a signal and that delay, in ms; then the rest is aborted, named and counted.
     */
    grace: v.optional(ms(), 30_000),
  },
  section,
);

export const upgradeSchema = v.strictObject(
  {
    /**
     * Whether SIGUSR2 has a new process of the program started, which takes the listening sockets over: an upgrade without a connection
     * refused. Without it SIGUSR2 ends the process, as Node does it. See docs/use/drain-and-upgrade.md.
     */
    sigusr2: v.optional(flag, false),
    /** How long the new process may take to be ready, in ms; then it is ended, and the old one goes on. */
    readyTimeout: v.optional(ms(1), 60_000),
    /**
     * How long connections of the old process go on as before when the new one has taken over, in ms; then they end in order, for at most
     * `shutdown/grace`.
     */
    drainDelay: v.optional(ms(), 5_000),
  },
  section,
);

/** A Tonic to start. */
export interface Start {
  readonly tonic: string;
  readonly options?: object | undefined;
}

const starts: v.GenericSchema<readonly Start[]> = v.array(
  v.strictObject({ tonic: name, options: v.optional(anyRecord) }, 'must be an object with "tonic"'),
  'must be a list',
);

/** The sections. `project` and the configuration itself may have further keys. */
export const frameworkSchema = v.looseObject({
  /** The name of the app, and further keys of your own. */
  project: v.optional(projectSchema),
  /** Where the log goes, and its level. */
  log: v.optional(logSchema, {}),
  /** Tonics of the TonicStore to start, by name, after those that `creatingStartingTonics()` makes. */
  start: v.optional(starts, []),
  /** How threads talk to each other. */
  threads: v.optional(threadsSchema, {}),
  /** How the app ends when the system asks it to. */
  shutdown: v.optional(shutdownSchema, {}),
  /** How a new process of the program takes over from one that runs. */
  upgrade: v.optional(upgradeSchema, {}),
});

/** The configuration of an app; keys of one's own may be added, and are found by their path with `this.config`. */
export type FormulaPaths = readonly (readonly [path: string, value: unknown])[];

export type FormulaData = Readonly<v.InferInput<typeof frameworkSchema>>;
