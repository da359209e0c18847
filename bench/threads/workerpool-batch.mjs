// The same as batch.mjs with workerpool: one worker.
import { isMainThread } from 'node:worker_threads';
import workerpool from 'workerpool';
import { callBatch } from './called-batch.mjs';

if (isMainThread) {
  const pool = workerpool.pool(import.meta.filename, { minWorkers: 1, maxWorkers: 1, workerType: 'thread' });
  await callBatch((i, what) => pool.exec('take', [i, what]));
  await pool.terminate();
} else {
  workerpool.worker({ take: (i, what) => [i, what] });
}
