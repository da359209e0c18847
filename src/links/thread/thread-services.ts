import type { AnyTonic, RemoteHandle, ServiceInfo } from '../../core/any-tonic.js';
import type { ServicePort } from '../../core/service-port.js';
import { fail } from '../../core/errors.js';
import { extrasOf, tellEnd } from '../../core/features/extras.js';
import { type ServiceCaller, ServiceHandle } from '../../services/service-handle.js';
import type { ServiceClass } from '../../services/service-class.js';
import { type ServiceMessages, tellUserCompleted, sendServiceMessage } from '../../services/service-messages.js';
import { ownerOf, serviceName } from '../../services/services.js';

/**
 * The services of an app as a thread sees them. They live in other threads. All calls to them go through the main
 * Catalyst, so nobody waits for the start of a service, and orders of one sender keep their order.
 */
export class ThreadServices implements ServicePort, ServiceCaller {
  readonly #main: RemoteHandle;
  readonly #handles = new Map<string, ServiceHandle>();
  /** The users of each service in this thread, with the number of the last access of each. */
  readonly #users = new Map<string, Map<AnyTonic, number>>();
  #accesses = 0;
  /** Services whose end the users of this thread were told of. Other services may be running. */
  readonly #ended = new Set<string>();

  constructor(main: RemoteHandle) {
    this.#main = main;
  }

  use(user: AnyTonic, asked: ServiceClass, args: readonly unknown[]): RemoteHandle {
    const name = serviceName(asked);
    const { service, module, name: className } = asked as ServiceClass & { readonly module?: string };
    const source = { module, className, isAbstract: service === undefined };
    const access = ++this.#accesses;
    sendServiceMessage(this.#main, 'use', name, source, user, ownerOf(user), args, access);
    (extrasOf(user).uses ??= new Set()).add(name);
    const users = this.#users.get(name);
    if (users === undefined) this.#users.set(name, new Map([[user, access]]));
    else users.set(user, access);
    return this.handle(name);
  }

  handle(name: string): ServiceHandle {
    // A service whose handle is given out may be running again.
    this.#ended.delete(name);
    let handle = this.#handles.get(name);
    if (handle === undefined) this.#handles.set(name, (handle = new ServiceHandle(this, name)));
    return handle;
  }

  /** A Catalyst that is a service is the first Tonic of its thread. */
  admit(tonic: AnyTonic): void {
    if (tonic._ttBase !== undefined) throw fail('TT_SERVICE_BY_USE', { class: tonic._ttPlan.className });
  }

  /** The main thread knows the service by the Tonic that represents the thread there. */
  entered(): void {}

  left(tonic: AnyTonic): void {
    for (const name of tonic._ttExtras?.uses ?? []) {
      this.#forget(name, tonic);
      sendServiceMessage(this.#main, 'unuse', name, tonic);
    }
  }

  heard(user: AnyTonic, _word: 'completed', said: readonly unknown[]): void {
    const [info, access] = said as ServiceMessages['completed'];
    this.#completed(info, user, access);
    tellUserCompleted(user, info);
  }

  #completed({ service: name, error }: ServiceInfo, user: AnyTonic, access: number): void {
    // It has used the service again since, and so is a user of the next one.
    if (this.#users.get(name)?.get(user) !== access) return;
    user._ttExtras?.uses?.delete(name);
    if (!this.#forget(name, user)) return;
    // This access was refused, and the service continues without it.
    if ((error as { readonly code?: unknown } | undefined)?.code === 'TT_BAD_SERVICE') return;
    const handle = this.handle(name);
    this.#ended.add(name);
    tellEnd(handle);
  }

  /** A Tonic no longer uses a service. True if it was the last user in this thread. */
  #forget(name: string, user: AnyTonic): boolean {
    const users = this.#users.get(name);
    if (users?.delete(user) !== true || users.size > 0) return false;
    return this.#users.delete(name);
  }

  usersOf(name: string): Iterable<AnyTonic> {
    return this.#users.get(name)?.keys() ?? [];
  }

  callService(name: string, key: string, args: unknown[]): void {
    sendServiceMessage(this.#main, 'call', name, key, args);
  }

  whoIs(): undefined {
    return undefined;
  }

  hasFinished(name: string): boolean {
    return this.#ended.has(name);
  }

  /** Services end in their own threads. */
  readonly ending = undefined;
}
