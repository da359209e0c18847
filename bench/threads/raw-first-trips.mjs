// The same as first-trips.mjs with postMessage.
import { Worker } from 'node:worker_threads';
import { ops, tell } from '../micro/report.mjs';
import { cpuMs } from './cpu-ms.mjs';

const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
let began = 0;

echo.on('message', (n) => {
  if (n === 0) began = cpuMs();
  if (n < ops) return echo.postMessage(n + 1);
  tell(ops, cpuMs() - began);
  process.exit();
});
echo.postMessage(0);
