import { Catalyst } from '../../core/catalyst.js';
import type { Clock, ClockTimer } from '../../core/time/clock.js';
import { toError } from '../../core/errors.js';
import { exportedClass } from '../../services/exported-class.js';
import type { LogService } from '../../core/log-port.js';
import { coreLogServices } from '../../log/log-services.js';
import type { LogSink } from '../../core/log-sink.js';
import { openLog } from '../../log/log-targets.js';
import { ProcessWatch } from '../../app/process-watch.js';
import { runLoops } from '../../app/run-loops.js';
import { running } from '../../core/running.js';
import { MAIN, Runtime } from '../../core/runtime.js';
import type { Link } from '../link.js';
import { ROOT_SERIAL } from '../links.js';
import { Packer } from '../packing/packer.js';
import { unpack } from '../packing/unpacking.js';
import { crossed } from './thread-configuration.js';
import { DATA, START, type ThreadData } from './thread-data.js';
import { ThreadLinks } from './thread-links.js';
import { ThreadLogSink } from './thread-log-sink.js';
import type { ThreadMachine } from './thread-machine.js';
import { ThreadMemory } from './thread-memory.js';
import { ThreadServices } from './thread-services.js';
import type { ThreadEnded, ThreadMessage } from './thread-messages.js';
import { workerThreads } from './thread-worker.js';

export type CatalystClass = new (...args: unknown[]) => Catalyst<string>;

const data = (globalThis as { [key: symbol]: unknown })[Symbol.for(DATA)] as ThreadData | undefined;

/** Whether this is a thread that was started for a Catalyst. */
export const inThread = data !== undefined;

if (data !== undefined) {
  const start = (module: Readonly<Record<string, unknown>>): (() => Promise<void>) => {
    const CatalystClass = classIn(module, data);
    return async () => runThread(data, CatalystClass, new Runtime(), workerThreads);
  };
  Object.defineProperty(globalThis, Symbol.for(START), { value: start });
}

/** The main function of a thread: it makes its Catalyst, runs it, and reports how it ended. */
export async function runThread(
  given: ThreadData,
  CatalystClass: CatalystClass,
  runtime: Runtime,
  machine: ThreadMachine,
): Promise<void> {
  runtime.thread = given.thread;
  runtime.rootName = given.name;
  runtime.config = crossed(given.config);
  runtime.ledger.beginFor(given.thread, given.id);
  const memory = new ThreadMemory(given.thread, given.memory);
  const threads = new ThreadLinks(runtime, memory, given.waitingLimit, machine);
  const { links } = threads;
  runtime.log = await runtime.held(openThreadLog(given, runtime, threads));
  // From here on orders may arrive; the Catalyst exists before the first one is handled.
  const toMain = threads.connect(0, given.toMain);
  const parent = given.toParent === undefined ? toMain : threads.connect(given.parent, given.toParent);
  runtime.services = new ThreadServices(toMain.handle(ROOT_SERIAL, 0, MAIN));
  runtime.farOwner = given.owner;
  const root = makeRoot(CatalystClass, given, runtime, parent);
  threads.rootIsThere();
  memory.answer(1);
  const watch = runtime.testbench === undefined ? new ProcessWatch(runtime) : undefined;
  try {
    await runLoops(runtime, root, () => {});
    // Orders that still wait to be sent would be lost with the thread.
    const { drainTimeout } = given;
    if (drainTimeout < Infinity) parent.tell({ kind: 'endsWithin', ms: drainTimeout } satisfies ThreadMessage);
    await within(drainTimeout, links.emptied(), runtime.clock);
    tellEnd(parent, root);
  } finally {
    watch?.close();
    await runtime.log.close();
    links.close();
  }
}

/** Waits for a promise, but no longer than this time. */
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

function makeRoot(CatalystClass: CatalystClass, given: ThreadData, runtime: Runtime, parent: Link): Catalyst<string> {
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

/** Opens its log with the settings of the main thread, to whose sink it sends lines that only that one can write. */
async function openThreadLog(given: ThreadData, runtime: Runtime, threads: ThreadLinks): Promise<LogService> {
  const { log, logMode, logLane: lane } = given;
  const tell = (line: string): void => threads.links.get(0)?.tell({ kind: 'log', line } satisfies ThreadMessage);
  const main = (): LogSink => (threads.logSink = new ThreadLogSink(tell, runtime.clock));
  return openLog({ ...log, default: logMode }, runtime, coreLogServices.with({ main }), { lane });
}

/** Tells the starter of the thread how its Catalyst has ended. */
function tellEnd(parent: Link, root: Catalyst<string>): void {
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
  parent.tell(ended, packer.moved);
}
