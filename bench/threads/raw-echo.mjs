// The same as echo.mjs, by hand: a worker that sends back what it is given.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (message) => parentPort.postMessage(message));
