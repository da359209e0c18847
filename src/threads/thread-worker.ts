import type { AppConfiguration } from '../config/app-configuration.js';
import {
  MessageChannel,
  type MessagePort,
  Worker,
  type WorkerOptions,
  receiveMessageOnPort,
} from 'node:worker_threads';
import type { LogLane } from '../core/log-lane.js';
import type { LogOptions } from '../log/log-options.js';
import { type Runtime, isRecord } from '../core/runtime.js';
import { crossing } from './thread-configuration.js';
import { START, type ThreadData } from './thread-data.js';
import type { ThreadHub } from './thread-hub.js';
import { threadLogTarget } from './thread-log-target.js';
import type { RunningThread, StartOptions, ThreadMachine } from './thread-machine.js';
import { type ChannelEnd, channelMemory } from './wire.js';

/** The module of the class loads TaskTonic, which then takes over. Whatever bundler has made it, there is no further file to find. */
const ENTRY = `
import { workerData } from 'node:worker_threads';
const module = await import(workerData.tasktonic.module);
const start = globalThis[Symbol.for('${START}')];
if (start === undefined) throw new Error('The module of a Catalyst that has a thread must import tasktonic.');
await start(module);
`;
/** A URL, not `eval`: in a thread that evaluates, Node does not load what `--import` names (hooks of tsx, tracing). */
const ENTRY_URL = new URL(`data:text/javascript,${encodeURIComponent(ENTRY)}`);

/** What the one that starts a thread knows of it; the rest is the same for all. */
export type ThreadStart = Pick<
  ThreadData,
  | 'module'
  | 'className'
  | 'thread'
  | 'id'
  | 'name'
  | 'base'
  | 'owner'
  | 'args'
  | 'refs'
  | 'toParent'
  | 'fromParent'
  | 'drainTimeout'
> & { readonly logMode: LogOptions['default']; readonly logLane: LogLane | undefined };

/** Node's worker threads. */
export const workerThreads: ThreadMachine = {
  isParallel: true,
  newChannel() {
    const { port1, port2 } = new MessageChannel();
    const shared = channelMemory();
    return [
      { port: port1 as ChannelEnd['port'], shared },
      { port: port2 as ChannelEnd['port'], shared },
    ];
  },
  receive: (port) => receiveMessageOnPort(port as MessagePort) as { message: unknown } | undefined,
  start(data, { label, moved, node }) {
    const ends = [data.toParent, data.fromParent, data.toMain, data.fromMain];
    const ports = ends.flatMap((end) => (end?.port as MessagePort | undefined) ?? []);
    return new Worker(ENTRY_URL, {
      name: label,
      workerData: { tasktonic: data },
      transferList: [...ports, ...moved],
      ...(node as WorkerOptions),
    });
  },
};

/** Starts a thread, with its channels to the one that starts it and to the main thread. */
export function startThread(
  hub: ThreadHub,
  runtime: Runtime,
  { logMode, logLane, ...start }: ThreadStart,
  options: StartOptions,
): RunningThread {
  const [toMain, fromMain] = hub.thread === 0 ? [] : channelsWithMain(hub, start.thread);
  const data: ThreadData = {
    ...start,
    parent: hub.thread,
    state: hub.state.buffer,
    toMain,
    fromMain,
    config: crossing(runtime.config as AppConfiguration),
    log: { ...logFor(runtime), default: logMode, lane: logLane },
    waitingLimit: hub.waitingLimit,
  };
  return hub.machine.start(data, options);
}

/** The main thread has a link to every other one: it is given its ends before anybody can speak of the new one. */
function channelsWithMain(hub: ThreadHub, thread: number): [toMain: ChannelEnd, fromMain: ChannelEnd] {
  const [toMain, inlet] = hub.machine.newChannel();
  const [outlet, fromMain] = hub.machine.newChannel();
  const moved = [outlet.port, inlet.port] as MessagePort[];
  hub.tell(0, { kind: 'adopt', thread, outlet, inlet }, moved);
  return [toMain, fromMain];
}

/** A stream or a service of the user's own is in the main thread only. */
function logFor({ config: { data }, log }: Runtime): Omit<ThreadData['log'], 'default'> {
  const { level, slowSparkle, entries } = (isRecord(data['log']) ? data['log'] : {}) as LogOptions;
  return { level, slowSparkle, entries, to: threadLogTarget(log.to) };
}
