// The same as batch.mjs for a library whose calls return promises.
import { ops, report } from '../micro/report.mjs';
import { isWhatOf, whatOf } from './what.mjs';

/** @param {(i: number, what: unknown) => PromiseLike<unknown[]>} take calls a function of the worker that returns its arguments */
export async function callBatch(take) {
  await take(0, whatOf(0));
  const calls = new Array(ops);
  const started = process.hrtime.bigint();
  for (let i = 0; i < ops; i++) calls[i] = take(i, whatOf(i));
  for (let i = 0; i < ops; i++) {
    const [number, what] = await calls[i];
    if (number !== i || !isWhatOf(what, i)) throw new Error('something else came back');
  }
  report(started, ops);
}
