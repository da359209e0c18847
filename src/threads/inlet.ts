import type { Dispatcher, Plan } from '../core/plan/plan.js';
import { DoneCounter, POSTED } from './outlet.js';
import type { ThreadMachine } from './thread-machine.js';
import type { Wire } from './wire.js';

/** The receiving end of a channel from another thread. */
export class Inlet {
  readonly done: DoneCounter;
  /** Tonics of third threads that orders come from, as the sender numbers them. */
  readonly foreign: unknown[] = [];
  /** The names of sparkles by their numbers, as the sender counts them. */
  readonly #names: string[] = [];
  /** The last class that each was for, mostly the only one. */
  readonly #dispatchers: { readonly plan: Plan; readonly call: Dispatcher }[] = [];
  readonly #port: Wire;
  readonly #receiveOn: ThreadMachine['receive'];
  readonly #words: Int32Array;
  /** Batches that were taken, of those that were posted. */
  #taken = 0;
  readonly #take: (message: unknown, inlet: Inlet) => void;

  constructor(
    port: Wire,
    shared: SharedArrayBuffer,
    receive: ThreadMachine['receive'],
    take: (message: unknown, inlet: Inlet) => void,
  ) {
    this.#port = port;
    this.#receiveOn = receive;
    this.#words = new Int32Array(shared);
    this.#take = take;
    this.done = new DoneCounter(shared, port);
    port.on('message', (message) => this.#onMessage(message));
    // The loop of a Catalyst keeps its thread alive, not the way to it.
    port.unref();
  }

  /** Takes the names that the sender uses from now on. */
  learn(names: readonly string[]): void {
    this.#names.push(...names);
  }

  /** The name of a sparkle; -1 is none. */
  name(number: number): string | undefined {
    return this.#names[number];
  }

  /**
   * What a call to a sparkle of a Tonic does.
   * @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`
   */
  dispatcher(plan: Plan, number: number): Dispatcher {
    const known = this.#dispatchers[number];
    if (known !== undefined && known.plan === plan) return known.call;
    const call = plan.dispatcher(plan.sparkle(this.#names[number]!));
    this.#dispatchers[number] = { plan, call };
    return call;
  }

  /** Takes the batches that have arrived, without waiting for the event that tells of them. */
  drain(): void {
    while (this.#taken !== Atomics.load(this.#words, POSTED) && this.#receive());
  }

  /** Takes all that has arrived, what is no batch as well. */
  drainAll(): void {
    while (this.#receive());
  }

  #receive(): boolean {
    const next = this.#receiveOn(this.#port);
    if (next === undefined) return false;
    this.#onMessage(next.message);
    return true;
  }

  #onMessage(message: unknown): void {
    if (Array.isArray(message)) this.#taken = (this.#taken + 1) | 0;
    this.#take(message, this);
  }

  close(): void {
    this.#port.close();
  }
}
