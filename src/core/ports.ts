import type { RemoteHandle } from './any-tonic.js';
import type { Runtime } from './runtime.js';
import type { ServicePort } from './service-port.js';

/** What the engine needs of the rooms above it, which it does not know: they are filled in where the package is put together. */
export const ports: {
  /** Makes the registry of services of an app. */
  makeServices: ((runtime: Runtime) => ServicePort) | undefined;
  threads: ThreadPort | undefined;
} = { makeServices: undefined, threads: undefined };

/** Starts Catalysts in threads of their own. */
export interface ThreadPort {
  /** Whether this thread is one that was started for a Catalyst. */
  readonly inThread: boolean;
  spawn(catalystClass: object, args: readonly unknown[]): RemoteHandle;
}
