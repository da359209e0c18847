import type { RemoteHandle } from './any-tonic.js';
import type { LogSinkMaker } from './log-services.js';

/** What the layers above the core fill in, so that the core need not know them. */
export const ports: {
  /** Makes the main Catalyst of a Formula that does not make its own. */
  makeMainCatalyst: (() => unknown) | undefined;
  /** The Tonics that a configuration may name. */
  tonicStore: TonicMaker | undefined;
  /** The services that the log may go to. */
  logServices: LogSinkMaker | undefined;
  threads: ThreadPort | undefined;
} = { makeMainCatalyst: undefined, tonicStore: undefined, logServices: undefined, threads: undefined };

/** Starts Catalysts in threads of their own. */
export interface ThreadPort {
  /** Whether this thread is one that was started for a Catalyst. */
  readonly inThread: boolean;
  spawn(catalystClass: object, args: readonly unknown[]): RemoteHandle;
}

/** Makes Tonics by name. */
export interface TonicMaker {
  make(name: string, options: never): unknown;
}
