// The same as batch.mjs for a library whose calls return promises.
import { ops, report } from '../micro/report.mjs';
import { warmUp } from './warm-up.mjs';
import { isWhatOf, whatOf } from './what.mjs';

/** @typedef {(i: number, what: unknown) => PromiseLike<unknown[]>} Take calls a function of the worker that returns its arguments */

/** @param {Take} take */
export async function callBatch(take) {
  await batch(take, -warmUp, 0);
  const started = process.hrtime.bigint();
  await batch(take, 0, ops);
  report(started, ops);
}

/**
 * @param {Take} take
 * @param {number} from
 * @param {number} to
 */
async function batch(take, from, to) {
  const calls = [];
  for (let i = from; i < to; i++) calls.push(take(i, whatOf(i)));
  for (let i = from; i < to; i++) {
    const [number, what] = await calls[i - from];
    if (number !== i || !isWhatOf(what, i)) throw new Error('something else came back');
  }
}
