import type { MessagePort, WorkerOptions, receiveMessageOnPort } from 'node:worker_threads';
import { nodeWorkerThreads } from '../../core/lazy-node.js';
import { type Wire, endsOf } from './wire.js';
import { DATA, NOT_LOADED, START } from './thread-data.js';
import type { ThreadMachine } from './thread-machine.js';

/**
 * The code of a thread: the module of the class loads TaskTonic, which then takes over. So it works with any bundler,
 * without a further file.
 */
const ENTRY = `
import { workerData } from 'node:worker_threads';
globalThis[Symbol.for('${DATA}')] = workerData.tasktonic;
let start;
try {
  const module = await import(workerData.tasktonic.module);
  const take = globalThis[Symbol.for('${START}')];
  if (take === undefined) throw new Error('The module of a Catalyst that has a thread must import tasktonic.');
  start = take(module);
} catch (error) {
  if (Object(error) === error) error['${NOT_LOADED}'] = true;
  throw error;
}
await start();
`;
/** A URL and not `eval`: with `eval` Node does not load modules of `--import` (hooks of tsx, tracing). */
const ENTRY_URL = new URL(`data:text/javascript,${encodeURIComponent(ENTRY)}`);

/** Cached, because it is called for each message. */
let receive: typeof receiveMessageOnPort | undefined;
const receiveOn: typeof receiveMessageOnPort = (port) => (receive ??= nodeWorkerThreads().receiveMessageOnPort)(port);

/** The worker threads of Node. */
export const workerThreads: ThreadMachine = {
  isParallel: true,
  newChannel() {
    const { MessageChannel } = nodeWorkerThreads();
    const { port1, port2 } = new MessageChannel();
    return endsOf(port1 as Wire, port2 as Wire);
  },
  receive: (port) => receiveOn(port as MessagePort) as { message: unknown } | undefined,
  expect() {},
  start(data, moved) {
    const ports = [data.toMain, data.toParent].flatMap((end) => (end?.port as MessagePort | undefined) ?? []);
    return new (nodeWorkerThreads().Worker)(ENTRY_URL, {
      name: data.name,
      workerData: { tasktonic: data },
      transferList: [...ports, ...moved],
      ...(data.node as WorkerOptions),
    });
  },
};
