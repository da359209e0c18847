import { fail } from '../../core/errors.js';
import { ServedQuestion } from '../../core/asking/served-question.js';

/** A request that was made of an HttpClient: it counts as a question of the Tonic that asked. Cancelled, its connection is closed. */
export class HttpQuestion extends ServedQuestion {
  /** @internal */
  protected override timedOut(ms: number): Error {
    return fail('TT_HTTP_TIMEOUT', { request: this.sparkle, ms, what: 'whole answer', option: 'timeout' });
  }
}
