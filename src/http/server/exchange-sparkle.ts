import type { AnyTonic } from '../../core/any-tonic.js';
import { fail } from '../../core/errors.js';
import { isBound } from '../../core/plan/bound-sparkle.js';
import type { Sparkle } from '../../core/plan/plan.js';
import { running } from '../../core/running.js';

/** A sparkle that is called with an exchange. */
export class ExchangeSparkle {
  readonly tonic: AnyTonic;
  readonly sparkle: Sparkle;

  private constructor(tonic: AnyTonic, sparkle: Sparkle) {
    this.tonic = tonic;
    this.sparkle = sparkle;
  }

  /**
   * Checks a sparkle: it must be one of the Tonic that is running, or a reference made with `bind()`.
   *
   * @param what the caller, for the error.
   * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`; `TT_NOT_RUNNING` outside of any sparkle.
   */
  static of(
    given: (...args: never[]) => void,
    what: string,
    tonic: AnyTonic | undefined = running.tonic,
  ): ExchangeSparkle {
    const { _ttPlan: plan } = isBound(given) ? given.tonic : {};
    if (isBound(given) && plan !== undefined) return new ExchangeSparkle(given.tonic, plan.sparkle(given.sparkle));
    if (tonic === undefined) throw fail('TT_NOT_RUNNING', { what, tonic: 'the Tonic that is to hear it' });
    return new ExchangeSparkle(tonic, tonic._ttOwn(given));
  }

  /** Calls the sparkle, as an order. */
  call(...args: readonly [a: unknown] | readonly [a: unknown, b: unknown]): void {
    const { tonic, sparkle } = this;
    tonic._ttPlan.dispatcherBeyond(sparkle).call(tonic, ...args);
  }
}
