import { writeSync } from 'node:fs';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { Durable } from '../../../doors/durable.js';
// Holds a directory until it is killed. Its arguments: the directory, and whether a thread of it does so, which then ends.

const told = { warn: () => {}, failed: () => {} };

if (!isMainThread) {
  Durable.open({ directory: workerData as string }, told);
  parentPort!.postMessage(threadId);
  // A message port that somebody listens to keeps the thread.
  parentPort!.on('message', () => {});
} else {
  const [, , directory, how] = process.argv;
  if (how === 'thread') {
    const worker = new Worker(new URL(import.meta.url), { workerData: directory });
    worker.once('message', () => {
      writeSync(1, 'held by a thread\n');
      void worker.terminate().then(() => writeSync(1, 'the thread has ended\n'));
    });
  } else {
    Durable.open({ directory: directory! }, told);
    writeSync(1, 'held\n');
  }
  setInterval(() => {}, 1_000);
}
