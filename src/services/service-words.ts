import type { AnyTonic, RemoteHandle, ServiceInfo } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { failTonic, failureInfo, hears, tellNow } from '../core/life.js';
import type { ServiceSource } from './service-class.js';
import { eventName } from '../core/plan/sparkle-names.js';

/** What threads tell each other of services: the main Catalyst hears all but the last, and a user of a service that. */
export interface ServiceWords {
  /** A Tonic of another thread asks for a service. */
  use: readonly [
    name: string,
    asked: ServiceSource,
    user: RemoteHandle,
    owner: string | undefined,
    args: readonly unknown[],
    access: number,
  ];
  /** It uses it no more. */
  unuse: readonly [name: string, user: RemoteHandle];
  /** It calls it. */
  call: readonly [name: string, key: string, args: unknown[]];
  /** A thread has ended: nobody in it uses any service. */
  leaveAll: readonly [thread: number];
  /** A service has finished, for this user at least: for the last of its accesses up to this one. */
  completed: readonly [info: ServiceInfo, access: number];
}

/** Queues a word at a Tonic, in whichever thread it lives. */
export function tellOfService<W extends keyof ServiceWords>(
  to: AnyTonic | RemoteHandle,
  word: W,
  ...said: ServiceWords[W]
): void {
  (to as AnyTonic)._ttss__ofService(word, ...said);
}

/** Whether it is a user's call of a service, which is bounded as any order is. */
export function isServiceCall(key: string, said: readonly unknown[]): boolean {
  return key === '_ttss__ofService' && said[0] === ('call' satisfies keyof ServiceWords);
}

/** In a sparkle of a user: it hears that a service has finished, or fails where that had failed and nobody hears it. */
export function hearCompleted(user: AnyTonic, info: ServiceInfo): void {
  const event = `${eventName(info.service)}Completed`;
  if (hears(user, event)) tellNow(user, event, info);
  else if (info.error !== undefined)
    failTonic(user, fail('TT_SERVICE_FAILED', { service: info.service }, info.error), failureInfo(undefined, user));
}
