import type { AnyTonic, RemoteHandle, ServiceInfo } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { failTonic, failureInfo, hears, tellNow } from '../core/life.js';
import type { ServiceSource } from './service-class.js';
import { eventName } from '../core/plan/sparkle-names.js';

/** The messages of threads about services: the main Catalyst receives all but the last one, which goes to a user. */
export interface ServiceMessages {
  /** A Tonic of another thread uses a service. */
  use: readonly [
    name: string,
    asked: ServiceSource,
    user: RemoteHandle,
    owner: string | undefined,
    args: readonly unknown[],
    access: number,
  ];
  /** It no longer uses it. */
  unuse: readonly [name: string, user: RemoteHandle];
  /** It calls the service. */
  call: readonly [name: string, key: string, args: unknown[]];
  /** A thread has ended, with all its users. */
  leaveAll: readonly [thread: number];
  /** A service has finished for this user, and for its accesses up to this one. */
  completed: readonly [info: ServiceInfo, access: number];
}

/** Sends a message to a Tonic, in any thread. */
export function sendServiceMessage<W extends keyof ServiceMessages>(
  to: AnyTonic | RemoteHandle,
  word: W,
  ...said: ServiceMessages[W]
): void {
  (to as AnyTonic)._ttss__ofService(word, ...said);
}

/** Whether it is a user's call of a service, for which limits hold as for any order. */
export function isServiceCall(key: string, said: readonly unknown[]): boolean {
  return key === '_ttss__ofService' && said[0] === ('call' satisfies keyof ServiceMessages);
}

/**
 * Tells a user, in one of its sparkles, that a service has finished. If the service has failed and the user has no
 * event for it, the user fails.
 */
export function tellUserCompleted(user: AnyTonic, info: ServiceInfo): void {
  const event = `${eventName(info.service)}Completed`;
  if (hears(user, event)) tellNow(user, event, info);
  else if (info.error !== undefined)
    failTonic(user, fail('TT_SERVICE_FAILED', { service: info.service }, info.error), failureInfo(undefined, user));
}
