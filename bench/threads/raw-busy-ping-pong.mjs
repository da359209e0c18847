// The same as busy-ping-pong.mjs with postMessage.
import { Worker } from 'node:worker_threads';
import { ops, report } from '../micro/report.mjs';
import { warmUp } from './warm-up.mjs';

const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
const busy = new Worker(new URL('raw-busy.mjs', import.meta.url));
let started = 0n;
let next = -warmUp;

busy.once('message', () => echo.postMessage(next));
echo.on('message', (n) => {
  if (n !== next) throw new Error('a wrong number came back');
  next++;
  if (n === 0) started = process.hrtime.bigint();
  if (n < ops) return echo.postMessage(next);
  report(started, ops);
  echo.terminate();
  busy.terminate();
});
