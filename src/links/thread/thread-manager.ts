import type { AppConfiguration } from '../../config/app-configuration.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import { countedNames } from '../../core/features/counted-names.js';
import { fail, toError } from '../../core/errors.js';
import { type Runtime, isRecord } from '../../core/runtime.js';
import type { LogOptions } from '../../log/log-options.js';
import { sendServiceMessage } from '../../services/service-messages.js';
import { type Links, ROOT_SERIAL } from '../links.js';
import { Packer } from '../packing/packer.js';
import type { RemoteTonic } from '../remote-tonic.js';
import type { ChannelEnd } from './wire.js';
import { crossing } from './thread-configuration.js';
import type { ThreadData, ThreadStart } from './thread-data.js';
import { threadLogTarget } from './thread-log-target.js';
import type { ThreadMachine } from './thread-machine.js';
import type { ThreadMemory } from './thread-memory.js';
import type { ThreadMessage } from './thread-messages.js';

/** Called when a thread has ended: with its exit code, and the error if Node reports one. */
export type OnExit = (code: number, error: Error | undefined) => void;

/** A thread that was started. */
export interface StartedThread {
  terminate(): unknown;
}

/** What the ThreadManager needs of the main thread's links. */
export interface ThreadManagerHost {
  readonly links: Links;
  readonly machine: ThreadMachine;
  readonly memory: ThreadMemory;
  connect(thread: number, end: ChannelEnd): void;
}

interface KeptThread extends StartedThread {
  readonly starter: number;
  /** The id of its Catalyst. */
  readonly id: number;
  readonly name: string;
  readonly onExit: OnExit;
  /** The threads that have a channel to it, besides this one and its starter. */
  readonly acquainted: Set<number>;
}

/**
 * The tasks of the main thread: it starts all threads, also for others; it connects two threads that want to talk; and
 * it tells the connected threads when one has ended.
 */
export class ThreadManager {
  readonly #home: ThreadManagerHost;
  readonly #links: Links;
  readonly #runtime: Runtime;
  readonly #threads = new Map<number, KeptThread>();
  /** The threads by the names of their Catalysts. */
  readonly #byName = new Map<string, number>();
  /** Whether the log of the app goes to another place than its configuration says. */
  logMoved = false;

  constructor(home: ThreadManagerHost, runtime: Runtime) {
    this.#home = home;
    this.#links = home.links;
    this.#runtime = runtime;
  }

  /** Whether a Catalyst of another thread has that name. */
  hasName(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The Catalyst of another thread with that name. */
  named(name: string): RemoteTonic | undefined {
    const thread = this.#byName.get(name);
    if (thread === undefined) return undefined;
    return this.#links.get(thread)?.handle(ROOT_SERIAL, this.#threads.get(thread)!.id, name);
  }

  /**
   * Starts a thread, with channels to this thread and to its starter.
   * @param onExit called at its end, after all its messages were taken.
   * @throws what Node throws if it cannot start the thread.
   */
  start(start: ThreadStart, starter: number, moved: readonly never[], onExit: OnExit): StartedThread {
    const { thread, name, isNamed } = start;
    if (starter !== 0 && isNamed && (this.#byName.has(name) || this.#runtime.ledger.find(name) !== undefined))
      throw fail('TT_NAME_TAKEN', { name, holder: 'another Catalyst' });
    const toMain = this.#channel(thread);
    const toParent = starter === 0 ? undefined : this.#introduceTo(starter, thread);
    const data: ThreadData = {
      ...start,
      parent: starter,
      memory: this.#home.memory.buffer,
      toMain,
      toParent,
      config: crossing(this.#runtime.config as AppConfiguration),
      log: logFor(this.#runtime),
      waitingLimit: this.#links.waitingLimit,
    };
    const worker = this.#home.machine.start(data, moved);
    let error: Error | undefined;
    worker.on('error', (thrown) => (error ??= toError(thrown)));
    worker.on('exit', (code) => this.#exited(thread, code, error));
    const kept: KeptThread = {
      starter,
      id: start.id,
      name,
      onExit,
      acquainted: new Set(),
      terminate: () => worker.terminate(),
    };
    this.#threads.set(thread, kept);
    this.#byName.set(name, thread);
    return kept;
  }

  /** Starts a thread for another thread, and sends that one the result. */
  startFor(starter: number, start: ThreadStart, moved: readonly never[]): void {
    const { thread } = start;
    const tell: OnExit = (code, error) => {
      const link = this.#links.get(starter);
      if (link === undefined) return;
      const packer = new Packer(link);
      const errors: unknown[] = error === undefined ? [] : [error];
      packer.packAll(errors);
      link.tell({ kind: 'exited', thread, code, errors, refs: packer.refs } satisfies ThreadMessage, packer.moved);
    };
    try {
      this.start(start, starter, moved, tell);
    } catch (thrown) {
      this.#links.forget(thread);
      tell(1, toError(thrown));
    }
  }

  terminate(thread: number): void {
    void this.#threads.get(thread)?.terminate();
  }

  /** A thread wants to talk to another one: each gets an end of a channel. */
  introduce(one: number, other: number): void {
    // The message about the start of the other thread may still be in the channel of its starter.
    if (!this.#threads.has(other)) this.#links.drain();
    const known = this.#threads.get(other);
    if (known === undefined) return this.#tell(one, { kind: 'gone', thread: other, failed: false });
    // Both may have asked at the same time.
    if (known.acquainted.has(one)) return undefined;
    known.acquainted.add(one);
    this.#threads.get(one)?.acquainted.add(other);
    const end = this.#introduceTo(one, other);
    return this.#tell(other, { kind: 'meet', thread: one, end }, [end.port]);
  }

  /** Tells a thread where its log goes from now on. */
  tellLog(threads: readonly number[]): void {
    const to = threadLogTarget(this.#runtime.log.to);
    this.logMoved = true;
    for (const thread of threads) this.#tell(thread, { kind: 'logTo', to });
  }

  /** Makes a channel between this thread and another one, and returns the other end. */
  #channel(thread: number): ChannelEnd {
    const [mine, theirs] = this.#home.machine.newChannel();
    this.#home.connect(thread, mine);
    // The target of the log may have changed since the configuration was read.
    if (this.logMoved) this.tellLog([thread]);
    return theirs;
  }

  /** Sends a thread its end of a channel to another one, and returns the other end. */
  #introduceTo(one: number, other: number): ChannelEnd {
    const [its, theirs] = this.#home.machine.newChannel();
    this.#tell(one, { kind: 'meet', thread: other, end: its }, [its.port]);
    return theirs;
  }

  #tell(thread: number, word: ThreadMessage, moved: readonly unknown[] = []): void {
    this.#links.get(thread)?.tell(word, moved);
  }

  #exited(thread: number, code: number, error: Error | undefined): void {
    const kept = this.#threads.get(thread);
    // It was terminated, and was removed then.
    if (kept === undefined) return;
    const { starter, name, onExit, acquainted } = kept;
    this.#threads.delete(thread);
    this.#byName.delete(name);
    // The last messages of a thread are handled first: they may use a service for the first time.
    this.#links.get(thread)?.drain();
    const { main } = this.#runtime;
    if (main !== undefined) sendServiceMessage(main, 'leaveAll', thread);
    const failed = code !== 0 || error !== undefined;
    for (const other of acquainted) this.#tell(other, { kind: 'gone', thread, failed });
    if (starter !== 0) forgetThread(this.#links, thread, failed);
    onExit(code, error);
    // The threads that it had started are not needed any more.
    for (const [child, { starter: by }] of this.#threads) {
      if (by !== thread) continue;
      this.terminate(child);
      this.#exited(child, 1, undefined);
    }
  }
}

/** A thread that another thread had started has ended: reports the orders that were lost with it. */
export function forgetThread(links: Links, thread: number, failed: boolean): void {
  const lost = links.forget(thread);
  if (failed) tellLost(links.root, `thread ${thread}`, lost);
}

/** Names the sparkles of lost orders in the log. */
export function tellLost(by: AnyTonic, tonic: string, lost: readonly string[]): void {
  if (lost.length === 0) return;
  const details = { count: lost.length, tonic, sparkles: countedNames(lost) };
  by._ttScheduler.logs.warn(by, fail('TT_ORDERS_LOST', details));
}

/** A stream or a log service of the user exists in the main thread only. */
function logFor({ config: { data }, log }: Runtime): ThreadData['log'] {
  const { level, slowSparkle, entries } = (isRecord(data['log']) ? data['log'] : {}) as LogOptions;
  return { level, slowSparkle, entries, to: threadLogTarget(log.to) };
}
