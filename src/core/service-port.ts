import type { AnyTonic, RemoteHandle } from './any-tonic.js';

/** The services of an app, as a thread sees them. */
export interface ServicePort {
  /** Makes a Tonic a user of a service, which is started where it does not run; gives the handle of it. */
  use(user: AnyTonic, service: object, args: readonly unknown[]): RemoteHandle;
  /** A Tonic that is a service is to be entered, by a base that infuses still or does not; throws where it may not. */
  admit(tonic: AnyTonic, baseInfuses: boolean): void;
  entered(tonic: AnyTonic): void;
  /** A Tonic that is a service, or uses some, leaves. */
  left(tonic: AnyTonic): void;
  /** Another thread has told of a service, by `_ttss__ofService` of this Tonic, whose sparkle runs. */
  heard(tonic: AnyTonic, word: string, said: readonly unknown[]): void;
  /** The handle of a service, without using it. */
  handle(name: string): RemoteHandle;
  /** The Tonic that a service is now, or the handle of that, as far as this thread knows. */
  whoIs(name: string): RemoteHandle | undefined;
  /** Who uses a service, as far as this thread knows. */
  usersOf(name: string): Iterable<RemoteHandle>;
  /** How they end with the app; in another thread than the main one they do not. */
  readonly ending: ServicesEnding | undefined;
}

/** How services end: behind all that may use them, while the main Catalyst finishes. */
export interface ServicesEnding {
  /** Whether a Catalyst that finishes keeps this infusion until the others have left. */
  staysLast(tonic: AnyTonic): boolean;
  /** Some infusion of a Catalyst that finishes has left: if only services are left, they finish too. */
  finishLast(catalyst: AnyTonic): void;
  /** Whether the end of a Catalyst waits for a service that is loaded to hear a last word; then it is told to end again. */
  holdsEnd(catalyst: AnyTonic): boolean;
  /** The main Catalyst leaves: what has not begun by now will not. */
  close(): void;
}
