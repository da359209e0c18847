// The same as idle.mjs, by hand: four workers that wait for messages.
import { Worker } from 'node:worker_threads';
import { tellReady } from '../servers/child.mjs';

let ready = 0;
for (let i = 0; i < 4; i++) {
  const echo = new Worker(new URL('raw-echo.mjs', import.meta.url));
  echo.on('message', () => ++ready === 4 && tellReady());
  echo.postMessage(i);
}
