// The same as batch.mjs with comlink.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { callBatch } from './called-batch.mjs';

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  const echo = wrap(nodeEndpoint(worker));
  await callBatch((i, what) => echo.take(i, what));
  await worker.terminate();
} else {
  expose({ take: (i, what) => [i, what] }, nodeEndpoint(parentPort));
}
