import { Answer } from '../core/asking/answer.js';

/** Below so many nobody looks which of them were given. */
const FEW = 64;

/**
 * The Answers that one Tonic was given, for whoever tells the askers when it goes. They are held weakly: an Answer that nobody keeps is
 * still noticed by its question. Those that were given are let go of from time to time, so that there are at most twice as many as open ones.
 *
 * Under a test they are held firmly: when garbage is collected, no seed decides.
 */
export class OpenAnswers {
  #all: { deref(): Answer<unknown> | undefined }[] = [];
  readonly #firmly: boolean;
  #lookAt = FEW;

  constructor(firmly: boolean) {
    this.#firmly = firmly;
  }

  /** How many are known, given ones among them. */
  get size(): number {
    return this.#all.length;
  }

  /** Notes those among the arguments of an order. */
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

  /** The Tonic has gone. */
  lose(): void {
    const all = this.#all;
    this.#all = [];
    this.#lookAt = FEW;
    for (const answer of all) answer.deref()?._ttLost('TT_ASK_GONE');
  }
}
