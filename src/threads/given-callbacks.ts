import type { AnyTonic } from '../core/any-tonic.js';

type Call = (...args: unknown[]) => unknown;

interface Callback {
  readonly call: Call;
  readonly owner: AnyTonic;
}

/** Functions of this thread that another one may call, by number, each with the Tonic that gave it and runs it. */
export class GivenCallbacks {
  readonly #all = new Map<number, Callback>();
  readonly #byOwner = new Map<AnyTonic, Set<number>>();
  #last = 0;

  /** How many the other side holds. */
  get size(): number {
    return this.#all.size;
  }

  /** Numbers a function, from 1. */
  give(call: Call, owner: AnyTonic): number {
    const serial = ++this.#last;
    this.#all.set(serial, { call, owner });
    const own = this.#byOwner.get(owner);
    if (own === undefined) this.#byOwner.set(owner, new Set([serial]));
    else own.add(serial);
    return serial;
  }

  get(serial: number): Callback | undefined {
    return this.#all.get(serial);
  }

  /** Nobody has it any more. */
  drop(serial: number): void {
    const callback = this.#all.get(serial);
    if (callback === undefined) return;
    this.#all.delete(serial);
    const own = this.#byOwner.get(callback.owner)!;
    own.delete(serial);
    if (own.size === 0) this.#byOwner.delete(callback.owner);
  }

  /** A Tonic has finished: what it gave is called no more. */
  ownerLeft(owner: AnyTonic): void {
    for (const serial of this.#byOwner.get(owner) ?? []) this.#all.delete(serial);
    this.#byOwner.delete(owner);
  }

  clear(): void {
    this.#all.clear();
    this.#byOwner.clear();
  }
}
