import type { Answer } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';

type Call = (...args: unknown[]) => unknown;

interface Callback {
  readonly call: Call;
  readonly owner: AnyTonic;
}

/** An Answer that another thread may answer. It belongs to no Tonic here, and is removed with the first answer. */
export class PassedAnswer {
  constructor(readonly answer: Answer<unknown>) {}
}

/**
 * The callbacks that this thread has passed to another one, by number: functions, each with the Tonic that runs it, and
 * Answers.
 */
export class PassedCallbacks {
  readonly #all = new Map<number, Callback | PassedAnswer>();
  readonly #byOwner = new Map<AnyTonic, Set<number>>();
  #last = 0;

  /** How many callbacks the other side holds. */
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

  giveAnswer(answer: Answer<unknown>): number {
    this.#all.set(++this.#last, new PassedAnswer(answer));
    return this.#last;
  }

  get(serial: number): Callback | PassedAnswer | undefined {
    return this.#all.get(serial);
  }

  /** The other side no longer references it. */
  released(serial: number): void {
    const given = this.#all.get(serial);
    this.drop(serial);
    if (given instanceof PassedAnswer) given.answer._ttLost('TT_ASK_UNANSWERED');
  }

  /** It was not sent, or is no longer needed. */
  drop(serial: number): void {
    const given = this.#all.get(serial);
    if (given === undefined) return;
    this.#all.delete(serial);
    if (given instanceof PassedAnswer) return;
    const own = this.#byOwner.get(given.owner)!;
    own.delete(serial);
    if (own.size === 0) this.#byOwner.delete(given.owner);
  }

  /** A Tonic has finished: its callbacks are not called any more. */
  ownerLeft(owner: AnyTonic): void {
    for (const serial of this.#byOwner.get(owner) ?? []) this.#all.delete(serial);
    this.#byOwner.delete(owner);
  }

  /** The other thread has ended. */
  clear(): void {
    const all = [...this.#all.values()];
    this.#all.clear();
    this.#byOwner.clear();
    for (const given of all) if (given instanceof PassedAnswer) given.answer._ttLost('TT_ASK_GONE');
  }
}
