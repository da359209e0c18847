// A worker that moves a buffer back, its last byte one higher.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (buffer) => {
  new Uint8Array(buffer)[buffer.byteLength - 1]++;
  parentPort.postMessage(buffer, [buffer]);
});
