import { INSPECT } from '../core/lazy-node.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import type { Extras } from '../core/features/extras.js';
import { makeSparklesOnDemand } from '../core/plan/dynamic-handle.js';

/** What a handle needs of the services of its thread. */
export interface ServiceCaller {
  /** Queues an order of a service. Calls during a restart wait. */
  callService(name: string, key: string, args: unknown[]): void;
  /** The present Tonic of the service, or its handle; `undefined` if it does not run, or is unknown in this thread. */
  whoIs(name: string): RemoteHandle | undefined;
  /** Whether it is known here to have finished. */
  hasFinished(name: string): boolean;
}

/**
 * The handle of a service; a thread has one for each service. It refers to the service by name, so it still works when
 * the Tonic of the service has failed and was replaced.
 */
export class ServiceHandle implements RemoteHandle {
  /** @internal */ _ttExtras: Extras | undefined = undefined;
  readonly name: string;
  readonly #services: ServiceCaller;

  constructor(services: ServiceCaller, name: string) {
    this.#services = services;
    this.name = name;
  }

  /** The id of the service's present Tonic; -1 if it is unknown here. */
  get id(): number {
    return this.#services.whoIs(this.name)?.id ?? -1;
  }

  get thread(): number {
    return this.#services.whoIs(this.name)?.thread ?? 0;
  }

  get finished(): boolean {
    return this.#services.hasFinished(this.name);
  }

  /** @internal */
  _ttCall(key: string, args: unknown[]): void {
    this.#services.callService(this.name, key, args);
  }

  toString(): string {
    return `service ${this.name}`;
  }

  toJSON(): object {
    return { service: this.name };
  }

  [INSPECT](): string {
    return `Remote<${this.toString()}>`;
  }
}
makeSparklesOnDemand(ServiceHandle);
