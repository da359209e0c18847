// The same as batch.mjs with postMessage, a message each.
import { Worker } from 'node:worker_threads';
import { ops, report } from '../micro/report.mjs';
import { warmUp } from './warm-up.mjs';
import { isWhatOf, whatOf } from './what.mjs';

const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
let next = -warmUp;
let started = 0n;

function batch() {
  started = process.hrtime.bigint();
  for (let i = 0; i < ops; i++) echo.postMessage([i, whatOf(i)]);
}

echo.on('message', ([i, what]) => {
  if (i !== next++ || !isWhatOf(what, i)) throw new Error('something else came back');
  if (next === 0) return batch();
  if (next < ops) return;
  report(started, ops);
  echo.terminate();
});
for (let i = -warmUp; i < 0; i++) echo.postMessage([i, whatOf(i)]);
