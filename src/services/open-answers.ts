import { Answer } from '../core/asking/answer.js';

/** Below this number answered ones are not removed. */
const FEW = 64;

/**
 * The Answers that one Tonic was given, so that their askers can be told when it ends. They are weak references: its
 * question still notices when nobody references an Answer any more. Answered ones are removed from time to time, so
 * there are at most twice as many as open ones.
 *
 * Under test they are strong references, because garbage collection does not depend on the seed.
 */
export class OpenAnswers {
  #all: { deref(): Answer<unknown> | undefined }[] = [];
  readonly #firmly: boolean;
  #lookAt = FEW;

  constructor(firmly: boolean) {
    this.#firmly = firmly;
  }

  /** How many are kept, including answered ones. */
  get size(): number {
    return this.#all.length;
  }

  /** Adds the Answers among the arguments of an order. */
  add(args: readonly unknown[]): void {
    for (const argument of args) if (Answer._ttIs(argument)) this.#add(argument);
  }

  #add(answer: Answer<unknown>): void {
    if (this.#all.length >= this.#lookAt) {
      this.#all = this.#all.filter((known) => known.deref()?.open === true);
      this.#lookAt = Math.max(this.#all.length * 2, FEW);
    }
    this.#all.push(this.#firmly ? { deref: () => answer } : new WeakRef(answer));
  }

  /** The Tonic has ended. */
  lose(): void {
    const all = this.#all;
    this.#all = [];
    this.#lookAt = FEW;
    for (const answer of all) answer.deref()?._ttLost('TT_ASK_GONE');
  }
}
