// The same as many.mjs with workers that import the package, too.
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import '../servers/tasktonic.mjs';
import { ops, tell } from '../micro/report.mjs';

function main() {
  const began = performance.now();
  let left = ops;
  for (let n = 0; n < ops; n++) {
    const worker = new Worker(new URL(import.meta.url));
    worker.postMessage(n);
    worker.on('message', (twice) => {
      if (twice !== 2 * n) throw new Error('a wrong number came back');
      worker.postMessage('finish');
    });
    worker.on('exit', () => {
      if (--left === 0) tell(ops, performance.now() - began);
    });
  }
}

if (isMainThread) main();
else parentPort.on('message', (n) => (n === 'finish' ? parentPort.close() : parentPort.postMessage(2 * n)));
