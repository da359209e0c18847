// The same as transfer.mjs with postMessage and its list of what is moved.
import { Worker } from 'node:worker_threads';
import { ops, report } from '../micro/report.mjs';
import { SIZE, isLike } from './large.mjs';
import { warmUp } from './warm-up.mjs';

const echo = new Worker(new URL('raw-echo-buffer.mjs', import.meta.url));
let started = 0n;
let moves = 0;

const move = (/** @type {ArrayBuffer} */ buffer) => echo.postMessage(buffer, [buffer]);

echo.on('message', (buffer) => {
  if (!isLike(buffer, ++moves)) throw new Error('another buffer came back');
  if (moves === warmUp) started = process.hrtime.bigint();
  if (moves < warmUp + ops) {
    move(buffer);
    if (buffer.byteLength !== 0) throw new Error('the buffer was not moved');
    return;
  }
  report(started, ops);
  echo.terminate();
});
move(new ArrayBuffer(SIZE));
