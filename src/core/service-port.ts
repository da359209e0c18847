import type { AnyTonic, RemoteHandle } from './any-tonic.js';

/** The services of an app, as a thread sees them. */
export interface ServicePort {
  /** Makes a Tonic a user of a service, which is started if it does not run. Returns the handle of the service. */
  use(user: AnyTonic, service: object, args: readonly unknown[]): RemoteHandle;
  /**
   * A Tonic that is a service enters. Throws if it may not; `baseInfuses`: whether its base may still make infusions.
   */
  admit(tonic: AnyTonic, baseInfuses: boolean): void;
  entered(tonic: AnyTonic): void;
  /** A Tonic that is a service, or uses services, has ended. */
  left(tonic: AnyTonic): void;
  /** A message of another thread about a service, received by `_ttss__ofService` of this Tonic, whose sparkle runs. */
  heard(tonic: AnyTonic, word: string, said: readonly unknown[]): void;
  /** The handle of a service, without using it. */
  handle(name: string): RemoteHandle;
  /** The Tonic of a service, or its handle, as far as this thread knows. */
  whoIs(name: string): RemoteHandle | undefined;
  /** The users of a service, as far as this thread knows. */
  usersOf(name: string): Iterable<RemoteHandle>;
  /** How services end with the app; `undefined` outside of the main thread. */
  readonly ending: ServicesEnding | undefined;
}

/** The end of services: after everything that may use them, while the main Catalyst finishes. */
export interface ServicesEnding {
  /** Whether a finishing Catalyst keeps this infusion until the others have ended. */
  staysLast(tonic: AnyTonic): boolean;
  /** An infusion of a finishing Catalyst has ended: if only services are left, they finish too. */
  finishLast(catalyst: AnyTonic): void;
  /**
   * Whether the end of a Catalyst waits for a service that is still loading and must get last calls. Then it is told to
   * end again.
   */
  holdsEnd(catalyst: AnyTonic): boolean;
  /** The main Catalyst ends: services that have not started will not start. */
  close(): void;
}
