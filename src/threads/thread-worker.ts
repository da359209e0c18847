import { type Transferable, Worker } from 'node:worker_threads';
import type { ThreadOptions } from '../core/catalyst.js';
import type { LogLane } from '../core/log-lane.js';
import type { LogOptions } from '../core/log-targets.js';
import { type Runtime, isRecord } from '../core/runtime.js';
import { START, type ThreadData } from './thread-data.js';
import { type ChannelEnd, type ThreadHub, newChannel } from './thread-hub.js';
import { threadLogTarget } from './thread-log-target.js';

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
  | 'args'
  | 'refs'
  | 'toParent'
  | 'fromParent'
  | 'drainTimeout'
> & { readonly logMode: LogOptions['default']; readonly logLane: LogLane | undefined; readonly label: string };

/** Starts the worker of a thread, with its channels to the one that starts it and to the main thread. */
export function startWorker(
  hub: ThreadHub,
  runtime: Runtime,
  { logMode, logLane, label, ...start }: ThreadStart,
  moved: readonly Transferable[],
  resourceLimits: ThreadOptions['resourceLimits'],
): Worker {
  const [toMain, fromMain] = hub.thread === 0 ? [] : channelsWithMain(hub, start.thread);
  const data: ThreadData = {
    ...start,
    parent: hub.thread,
    state: hub.state.buffer,
    toMain,
    fromMain,
    data: plainData(runtime.data),
    log: { ...logFor(runtime), default: logMode, lane: logLane },
    waitingLimit: hub.waitingLimit,
  };
  const ports = [start.toParent, start.fromParent, toMain, fromMain].flatMap((end) => end?.port ?? []);
  return new Worker(ENTRY_URL, {
    name: label,
    workerData: { tasktonic: data },
    transferList: [...ports, ...moved],
    ...(resourceLimits !== undefined && { resourceLimits }),
  });
}

/** The main thread has a link to every other one: it is given its ends before anybody can speak of the new one. */
function channelsWithMain(hub: ThreadHub, thread: number): [toMain: ChannelEnd, fromMain: ChannelEnd] {
  const [toMain, inlet] = newChannel();
  const [outlet, fromMain] = newChannel();
  hub.tell(0, { kind: 'adopt', thread, outlet, inlet }, [outlet.port, inlet.port]);
  return [toMain, fromMain];
}

/** The part of the configuration that can cross: functions and instances of classes stay here. */
function plainData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'function' || typeof value === 'symbol') continue;
    if (!isRecord(value)) plain[key] = value;
    else if (Array.isArray(value)) plain[key] = value.filter((element) => typeof element !== 'function');
    else if (Object.getPrototypeOf(value) === Object.prototype) plain[key] = plainData(value);
  }
  return plain;
}

/** A stream or a service of the user's own is in the main thread only. */
function logFor({ data, log }: Runtime): Omit<ThreadData['log'], 'default'> {
  const { level, slowSparkle, entries } = (isRecord(data['log']) ? data['log'] : {}) as LogOptions;
  return { level, slowSparkle, entries, to: threadLogTarget(log.to) };
}
