import type * as v from 'valibot';
import type { RemoteHandle } from './any-tonic.js';
import type { ServicePort } from './service-port.js';
import type { Runtime } from './runtime.js';
import type { LogSinkMaker } from './log-services.js';

/** What the layers above the core fill in, so that the core need not know them. */
export const ports: {
  /** Makes the main Catalyst of a Formula that does not make its own. */
  makeMainCatalyst: (() => unknown) | undefined;
  /** Makes the registry of services of an app. */
  makeServices: ((runtime: Runtime) => ServicePort) | undefined;
  /** The Tonics that a configuration may name. */
  tonicStore: TonicMaker | undefined;
  /** The services that the log may go to. */
  logServices: LogSinkMaker | undefined;
  threads: ThreadPort | undefined;
} = {
  makeMainCatalyst: undefined,
  makeServices: undefined,
  tonicStore: undefined,
  logServices: undefined,
  threads: undefined,
};

/** Starts Catalysts in threads of their own. */
export interface ThreadPort {
  /** Whether this thread is one that was started for a Catalyst. */
  readonly inThread: boolean;
  spawn(catalystClass: object, args: readonly unknown[]): RemoteHandle;
}

/** Makes Tonics by name. */
export interface TonicMaker {
  make(name: string, options: never): unknown;
  /** The description of the options that a Tonic takes, where it has one. */
  schemaOf?(name: string): v.GenericSchema | undefined;
  /** What would be wrong with making it; nothing is made. */
  check?(name: string, options: unknown): readonly StartProblem[];
}

/** What is wrong with a Tonic that a configuration starts. */
export interface StartProblem {
  /** Within its entry: `tonic`, or `options` and what follows. */
  readonly path: readonly string[];
  readonly is: string;
  readonly must: string;
}
