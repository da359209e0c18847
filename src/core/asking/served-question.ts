import { Question } from './ask.js';

/** The work that is done for a question. */
export interface OnItsBehalf {
  /** Nobody waits for the answer any more: the asker has cancelled the question, itself or by a signal, or it has ended without an answer. */
  abandon(why: 'cancelled' | 'givenUp'): void;
}

/** A question whose work is abandoned when nobody waits for the answer any more. */
export class ServedQuestion extends Question {
  /** @internal */
  _ttCall: OnItsBehalf | undefined = undefined;
  #isAborted = false;

  /** Its result is not delivered any more, and its work is abandoned. */
  override cancel(): void {
    super.cancel();
    this._ttCall?.abandon('cancelled');
  }

  /** @internal */
  override signalAborted(signal: AbortSignal): void {
    this.#isAborted = true;
    super.signalAborted(signal);
  }

  /** @internal */
  override _ttGiveUp(error: Error): void {
    super._ttGiveUp(error);
    this._ttCall?.abandon(this.#isAborted ? 'cancelled' : 'givenUp');
  }
}
