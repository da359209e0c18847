import { failAnswersOfFinished, runForeignOrder } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';
import type { Catalyst } from '../core/catalyst.js';
import { fail } from '../core/errors.js';
import { running } from '../core/running.js';
import type { Runtime } from '../core/runtime.js';
import type { Threads } from '../core/threads-port.js';
import type { MessageReceiver } from './channel.js';
import { Link, type LinkHost } from './link.js';
import { NamedTonic } from './named-tonic.js';
import { Progress } from './progress.js';
import type { RemoteTonic } from './remote-tonic.js';

/** The name of the Catalyst in a full name. */
function placeIn(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

/** The serial number of the first Catalyst of a thread, which other threads know before it exists. */
export const ROOT_SERIAL = 1;

/** The part that depends on what is linked, such as threads. */
export interface LinkKind {
  /** Connects a link to a thread that was not used before. */
  reach(link: Link): void;
  /** Handles a message that is no batch. */
  control(link: Link, message: unknown): void;
  /** A thread has ended, and its link is closed. */
  forgotten(thread: number): void;
  /** Whether a Catalyst with that name may exist elsewhere. */
  mayKnow(catalyst: string): boolean;
  /**
   * The Tonic that can forward a call to the Catalyst with that name: the first Tonic of its thread, or of a thread
   * that knows more.
   */
  wayTo(catalyst: string): RemoteTonic | undefined;
  /** Describes the Tonics of all threads. */
  dump(): Promise<string>;
}

/** The links of a thread to others, and what other threads know of its Tonics. */
export class Links implements Threads, LinkHost {
  readonly thread: number;
  readonly waitingLimit: number;
  readonly progress = new Progress();
  undelivered = 0;
  /** Orders that wait for other threads, their bytes, and orders that were sent. */
  waiting = 0;
  bytes = 0;
  departed = 0;
  readonly #runtime: Runtime;
  readonly kind: LinkKind;
  readonly #all = new Map<number, Link>();
  readonly #serials = new WeakMap<AnyTonic, number>();
  readonly #tonics = new Map<number, AnyTonic>();
  #lastSerial = ROOT_SERIAL;
  #root: Catalyst<string> | undefined;
  #departing: Link[] = [];
  #flushing = false;
  #closed = false;

  constructor(runtime: Runtime, waitingLimit: number, kind: LinkKind) {
    this.#runtime = runtime;
    this.thread = runtime.thread;
    this.waitingLimit = waitingLimit;
    this.kind = kind;
    runtime.threads = this;
    runtime.ledger.elsewhere = (name) => this.find(name);
  }

  /** The first Catalyst of this thread. */
  get root(): Catalyst<string> {
    return (this.#root ??= this.#runtime.main as Catalyst<string>);
  }

  // ---- The links ----

  /** The link to a thread, which is made at its first use. */
  to(thread: number): Link {
    let link = this.#all.get(thread);
    if (link === undefined) {
      link = this.add(thread);
      this.kind.reach(link);
    }
    return link;
  }

  /** The link to a thread, if there is one. */
  get(thread: number): Link | undefined {
    return this.#all.get(thread);
  }

  /** Adds a link that others will connect. */
  add(thread: number): Link {
    const link = new Link(this, thread);
    this.#all.set(thread, link);
    return link;
  }

  /** The threads that have a link. */
  get threads(): readonly number[] {
    return [...this.#all.keys()];
  }

  /** Takes messages that have arrived. */
  look(): void {
    for (const link of this.#all.values()) link.look();
  }

  /** As {@link look}, but misses nothing. */
  drain(): void {
    for (const link of [...this.#all.values()]) link.drain();
  }

  /**
   * A thread has ended: its handles have finished.
   * @returns the sparkles of orders that it had not carried out.
   */
  forget(thread: number): readonly string[] {
    const link = this.#all.get(thread);
    if (link === undefined) return [];
    const lost = link.close();
    this.#all.delete(thread);
    this.kind.forgotten(thread);
    return lost;
  }

  control(link: Link, message: unknown): void {
    this.kind.control(link, message);
  }

  comesIn(link: MessageReceiver, message: unknown): void {
    this.root._ttComesIn(link, message);
  }

  /** What is kept for other threads; tests check that it becomes empty. */
  get held(): { readonly links: number; readonly callbacks: number; readonly tonics: number } {
    let callbacks = 0;
    for (const link of this.#all.values()) callbacks += link.callbacks;
    return { links: this.#all.size, callbacks, tonics: this.#tonics.size };
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
    for (const link of this.#all.values()) link.left(tonic, serial);
  }

  handle(thread: number, serial: number, id: number, name: string): RemoteTonic {
    return this.to(thread).handleFromThird(serial, id, name);
  }

  service(name: string): unknown {
    return this.#runtime.services!.handle(name);
  }

  // ---- Names ----

  /**
   * The handle of a Tonic of another thread by its full name; `undefined` if no Catalyst has the first part of that
   * name.
   */
  find(name: string): NamedTonic | undefined {
    return this.kind.mayKnow(placeIn(name)) ? new NamedTonic(name, this.callNamed) : undefined;
  }

  /** Calls the Tonic that has that name when the call arrives in its thread. */
  readonly callNamed = (name: string, key: string, args: unknown[]): void => {
    const place = placeIn(name);
    if (place !== this.root.name) {
      const way = this.kind.wayTo(place);
      if (way === undefined) return this.#nobodyNamed(name, args);
      return (way as unknown as AnyTonic)._ttss__named(name, key, args);
    }
    const found = this.#runtime.ledger.find(name.slice(place.length + 1));
    if (found === undefined) return this.#nobodyNamed(name, args);
    if ('_ttPlan' in found) found._ttPlan?.sparkle(key);
    (found as unknown as Record<string, (...args: unknown[]) => void>)[key]!(...args);
    return undefined;
  };

  /** The same for a Tonic of another thread, which becomes the source of the order. */
  callNamedFor(name: string, key: string, args: unknown[]): void {
    runForeignOrder(this.root, args, () => this.callNamed(name, key, args));
  }

  #nobodyNamed(name: string, args: unknown[]): void {
    this.root.logs.warn(this.root, fail('TT_NOBODY_NAMED', { name }));
    failAnswersOfFinished(args);
  }

  // ---- Turns ----

  departs(link: Link): void {
    this.#departing.push(link);
    if (running.order !== undefined || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  /** Orders that arrive after the Catalyst has finished are not carried out. */
  orderRan(): void {
    if (!this.root.finished) this.progress.ran();
  }

  turnEnded(): void {
    if (this.#departing.length > 0) this.#flush();
  }

  hasRoom(): void {
    this.root._ttWake();
  }

  #flush(): void {
    this.#flushing = false;
    const departing = this.#departing;
    this.#departing = [];
    for (let at = 0; at < departing.length; at++) departing[at]!.flush();
  }

  // ---- All links ----

  async dump(): Promise<string> {
    return this.kind.dump();
  }

  /** Resolves when everything was sent. */
  async emptied(): Promise<void> {
    this.#flush();
    await Promise.all([...this.#all.values()].map(async (link) => link.emptied()));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    for (const link of this.#all.values()) link.close();
  }
}
