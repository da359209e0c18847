import { ServedQuestion } from '../../../core/asking/served-question.js';
import type { PoolCall } from './pool-call.js';

/** A request that was made of a TcpClientPool: it counts as a question of the Tonic that asked. */
export class PoolQuestion extends ServedQuestion {
  /** @internal */
  declare _ttCall: PoolCall | undefined;

  /** @internal */
  protected override timedOut(ms: number): Error {
    return this._ttCall!.timedOut(ms);
  }
}
