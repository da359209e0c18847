import type { AnyTonic, RemoteHandle } from '../../core/any-tonic.js';
import type { Catalyst, ThreadOptions } from '../../core/catalyst.js';
import { fail, toError } from '../../core/errors.js';
import { Life, failTonic, finishFailed } from '../../core/life.js';
import { Plan, type TonicClass, ofFramework } from '../../core/plan/plan.js';
import { runAs, running } from '../../core/running.js';
import { type Runtime, isRecord } from '../../core/runtime.js';
import { ownerOf } from '../../services/services.js';
import { Tonic } from '../../core/tonic.js';
import type { TonicOptions } from '../../core/options/tonic-options.js';
import { REPORT_EVERY } from './end-reports.js';
import { Packer } from '../packing/packer.js';
import type { Importer, TonicRef } from '../packing/refs.js';
import { type RemoteTonic } from '../remote-tonic.js';
import type { Link } from '../link.js';
import { type Links, ROOT_SERIAL } from '../links.js';
import { unpack } from '../packing/unpacking.js';
import { NOT_LOADED, type ThreadStart } from './thread-data.js';
import { type StartedThread, tellLost } from './thread-manager.js';
import { ThreadLinks } from './thread-links.js';
import type { ThreadMachine } from './thread-machine.js';
import { ThreadMemory } from './thread-memory.js';
import { threadSettings } from './thread-options.js';
import { ExitLimit, Watchdog } from './thread-watch.js';
import type { ThreadEnded, ThreadMessage } from './thread-messages.js';
import { workerThreads } from './thread-worker.js';

/** The class of a Catalyst that runs in a thread. */
export interface ThreadClass extends TonicClass {
  readonly module?: string;
  readonly thread?: ThreadOptions;
}

/** The links of a runtime; the main thread makes them when it starts its first thread. */
function linksOf(runtime: Runtime): ThreadLinks {
  const known = runtime.threads as Links | undefined;
  if (known !== undefined) return known.kind as ThreadLinks;
  const machine = (runtime.testbench?.threadMachine as ThreadMachine | undefined) ?? workerThreads;
  const threads = new ThreadLinks(runtime, new ThreadMemory(0), runtime.main!.queue.limit, machine);
  threads.rootIsThere();
  return threads;
}

/** Starts a Catalyst in a thread of its own. Its base is the running Tonic, or the option `base`. */
export function spawn(catalystClass: ThreadClass, args: readonly unknown[]): RemoteHandle {
  const options = optionsIn(args) ?? {};
  const base = options.base ?? running.tonic;
  if (base === undefined) throw fail('TT_NO_BASE', { class: catalystClass.name });
  if (!Object.hasOwn(catalystClass, 'module')) throw fail('TT_NO_MODULE', { class: catalystClass.name });
  const threads = linksOf((base._ttScheduler as Catalyst<string>).runtime);
  const { name } = options;
  if (name !== undefined && threads.hasName(name)) throw fail('TT_NAME_TAKEN', { name, holder: 'another Catalyst' });
  const thread = threads.memory.newThread();
  try {
    return new (standInFor(catalystClass))(threads, thread, catalystClass, base, args).handle;
  } catch (thrown) {
    threads.links.forget(thread);
    throw thrown;
  }
}

/** The first argument, if it may be options: a plain object. */
function optionsIn([first]: readonly unknown[]): TonicOptions | undefined {
  if (!isRecord(first)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(first);
  return prototype === Object.prototype || prototype === null ? (first as TonicOptions) : undefined;
}

const standIns = new WeakMap<ThreadClass, typeof ThreadTonic>();

/** A subclass with the name of the Catalyst's class, for names and logs. */
function standInFor(catalystClass: ThreadClass): typeof ThreadTonic {
  let standIn = standIns.get(catalystClass);
  if (standIn === undefined) {
    standIn = class extends ThreadTonic {};
    Object.defineProperty(standIn, 'name', { value: catalystClass.name });
    if (catalystClass.service !== undefined)
      Object.assign(standIn, { service: catalystClass.service, standsFor: catalystClass });
    standIns.set(catalystClass, standIn);
  }
  return standIn;
}

/**
 * Represents a Catalyst with a thread of its own in the thread of its base: it is infused, finishes and fails like any
 * Tonic, and lives as long as the thread.
 */
export class ThreadTonic extends Tonic {
  readonly handle: RemoteTonic;
  readonly #links: Links;
  readonly #link: Link;
  readonly #thread: number;
  readonly #module: string;
  readonly #worker: StartedThread | undefined;
  readonly #watchdog: Watchdog | undefined;
  readonly #leaving: ExitLimit;
  #ended: ThreadEnded | undefined;
  #error: Error | undefined;
  #gone = false;
  /** @internal Its class could not be loaded, so starting it again would not help. */
  _ttIsFinal = false;
  /** The time by which it will have ended, as the thread reported. */
  #until = -Infinity;

  constructor(
    threads: ThreadLinks,
    thread: number,
    catalystClass: ThreadClass,
    base: AnyTonic,
    args: readonly unknown[],
  ) {
    const { watchdog, drainTimeout, ...node } = threadSettings(catalystClass);
    // Checked before it is infused, so that a bad class leaves nothing behind.
    const plan = Plan.of(catalystClass);
    const given = optionsIn(args);
    const { base: _, ...options } = given ?? {};
    const crossing = given === undefined ? args : [options, ...args.slice(1)];
    const link = threads.links.add(thread);
    const packer = new Packer(link);
    const packed = crossing.map((argument, at) => packer.pack(argument, at));
    packer.checkMoves();
    super({ base, name: options.name, logMode: options.logMode, logLane: options.logLane, drainTimeout });
    // Only now, because a name that is taken also refuses the call.
    packer.commit();
    link.onEnded = (ended) => this.#onEnded(ended as ThreadEnded);
    link.onEndsWithin = (ms) => (this.#until = this._ttScheduler.clock.now() + ms + REPORT_EVERY);
    this.#leaving = new ExitLimit(this);
    this.#links = threads.links;
    this.#link = link;
    this.#thread = thread;
    this.#module = catalystClass.module!;
    const name = options.name ?? this._ttFullName;
    this.handle = link.handle(ROOT_SERIAL, this.id, name);
    this.handle._ttPlan = plan;
    // Finishing it must finish this Tonic, which has the deadline.
    Object.defineProperty(this.handle, 'ttsc__finish', { value: () => this.ttsc__finish() });
    const start: ThreadStart = {
      module: catalystClass.module!,
      className: catalystClass.name,
      thread,
      id: this.id,
      name,
      isNamed: options.name !== undefined,
      logMode: this.logMode,
      logLane: this._ttLane,
      base: link.tonicRef(base) as ThreadStart['base'],
      owner: ownerOf(this),
      args: packed,
      refs: packer.refs,
      drainTimeout,
      node,
    };
    threads.machine.expect(thread, catalystClass);
    try {
      this.#worker = threads.start(start, packer.moved as never[], (code, error) => this.#onExit(code, error));
    } catch (thrown) {
      // It was infused already, so it fails as it would in its thread.
      queueMicrotask(() => this.#onExit(1, toError(thrown)));
    }
    if (this._ttPlan.service !== undefined) this._ttScheduler.services.entered(this);
    if (watchdog !== false) this.#watchdog = new Watchdog(this, watchdog, threads.memory, link);
  }

  /** @internal Services are entered when the handle exists. */
  override _ttEnterService(): void {}

  override get _ttFace(): AnyTonic {
    return this.handle as unknown as AnyTonic;
  }

  /** @internal The watchdog got no answer in time. */
  stuck(ms: number): void {
    this.#error ??= fail('TT_THREAD_STUCK', { tonic: this.name, ms });
    void this.#worker?.terminate();
  }

  /** Its Catalyst has finished: Node's open resources in the thread must be closed within a time limit. */
  #onEnded(ended: ThreadEnded): void {
    this.#ended = ended;
    this.#watchdog?.stop();
    const timeout = this._ttDrainTimeout;
    if (timeout === Infinity) return;
    // If this Tonic is finishing, its own deadline counts from this progress.
    this.#until = this._ttScheduler.clock.now() + timeout;
    if (this._ttLife === Life.running) this.#leaving.start(timeout);
  }

  /** @internal The thread has not ended in that time. */
  heldOpen(): void {
    const details = { tonic: this.name, phase: 'its end', ms: this._ttDrainTimeout };
    this._ttScheduler.logs.warn(this, fail('TT_ABORTED', details));
    void this.#worker?.terminate();
  }

  #onExit(code: number, why: Error | undefined): void {
    this.#watchdog?.stop();
    this.#leaving.stop();
    if (this.#gone) return;
    this.#error ??= why;
    const lost = this.#links.forget(this.#thread);
    this.#gone = true;
    const error = this.#whyFailed(code);
    if (this._ttLife === Life.ended) return;
    if (error === undefined) {
      this._ttDrained();
      this.ttsc__finish();
      return;
    }
    tellLost(this, this.name, lost);
    const info = { sparkle: this.#ended?.sparkle, state: this.#ended?.state, source: undefined };
    // Otherwise the Catalyst itself has logged the error.
    if (this.#ended === undefined) failTonic(this, error, info);
    else finishFailed(this, error, info);
  }

  #whyFailed(code: number): Error | undefined {
    const tonic = this.name;
    if (this.#ended !== undefined) {
      const { errors, refs } = this.#ended;
      if (refs !== undefined) unpack(errors, refs, this.#importer());
      return errors[0] as Error | undefined;
    }
    const error = this.#error as NodeJS.ErrnoException | undefined;
    if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') return fail('TT_THREAD_OUT_OF_MEMORY', { tonic }, error);
    if (error?.code === 'TT_THREAD_STUCK') return error;
    if (error !== undefined) return this.#failedWith(error);
    return fail('TT_THREAD_EXITED', { tonic, code });
  }

  #failedWith(error: NodeJS.ErrnoException & { [NOT_LOADED]?: boolean }): Error {
    this._ttIsFinal = error[NOT_LOADED] === true;
    delete error[NOT_LOADED];
    const tonic = this.name;
    if (error.code === 'ERR_UNKNOWN_FILE_EXTENSION')
      return fail('TT_NO_LOADER', { tonic, module: this.#module }, error);
    return fail('TT_THREAD_FAILED', { tonic }, error);
  }

  /** The link has no handles any more by then, but the Tonic of the error is known here. */
  #importer(): Importer {
    const link = this.#link;
    const isRoot = ({ thread, serial }: TonicRef): boolean => thread === this.#thread && serial === ROOT_SERIAL;
    return {
      tonicOf: (ref) => (isRoot(ref) ? this.handle : link.tonicOf(ref)),
      sparkleOf: (of, key) => link.sparkleOf(of, key),
      callbackOf: (serial) => link.callbackOf(serial),
      answerOf: (serial) => link.answerOf(serial),
      replyOf: (serial) => link.replyOf(serial),
      serviceOf: (name) => link.serviceOf(name),
    };
  }

  /** @internal The thread is not terminated while it makes progress with its end. */
  override _ttDeadline(): number {
    return this.#gone ? -Infinity : this.#until;
  }

  /** @internal The Catalyst finishes in its thread; then the thread ends. */
  override _ttDrain(): boolean {
    if (this.#gone) return true;
    if (this.#ended === undefined) this.#link.tell({ kind: 'ending' } satisfies ThreadMessage);
    // Called without a source, so that the other thread does not refuse it, whoever has finished this Tonic.
    runAs(undefined, () => this.#link.call(this.handle, 'ttsc__finish', []));
    return false;
  }

  /** @internal */
  override _ttRelease(): void {
    this.#watchdog?.stop();
    this.#leaving.stop();
    if (this.#gone) return;
    this.#gone = true;
    void this.#worker?.terminate();
    this.#links.forget(this.#thread);
  }
}
ofFramework(ThreadTonic);
