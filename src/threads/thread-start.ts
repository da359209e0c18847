import { isMainThread, workerData } from 'node:worker_threads';
import { Catalyst } from '../core/catalyst.js';
import type { Clock, ClockTimer } from '../core/time/clock.js';
import { toError } from '../core/errors.js';
import { exportedClass } from '../services/exported-class.js';
import type { LogService } from '../core/log-port.js';
import { coreLogServices } from '../log/log-services.js';
import type { LogSink } from '../core/log-sink.js';
import { openLog } from '../log/log-targets.js';
import { ProcessWatch } from '../app/process-watch.js';
import { runLoops } from '../app/run-loops.js';
import { running } from '../core/running.js';
import { Runtime } from '../core/runtime.js';
import { Packer } from './crossing.js';
import { SharedState } from './shared-state.js';
import { crossed } from './thread-configuration.js';
import { START, type ThreadData } from './thread-data.js';
import { ROOT_SERIAL, type ThreadEnded, ThreadHub } from './thread-hub.js';
import type { ThreadLink } from './thread-link.js';
import { ThreadLogSink } from './thread-log-sink.js';
import type { ThreadMachine } from './thread-machine.js';
import { ThreadServices } from './thread-services.js';
import { workerThreads } from './thread-worker.js';
import { unpack } from './unpacking.js';

export type CatalystClass = new (...args: unknown[]) => Catalyst<string>;

const data = isMainThread
  ? undefined
  : ((workerData as { tasktonic?: ThreadData } | null)?.tasktonic as ThreadData | undefined);

/** Whether this is a thread that was started for a Catalyst. */
export const inThread = data !== undefined;

if (data !== undefined) {
  const start = async (module: Readonly<Record<string, unknown>>): Promise<void> =>
    runThread(data, classIn(module, data), new Runtime(), workerThreads);
  Object.defineProperty(globalThis, Symbol.for(START), { value: start });
}

/** The whole life of a thread: it makes its Catalyst, runs it, and tells how it ended. */
export async function runThread(
  given: ThreadData,
  CatalystClass: CatalystClass,
  runtime: Runtime,
  machine: ThreadMachine,
): Promise<void> {
  runtime.thread = given.thread;
  runtime.rootName = given.name;
  runtime.config = crossed(given.config);
  runtime.ledger.giveFirst(given.id);
  const hub = new ThreadHub(runtime, new SharedState(given.thread, given.state), given.waitingLimit, machine);
  runtime.log = await runtime.held(openThreadLog(given, runtime, hub));
  // From here on orders arrive: the Catalyst is there before the next of them.
  const parent = hub.adopt(given.parent, given.toParent, given.fromParent);
  if (given.toMain !== undefined) hub.adopt(0, given.toMain, given.fromMain!);
  runtime.services = new ThreadServices(hub.handle(0, ROOT_SERIAL, 0, 'tt_main_catalyst'));
  runtime.farOwner = given.owner;
  const root = makeRoot(CatalystClass, given, runtime, parent);
  hub.rootIsThere();
  hub.state.answer(1);
  const watch = runtime.testbench === undefined ? new ProcessWatch(runtime, root, false, 0) : undefined;
  try {
    await runLoops(runtime, root, () => {});
    // What waits for the other side to catch up would be lost with the thread.
    const { drainTimeout } = given;
    if (drainTimeout < Infinity) hub.tell(given.parent, { kind: 'endsWithin', ms: drainTimeout });
    await within(drainTimeout, hub.emptied(), runtime.clock);
    tellEnd(parent, root);
  } finally {
    watch?.close();
    await runtime.log.close();
    hub.close();
  }
}

/** Waits for something, and no longer than that. */
async function within(ms: number, something: Promise<void>, clock: Clock): Promise<void> {
  let timer: ClockTimer;
  const late = new Promise<void>((resolve) => {
    if (ms < Infinity) timer = clock.setTimer(resolve, ms);
  });
  await Promise.race([something, late]);
  clock.clearTimer(timer);
}

function classIn(module: Readonly<Record<string, unknown>>, { className, module: url }: ThreadData): CatalystClass {
  const isCatalyst = ({ prototype }: { readonly prototype: unknown }): boolean => prototype instanceof Catalyst;
  return exportedClass(module, className, url, isCatalyst) as CatalystClass;
}

function makeRoot(
  CatalystClass: CatalystClass,
  given: ThreadData,
  runtime: Runtime,
  parent: ThreadLink,
): Catalyst<string> {
  const { thread, serial, id, name } = given.base;
  runtime.farBase = parent.tonicOf({ kind: 'tonic', thread, serial, id, name }) as Runtime['farBase'];
  if (given.refs !== undefined) unpack(given.args, given.refs, parent);
  running.runtime = runtime;
  try {
    return new CatalystClass(...given.args);
  } finally {
    running.runtime = undefined;
  }
}

/** Its log: as that of the main thread, to whose sink it sends what only that can write. */
async function openThreadLog({ log }: ThreadData, runtime: Runtime, hub: ThreadHub): Promise<LogService> {
  const { lane, ...options } = log;
  const main = (): LogSink =>
    (hub.logSink = new ThreadLogSink((line) => hub.tell(0, { kind: 'log', line }), runtime.clock));
  return openLog(options, runtime, coreLogServices.with({ main }), { lane });
}

/** Tells the one that started the thread how its Catalyst has ended. */
function tellEnd(parent: ThreadLink, root: Catalyst<string>): void {
  const { error, failure } = root._ttEnding ?? {};
  const packer = new Packer(parent);
  const errors: unknown[] = error === undefined ? [] : [toError(error)];
  packer.packAll(errors);
  const ended: ThreadEnded = {
    kind: 'ended',
    errors,
    refs: packer.refs,
    sparkle: failure?.sparkle,
    state: failure?.state,
  };
  parent.flush();
  parent.outlet.port.postMessage(ended, packer.moved);
}
