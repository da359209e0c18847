import { INSPECT } from '../core/lazy-node.js';
import { makeSparklesOnDemand } from '../core/plan/dynamic-handle.js';
import type { Plan } from '../core/plan/plan.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import { type Extras, tellEnd } from '../core/features/extras.js';

/** What a handle needs of the link to the thread of its Tonic. */
export interface Caller {
  readonly thread: number;
  /** Queues an order in that thread. The list of arguments belongs to the caller from now on. */
  call(to: RemoteTonic, key: string, args: unknown[]): void;
}

/**
 * The handle of a Tonic in another thread. A thread has one handle for each Tonic, so handles can be compared.
 *
 * It contains the number of the thread and a serial number. Neither is used twice, so a handle never reaches another
 * Tonic.
 */
export class RemoteTonic implements RemoteHandle {
  /** @internal */ readonly _ttCaller: Caller;
  /** @internal */ readonly _ttSerial: number;
  #finished: boolean;
  /** @internal */ _ttExtras: Extras | undefined = undefined;
  /** @internal Known where it was made by `spawn`: what its class does not have is refused at the call. */
  _ttPlan: Plan | undefined = undefined;
  readonly id: number;
  readonly name: string;

  constructor(caller: Caller, serial: number, id: number, name: string, finished = false) {
    this._ttCaller = caller;
    this._ttSerial = serial;
    this.id = id;
    this.name = name;
    this.#finished = finished;
  }

  get thread(): number {
    return this._ttCaller.thread;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** @internal */
  _ttCall(key: string, args: unknown[]): void {
    if (this._ttPlan !== undefined) this._ttPlan.sparkle(key);
    this._ttCaller.call(this, key, args);
  }

  /** @internal The Tonic has finished. */
  _ttHasFinished(): void {
    this.#finished = true;
    tellEnd(this);
  }

  toString(): string {
    return `${this.name} in thread ${this.thread}`;
  }

  toJSON(): object {
    return { id: this.id, name: this.name, thread: this.thread };
  }

  [INSPECT](): string {
    return `Remote<${this.toString()}>`;
  }
}

makeSparklesOnDemand(RemoteTonic);
