import { INSPECT } from '../core/lazy-node.js';
import { makeSparklesOnDemand } from '../core/plan/on-demand.js';
import type { Plan } from '../core/plan/plan.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import { type Extras, tellEnd } from '../core/guests/extras.js';

/** What a handle needs of the link to the thread that its Tonic lives in. */
export interface Caller {
  readonly thread: number;
  /** Queues an order over there. The list of arguments is the caller's from now on. */
  call(to: RemoteTonic, key: string, args: unknown[]): void;
}

/**
 * The handle of a Tonic in another thread. There is one in a thread for each such Tonic, so that handles can be compared.
 *
 * It is addressed by thread and serial number. Neither is given twice, so that a handle never reaches another Tonic than its own.
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

  /** @internal It is known to have finished. */
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
