// The same as paced.mjs with postMessage.
import { Worker } from 'node:worker_threads';
import { ops, tell } from '../micro/report.mjs';
import { EVERY_MS, median } from './pace.mjs';

const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
const times = [];
let called = 0;
let at = 0n;

function tick() {
  // One that takes longer than that is waited for.
  if (called === ops || times.length < called) return;
  at = process.hrtime.bigint();
  echo.postMessage(++called);
}

echo.on('message', (n) => {
  if (n === 0) return void setInterval(tick, EVERY_MS);
  if (n !== called) throw new Error('a wrong number came back');
  times.push(Number(process.hrtime.bigint() - at) / 1e6);
  if (n < ops) return;
  tell(ops, median(times));
  process.exit();
});
echo.postMessage(0);
