import { INSPECT } from '../core/lazy-node.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import type { Extras } from '../core/guests/extras.js';
import { makeSparklesOnDemand } from '../core/plan/on-demand.js';

/** What a handle asks of the services of its thread. */
export interface ServiceCaller {
  /** Queues an order of a service; what is called while it is started again waits for that. */
  callService(name: string, key: string, args: unknown[]): void;
  /** What is known of who the service is now; `undefined` where it does not run, or in another thread. */
  whoIs(name: string): RemoteHandle | undefined;
  /** Whether it is known here to have finished. */
  hasFinished(name: string): boolean;
}

/**
 * The handle of a service: there is one of each in a thread. It stands for the service by name, so that it goes on working when the Tonic
 * that is the service has failed and another one is started.
 */
export class ServiceHandle implements RemoteHandle {
  /** @internal */ _ttExtras: Extras | undefined = undefined;
  readonly name: string;
  readonly #services: ServiceCaller;

  constructor(services: ServiceCaller, name: string) {
    this.#services = services;
    this.name = name;
  }

  /** The id of the Tonic that is the service now; -1 where that is not known here. */
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
