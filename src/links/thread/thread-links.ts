import { MAIN, type Runtime } from '../../core/runtime.js';
import type { Link } from '../link.js';
import { type LinkKind, Links, ROOT_SERIAL } from '../links.js';
import type { RemoteTonic } from '../remote-tonic.js';
import { EndReports } from './end-reports.js';
import { ThreadBell } from './doorbell.js';
import { ThreadChannel } from './thread-channel.js';
import type { ThreadStart } from './thread-data.js';
import { ThreadDump } from './thread-dump.js';
import { type OnExit, type StartedThread, ThreadManager, forgetThread } from './thread-manager.js';
import { ACK_EVERY, type ThreadLogSink } from './thread-log-sink.js';
import type { ThreadMachine } from './thread-machine.js';
import type { ThreadMemory } from './thread-memory.js';
import type { ThreadMessage } from './thread-messages.js';
import type { ChannelEnd } from './wire.js';
import { unpack } from '../packing/unpacking.js';

/** The links between threads, and their messages besides orders. The main thread manages the others. */
export class ThreadLinks implements LinkKind {
  readonly links: Links;
  readonly memory: ThreadMemory;
  readonly machine: ThreadMachine;
  readonly #runtime: Runtime;
  /** Only in the main thread. */
  readonly #manager: ThreadManager | undefined;
  /** In other threads: the threads that the main thread has started for them. */
  readonly #started = new Map<number, OnExit>();
  /** In the main thread: the characters of each thread's log that were written but not acknowledged. */
  readonly #logged = new Map<number, number>();
  /** In other threads: sends the log to the main thread. */
  logSink: ThreadLogSink | undefined = undefined;
  #endReports: EndReports | undefined;
  readonly #dumps = new Map<number, ThreadDump>();
  #lastAsk = 0;

  constructor(runtime: Runtime, memory: ThreadMemory, waitingLimit: number, machine: ThreadMachine) {
    this.#runtime = runtime;
    this.memory = memory;
    this.machine = machine;
    this.links = new Links(runtime, waitingLimit, this);
    if (runtime.thread !== 0) return;
    const manager = (this.#manager = new ThreadManager(this, runtime));
    runtime.log.onMoved = () => manager.tellLog(this.links.threads);
  }

  /** From now on the loop polls the doorbell before it parks, unless the configuration forbids it. */
  rootIsThere(): void {
    if (!this.machine.isParallel || this.#runtime.get('threads/doorbell') === false) return;
    this.links.root._ttAnswers(new ThreadBell(this.memory, () => this.links.look()));
  }

  /** Connects the link to a thread with a channel. */
  connect(thread: number, end: ChannelEnd): Link {
    const link = this.links.get(thread) ?? this.links.add(thread);
    link.connect(new ThreadChannel(end, thread, this.machine, this.memory));
    return link;
  }

  /** Whether a Catalyst of another thread has that name, as far as this thread knows. */
  hasName(name: string): boolean {
    return this.#manager?.hasName(name) === true;
  }

  /**
   * Starts a thread.
   * @throws what Node throws if it cannot; outside of the main thread `onExit` gets the error.
   */
  start(start: ThreadStart, moved: readonly never[], onExit: OnExit): StartedThread {
    if (this.#manager !== undefined) return this.#manager.start(start, 0, moved, onExit);
    const { thread } = start;
    this.#started.set(thread, onExit);
    this.#tell(0, { kind: 'start', start, moved }, moved);
    return { terminate: () => this.#tell(0, { kind: 'terminate', thread }) };
  }

  reach({ thread }: Link): void {
    if (this.#manager === undefined) this.#tell(0, { kind: 'introduce', thread });
    // Every existing thread has a link to the main thread.
    else this.links.forget(thread);
  }

  mayKnow(catalyst: string): boolean {
    return this.#manager === undefined || catalyst === MAIN || this.#manager.hasName(catalyst);
  }

  wayTo(catalyst: string): RemoteTonic | undefined {
    return this.#manager === undefined ? this.links.to(0).handle(ROOT_SERIAL, 0, MAIN) : this.#manager.named(catalyst);
  }

  control(link: Link, message: unknown): void {
    this.#hear(link.thread, message as ThreadMessage);
  }

  #hear(from: number, word: ThreadMessage): void {
    const { links } = this;
    switch (word.kind) {
      case 'introduce':
        this.#manager!.introduce(from, word.thread);
        break;
      case 'start':
        this.#manager!.startFor(from, word.start, word.moved);
        break;
      case 'terminate':
        this.#manager!.terminate(word.thread);
        break;
      case 'meet':
        this.connect(word.thread, word.end);
        break;
      case 'gone':
        forgetThread(links, word.thread, word.failed);
        break;
      case 'exited':
        if (word.refs !== undefined) unpack(word.errors, word.refs, links.to(from));
        this.#started.get(word.thread)?.(word.code, word.errors[0] as Error | undefined);
        this.#started.delete(word.thread);
        break;
      case 'log':
        this.#runtime.log.forwarded(word.line);
        this.#acknowledge(from, word.line.length);
        break;
      case 'logged':
        this.logSink?.written(word.characters);
        break;
      case 'logTo':
        void this.#runtime.log.follow(word.to).catch(() => {});
        break;
      case 'ping':
        this.memory.answer(word.count);
        break;
      case 'ending':
        (this.#endReports ??= new EndReports(links.root, (ms) => this.#tell(from, { kind: 'endsWithin', ms }))).start();
        break;
      case 'endsWithin':
        links.get(from)?.onEndsWithin?.(word.ms);
        break;
      case 'ended':
        links.get(from)?.onEnded?.(word);
        break;
      case 'dump':
        void this.#dumpFor(from, word.ask, word.all);
        break;
      case 'dumped':
        this.#dumps.get(word.ask)?.take(from, word.text);
    }
  }

  #tell(thread: number, word: ThreadMessage, moved: readonly unknown[] = []): void {
    this.links.get(thread)?.tell(word, moved);
  }

  /** Acknowledges the written log of a thread from time to time. */
  #acknowledge(thread: number, characters: number): void {
    const since = (this.#logged.get(thread) ?? 0) + characters;
    this.#logged.set(thread, since < ACK_EVERY ? since : 0);
    if (since >= ACK_EVERY) this.#tell(thread, { kind: 'logged', characters: since });
  }

  // ---- The tree of all threads ----

  async dump(): Promise<string> {
    const isMain = this.#manager !== undefined;
    const others = isMain ? this.links.threads : [0];
    const dump = new ThreadDump([this.links.thread, ...others], this.#runtime.clock);
    const ask = ++this.#lastAsk;
    this.#dumps.set(ask, dump);
    for (const thread of others) this.#tell(thread, { kind: 'dump', ask, all: !isMain });
    dump.take(this.links.thread, isMain ? this.#runtime.ledger.dump() : undefined);
    const text = await dump.text;
    this.#dumps.delete(ask);
    // The answer of the main thread contains all threads.
    return isMain ? text : text.slice(text.indexOf('\n') + 1);
  }

  async #dumpFor(thread: number, ask: number, all: boolean): Promise<void> {
    const text = all ? await this.dump() : this.#runtime.ledger.dump();
    this.#tell(thread, { kind: 'dumped', ask, text });
  }

  forgotten(thread: number): void {
    for (const dump of this.#dumps.values()) dump.take(thread, undefined);
    this.#logged.delete(thread);
  }
}
