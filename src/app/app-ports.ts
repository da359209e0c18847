import type { LogSinkMaker } from '../log/log-services.js';
import type { TonicMaker } from '../config/tonic-maker.js';

/** The parts from rooms above that a Formula uses by default. */
export const appPorts: {
  /** Makes the main Catalyst of a Formula that does not make its own. */
  makeMainCatalyst: (() => unknown) | undefined;
  /** The Tonics that a configuration may name. */
  tonicStore: TonicMaker | undefined;
  /** The services that the log may go to. */
  logServices: LogSinkMaker | undefined;
  /** The environment variables that a new process of the program needs to reach the service manager of this one. */
  serviceEnvironment: (() => NodeJS.ProcessEnv) | undefined;
} = { makeMainCatalyst: undefined, tonicStore: undefined, logServices: undefined, serviceEnvironment: undefined };
