// The same as batch.mjs with postMessage, a message each.
import { Worker } from 'node:worker_threads';
import { ops, report } from '../micro/report.mjs';
import { isWhatOf, whatOf } from './what.mjs';

const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
let next = 0;

echo.postMessage('ready?');
echo.once('message', () => {
  const started = process.hrtime.bigint();
  for (let i = 0; i < ops; i++) echo.postMessage([i, whatOf(i)]);
  echo.on('message', ([i, what]) => {
    if (i !== next++ || !isWhatOf(what, i)) throw new Error('something else came back');
    if (next < ops) return;
    report(started, ops);
    echo.terminate();
  });
});
