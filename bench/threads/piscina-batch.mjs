// The same as batch.mjs with piscina: one worker, which may have as many tasks as there are.
import { isMainThread } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { ops } from '../micro/report.mjs';
import { callBatch } from './called-batch.mjs';

export default (message) => message;

if (isMainThread) {
  const pool = new Piscina({
    filename: import.meta.filename,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: ops,
    atomics: 'disabled',
  });
  await callBatch((i, what) => pool.run([i, what]));
  await pool.destroy();
}
