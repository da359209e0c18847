import type { RemoteHandle } from './any-tonic.js';
import type { Runtime } from './runtime.js';
import type { ServicePort } from './service-port.js';

/** Functions of the rooms above that the engine needs. They are set where the package is composed. */
export const ports: {
  /** Makes the registry of services of an app. */
  makeServices: ((runtime: Runtime) => ServicePort) | undefined;
  threads: ThreadPort | undefined;
} = { makeServices: undefined, threads: undefined };

/** Starts Catalysts in threads of their own. */
export interface ThreadPort {
  /** Whether this thread was started for a Catalyst. */
  readonly inThread: boolean;
  spawn(catalystClass: object, args: readonly unknown[]): RemoteHandle;
}
