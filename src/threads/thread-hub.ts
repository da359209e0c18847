import type { MessagePort, Transferable } from 'node:worker_threads';
import type { AnyTonic } from '../core/any-tonic.js';
import type { Catalyst } from '../core/catalyst.js';
import { running } from '../core/running.js';
import type { Runtime } from '../core/runtime.js';
import { tellOfService } from '../services/service-words.js';
import type { Threads } from '../core/threads-port.js';
import { ThreadBell } from './doorbell.js';
import { EndReports } from './end-reports.js';
import { type DoneCounter, Outlet } from './outlet.js';
import type { Refs } from './refs.js';
import type { RemoteTonic } from './remote-tonic.js';
import type { SharedState } from './shared-state.js';
import { ACK_EVERY, type ThreadLogSink } from './thread-log-sink.js';
import { type ThreadLogTarget, threadLogTarget } from './thread-log-target.js';
import { ThreadDump } from './thread-dump.js';
import type { ThreadMachine } from './thread-machine.js';
import type { ChannelEnd } from './wire.js';
import { type LinkHome, ThreadLink } from './thread-link.js';

/** What threads tell each other besides orders. */
export type Control =
  /** A channel from a thread that begins to talk to you. */
  | { readonly kind: 'meet'; readonly from: number; readonly to: number; readonly end: ChannelEnd }
  /** A thread that another one has started; what you send to it, and what it sends to you. */
  | { readonly kind: 'adopt'; readonly thread: number; readonly outlet: ChannelEnd; readonly inlet: ChannelEnd }
  /** A thread has ended. */
  | { readonly kind: 'dead'; readonly thread: number }
  /** Nothing of a thread runs any more, which may be later where it was ended by force. */
  | { readonly kind: 'exited'; readonly thread: number }
  /** A line of the log. */
  | { readonly kind: 'log'; readonly line: string }
  /** So many characters of your lines were written. */
  | { readonly kind: 'logged'; readonly characters: number }
  /** The log of the app goes elsewhere now. */
  | { readonly kind: 'logTo'; readonly to: ThreadLogTarget }
  /** Are you still there? */
  | { readonly kind: 'ping'; readonly count: number }
  /** What Tonics have you? Or, to the main thread: what have all? */
  | { readonly kind: 'dump'; readonly ask: number; readonly all: boolean }
  | { readonly kind: 'dumped'; readonly ask: number; readonly text: string }
  /** You are to finish: tell from time to time how long that may take. */
  | { readonly kind: 'ending' }
  /** I shall have ended within so many ms, as far as I know now. */
  | { readonly kind: 'endsWithin'; readonly ms: number }
  | ThreadEnded;

/** How a thread's Catalyst has ended: told to the one that started it. */
export interface ThreadEnded {
  readonly kind: 'ended';
  /** One error where it failed, with what is known of the throw. */
  readonly errors: unknown[];
  readonly refs: Refs | undefined;
  readonly sparkle: string | undefined;
  readonly state: string | undefined;
}

/** The serial number of the first Catalyst of a thread: known elsewhere before it is there. */
export const ROOT_SERIAL = 1;

/** Orders of a message that have been queued, and up to where the queue must have run for them to be done. */
interface Mark {
  readonly upTo: number;
  readonly count: number;
  readonly done: DoneCounter;
}

/**
 * What a thread knows of the others: a link to each that it talks to.
 *
 * The main thread has a link to every other one, and introduces two that begin to talk: the first order waits in the channel
 * meanwhile, so nobody waits for the introduction.
 */
export class ThreadHub implements Threads, LinkHome {
  readonly thread: number;
  readonly state: SharedState;
  readonly waitingLimit: number;
  readonly machine: ThreadMachine;
  strays = 0;
  /** Orders that have left for threads that have ended. */
  #departed = 0;
  readonly #runtime: Runtime;
  readonly #links = new Map<number, ThreadLink>();
  readonly #serials = new WeakMap<AnyTonic, number>();
  readonly #tonics = new Map<number, AnyTonic>();
  #lastSerial = ROOT_SERIAL;
  #root: Catalyst<string> | undefined;
  /** In the main thread: who has started a thread that it did not start itself. */
  readonly #startedBy = new Map<number, number>();
  #departing: ThreadLink[] = [];
  #marks: Mark[] = [];
  #flushing = false;
  #closed = false;
  #logMoved = false;
  /** In the main thread: characters of each thread's log that were written and not yet acknowledged. */
  readonly #logged = new Map<number, number>();
  /** In another thread: what sends its log to the main one. */
  logSink: ThreadLogSink | undefined = undefined;
  #endReports: EndReports | undefined;
  readonly #dumps = new Map<number, ThreadDump>();
  #lastAsk = 0;

  constructor(runtime: Runtime, state: SharedState, waitingLimit: number, machine: ThreadMachine) {
    this.machine = machine;
    this.#runtime = runtime;
    this.thread = runtime.thread;
    this.state = state;
    this.waitingLimit = waitingLimit;
    runtime.threads = this;
    runtime.ledger.share(state);
    if (this.thread === 0) runtime.log.onMoved = () => this.#tellLogTo([...this.#links.keys()]);
  }

  get noticesGarbage(): boolean {
    return this.machine.isParallel;
  }

  /** From now on its loop looks at the bell before it parks, unless the configuration says no. */
  rootIsThere(): void {
    if (!this.machine.isParallel || this.#runtime.get('threads/doorbell') === false) return;
    this.root._ttAnswers(new ThreadBell(this.state, () => this.#drain()));
  }

  /** Tells a thread from time to time how much of its log was written. */
  #acknowledge(thread: number, characters: number): void {
    const since = (this.#logged.get(thread) ?? 0) + characters;
    this.#logged.set(thread, since < ACK_EVERY ? since : 0);
    if (since >= ACK_EVERY && this.#links.has(thread)) this.tell(thread, { kind: 'logged', characters: since });
  }

  /** Where the log goes is said in the main thread; what was written until a thread hears of it goes the old way. */
  #tellLogTo(threads: readonly number[]): void {
    const to = threadLogTarget(this.#runtime.log.to);
    this.#logMoved = true;
    for (const thread of threads) this.tell(thread, { kind: 'logTo', to });
  }

  #drain(): void {
    for (const link of this.#links.values()) link.drain();
  }

  /** The first Catalyst of this thread. */
  get root(): Catalyst<string> {
    return (this.#root ??= this.#runtime.main as Catalyst<string>);
  }

  get waiting(): number {
    let waiting = 0;
    for (const link of this.#links.values()) waiting += link.waiting;
    return waiting;
  }

  get bytes(): number {
    let bytes = 0;
    for (const link of this.#links.values()) bytes += link.bytes;
    return bytes;
  }

  get departed(): number {
    let departed = this.#departed;
    for (const link of this.#links.values()) departed += link.departed;
    return departed;
  }

  /** What is held here for other threads: they leave nothing of it behind. */
  get held(): { readonly links: number; readonly callbacks: number; readonly tonics: number } {
    let callbacks = 0;
    for (const link of this.#links.values()) callbacks += link.callbacks;
    return { links: this.#links.size, callbacks, tonics: this.#tonics.size };
  }

  // ---- Tonics ----

  serialOf(tonic: AnyTonic): number {
    let serial = tonic === this.root ? ROOT_SERIAL : this.#serials.get(tonic);
    if (serial !== undefined) return serial;
    serial = ++this.#lastSerial;
    this.#serials.set(tonic, serial);
    if (tonic.id >= 0) this.#tonics.set(serial, tonic);
    return serial;
  }

  tonicWith(serial: number): AnyTonic | undefined {
    if (serial === ROOT_SERIAL) return this.root.finished ? undefined : this.root;
    return this.#tonics.get(serial);
  }

  left(tonic: AnyTonic): void {
    const serial = tonic === this.root ? ROOT_SERIAL : this.#serials.get(tonic);
    if (serial !== undefined) this.#tonics.delete(serial);
    for (const link of this.#links.values()) link.left(tonic, serial);
  }

  handle(thread: number, serial: number, id: number, name: string): RemoteTonic {
    return this.link(thread).handleByHearsay(serial, id, name);
  }

  service(name: string): unknown {
    return this.#runtime.services!.handle(name);
  }

  // ---- Turns ----

  departs(link: ThreadLink): void {
    this.#departing.push(link);
    if (running.order !== undefined || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  whenRun(count: number, done: DoneCounter): void {
    const { root } = this;
    if (root.queue.isEmpty) return done.add(count);
    this.#marks.push({ upTo: root.ran + root.queue.size, count, done });
    return undefined;
  }

  turnEnded(): void {
    if (this.#marks.length > 0) this.#countDone();
    if (this.#departing.length > 0) this.#flush();
  }

  #countDone(): void {
    const { ran } = this.root;
    let at = 0;
    for (let mark = this.#marks[at]; mark !== undefined && mark.upTo <= ran; mark = this.#marks[++at])
      mark.done.add(mark.count);
    if (at > 0) this.#marks.splice(0, at);
  }

  #flush(): void {
    this.#flushing = false;
    const departing = this.#departing;
    this.#departing = [];
    for (const link of departing) link.flush();
  }

  // ---- Links ----

  /** The link to a thread: new where none was spoken with. The main thread knows all that there are: another one has ended. */
  link(thread: number): ThreadLink {
    const known = this.#links.get(thread);
    if (known !== undefined) return known;
    if (this.thread === 0 && this.#knows(thread)) return this.#links.get(thread)!;
    const link = new ThreadLink(this, thread);
    if (this.thread === 0) link.close();
    else this.#links.set(thread, link);
    return link;
  }

  /** A link whose channel another one has opened. */
  adopt(thread: number, outlet: ChannelEnd, inlet: ChannelEnd): ThreadLink {
    const link = new ThreadLink(this, thread, this.#outlet(thread, outlet));
    this.#links.set(thread, link);
    this.#addInlet(thread, inlet);
    return link;
  }

  open(thread: number): Outlet {
    const [mine, theirs] = this.machine.newChannel();
    this.#introduce({ kind: 'meet', from: this.thread, to: thread, end: theirs });
    return this.#outlet(thread, mine);
  }

  #outlet(thread: number, { port, shared }: ChannelEnd): Outlet {
    const ring = (): void => this.state.ring(thread);
    return new Outlet(port, shared, ring, () => this.root._ttWake());
  }

  #addInlet(from: number, { port, shared }: ChannelEnd): void {
    const receive = this.machine.receive;
    this.link(from).addInlet(port, shared, receive, (message) => this.#onControl(from, message as Control));
  }

  /** Sends a message that is no order; it may pass orders that wait. */
  tell(thread: number, message: Control, moved: Transferable[] = []): void {
    this.link(thread).outlet.port.postMessage(message, moved);
  }

  /**
   * Whether a thread is there, in the main thread. Who started it has told of it before anybody else could: but that may still lie in
   * the channel from there.
   */
  #knows(thread: number): boolean {
    if (!this.#links.has(thread)) for (const link of [...this.#links.values()]) link.drainAll();
    return this.#links.has(thread);
  }

  #introduce(message: Control & { kind: 'meet' }): void {
    if (this.thread !== 0) return this.tell(0, message, [message.end.port as MessagePort]);
    if (this.#knows(message.to)) return this.tell(message.to, message, [message.end.port as MessagePort]);
    // It has ended meanwhile.
    message.end.port.close();
    if (message.from !== 0) this.tell(message.from, { kind: 'dead', thread: message.to });
    return undefined;
  }

  #onControl(from: number, message: Control): void {
    switch (message.kind) {
      case 'meet':
        if (message.to === this.thread) this.#addInlet(message.from, message.end);
        else this.#introduce(message);
        break;
      case 'adopt':
        this.adopt(message.thread, message.outlet, message.inlet);
        this.#startedBy.set(message.thread, from);
        // Who has started it may not have heard yet.
        if (this.#logMoved) this.#tellLogTo([message.thread]);
        break;
      case 'dead':
        this.forget(message.thread, from);
        break;
      case 'exited':
        this.exited(message.thread);
        break;
      case 'log':
        this.#runtime.log.forwarded(message.line);
        this.#acknowledge(from, message.line.length);
        break;
      case 'logged':
        this.logSink?.written(message.characters);
        break;
      case 'logTo':
        void this.#runtime.log.follow(message.to).catch(() => {});
        break;
      case 'ping':
        this.state.answer(message.count);
        break;
      case 'dump':
        void this.#dumpFor(from, message.ask, message.all);
        break;
      case 'dumped':
        this.#dumps.get(message.ask)?.take(from, message.text);
        break;
      case 'ending':
        (this.#endReports ??= new EndReports(this.root, (ms) => this.tell(from, { kind: 'endsWithin', ms }))).start();
        break;
      case 'endsWithin':
        this.#links.get(from)?.onEndsWithin?.(message.ms);
        break;
      case 'ended':
        this.#links.get(from)?.onEnded?.(message);
    }
  }

  /**
   * A thread has ended. Its handles have finished, and whoever else has spoken with it is told.
   *
   * @returns the sparkles of orders that it had not done.
   */
  forget(thread: number, from = this.thread): readonly string[] {
    const link = this.#links.get(thread);
    for (const dump of this.#dumps.values()) dump.take(thread, undefined);
    if (this.thread === 0 && link === undefined) return [];
    if (this.thread !== 0 && from !== 0) this.tell(0, { kind: 'dead', thread });
    if (this.thread === 0) {
      for (const other of this.#links.keys())
        if (other !== thread && other !== from) this.tell(other, { kind: 'dead', thread });
    }
    if (link === undefined) return [];
    const lost = link.close();
    // What a thread has said last is done first: it may use a service for the first time.
    const { main } = this.#runtime;
    if (this.thread === 0 && main !== undefined) tellOfService(main, 'leaveAll', thread);
    this.#departed += link.departed;
    this.#links.delete(thread);
    this.#logged.delete(thread);
    for (const child of this.#startedIn(thread)) this.forget(child);
    return lost;
  }

  /**
   * Nothing of a thread runs any more: its names and ids are free. The one that has started it says so, and tells the main thread,
   * which knows what that thread had started in turn.
   */
  exited(thread: number): void {
    this.state.forget(thread);
    if (this.thread !== 0) return this.tell(0, { kind: 'exited', thread });
    for (const child of this.#startedIn(thread)) this.exited(child);
    this.#startedBy.delete(thread);
    return undefined;
  }

  /** In the main thread: those that a thread has started. Node ends them with it, and nobody is left to tell of them. */
  #startedIn(thread: number): number[] {
    return [...this.#startedBy].filter(([, by]) => by === thread).map(([child]) => child);
  }

  // ---- The tree of all ----

  async dump(): Promise<string> {
    const others = this.thread === 0 ? [...this.#links.keys()] : [0];
    const dump = new ThreadDump([this.thread, ...others], this.#runtime.clock);
    const ask = ++this.#lastAsk;
    this.#dumps.set(ask, dump);
    for (const thread of others) this.tell(thread, { kind: 'dump', ask, all: this.thread !== 0 });
    dump.take(this.thread, this.thread === 0 ? this.#runtime.ledger.dump() : undefined);
    const text = await dump.text;
    this.#dumps.delete(ask);
    // The main thread has collected it: its answer is the whole.
    return this.thread === 0 ? text : text.slice(text.indexOf('\n') + 1);
  }

  async #dumpFor(thread: number, ask: number, all: boolean): Promise<void> {
    const text = all ? await this.dump() : this.#runtime.ledger.dump();
    if (this.#links.has(thread)) this.tell(thread, { kind: 'dumped', ask, text });
  }

  /** Resolves when what was said has left. */
  async emptied(): Promise<void> {
    this.#flush();
    await Promise.all([...this.#links.values()].map(async (link) => link.emptied()));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    for (const link of this.#links.values()) link.close();
  }
}
