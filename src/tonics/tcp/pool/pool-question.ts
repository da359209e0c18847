import { type QuestionWork, ServedQuestion } from '../../../core/asking/served-question.js';

/** What a pool does for a question. */
export interface PoolWork extends QuestionWork {
  /** The time of the question is up: tells how far it has come. */
  timedOut(ms: number): Error;
}

/** A request that was made of a TcpClientPool: it counts as a question of the Tonic that asked. */
export class PoolQuestion extends ServedQuestion {
  /** @internal */
  declare _ttCall: PoolWork | undefined;

  /** @internal */
  protected override timedOut(ms: number): Error {
    return this._ttCall!.timedOut(ms);
  }
}
