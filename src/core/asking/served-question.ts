import { Question } from './ask.js';

/** What is done for a question, as far as the question knows it. */
export interface OnItsBehalf {
  /** Nobody waits for the answer any more: who asked has cancelled the question, or it has ended without an answer. */
  abandon(why: 'cancelled' | 'givenUp'): void;
}

/** A question that the Tonic which was asked works at by itself, and gives up when nobody waits for the answer any more. */
export class ServedQuestion extends Question {
  /** @internal */
  _ttCall: OnItsBehalf | undefined = undefined;

  /** Nothing of it is heard from now on, and what is under way for it is given up. */
  override cancel(): void {
    super.cancel();
    this._ttCall?.abandon('cancelled');
  }

  /** @internal */
  override _ttGiveUp(error: Error): void {
    super._ttGiveUp(error);
    this._ttCall?.abandon('givenUp');
  }
}
