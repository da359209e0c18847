// The same as busy.mjs, by hand. Between two pieces it could take a message.
import { parentPort } from 'node:worker_threads';
import { ABOUT_100_US, compute } from './compute.mjs';

function piece() {
  compute(10 * ABOUT_100_US);
  setImmediate(piece);
}

parentPort.postMessage('begun');
piece();
