import { fail } from '../../core/errors.js';
import { Question } from '../../core/asking/ask.js';

/** What is done for a question, as far as the question knows it. */
export interface OnItsBehalf {
  /** Nobody waits for the answer any more. */
  abandon(): void;
}

/** A request that was made of an HttpClient: it counts as a question of the Tonic that asked. */
export class HttpQuestion extends Question {
  /** @internal */
  _ttCall: OnItsBehalf | undefined = undefined;

  /** Nothing of it is heard from now on; a request that is under way is given up, and its connection closed. */
  override cancel(): void {
    super.cancel();
    this._ttCall?.abandon();
  }

  /** @internal */
  override _ttGiveUp(error: Error): void {
    super._ttGiveUp(error);
    this._ttCall?.abandon();
  }

  /** @internal */
  protected override timedOut(ms: number): Error {
    return fail('TT_HTTP_TIMEOUT', { request: this.sparkle, ms, what: 'whole answer', option: 'timeout' });
  }
}
