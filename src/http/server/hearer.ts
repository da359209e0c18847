import type { AnyTonic } from '../../core/any-tonic.js';
import { fail } from '../../core/errors.js';
import { isBound } from '../../core/plan/bound-sparkle.js';
import type { Sparkle } from '../../core/plan/plan.js';
import { running } from '../../core/running.js';

/** A sparkle that hears something of an exchange. */
export class Hearer {
  readonly tonic: AnyTonic;
  readonly sparkle: Sparkle;

  private constructor(tonic: AnyTonic, sparkle: Sparkle) {
    this.tonic = tonic;
    this.sparkle = sparkle;
  }

  /**
   * The sparkle that was given: one of the Tonic whose sparkle runs, or a reference made with `bind()`.
   *
   * @param what was called, for the error.
   * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`; `TT_NOT_RUNNING` outside of any sparkle.
   */
  static of(given: (...args: never[]) => void, what: string, tonic: AnyTonic | undefined = running.tonic): Hearer {
    const { _ttPlan: plan } = isBound(given) ? given.tonic : {};
    if (isBound(given) && plan !== undefined) return new Hearer(given.tonic, plan.sparkle(given.sparkle));
    if (tonic === undefined) throw fail('TT_NOT_RUNNING', { what, tonic: 'the Tonic that is to hear it' });
    return new Hearer(tonic, tonic._ttOwn(given));
  }

  /** Has it hear, as an order. */
  tell(...args: readonly [a: unknown] | readonly [a: unknown, b: unknown]): void {
    const { tonic, sparkle } = this;
    tonic._ttPlan.dispatcherBeyond(sparkle).call(tonic, ...args);
  }
}
