import { Answer, type Lost, failAnswers, loseAnswers } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';
import { fail, toError } from '../core/errors.js';
import { FarReply } from '../core/asking/far-reply.js';
import { Reply, type ReplyStep } from '../core/asking/reply.js';
import { running } from '../core/running.js';
import { type Sparkle, isOfLife } from '../core/plan/plan.js';
import { isServiceCall } from '../services/service-words.js';
import { Packer } from './crossing.js';
import { ForeignSources } from './foreign-sources.js';
import { GivenAnswer, GivenCallbacks } from './given-callbacks.js';
import { Inlet } from './inlet.js';
import { type Batch, type DoneCounter, HEAD, type Outlet } from './outlet.js';
import type { Exporter, Importer, Ref, Refs, TonicRef } from './refs.js';
import { RemoteTonic, type Sender } from './remote-tonic.js';
import type { ThreadMachine } from './thread-machine.js';
import { unpack } from './unpacking.js';
import type { Wire } from './wire.js';

/** What a link needs of the thread it is in. */
export interface LinkHome {
  /** The number of this thread. */
  readonly thread: number;
  /** Orders and callbacks for what had finished. */
  strays: number;
  /** The most orders that may wait for another thread. */
  readonly waitingLimit: number;
  /** The number by which other threads address a Tonic of this one. */
  serialOf(tonic: AnyTonic): number;
  /** The Tonic of this thread with that number, while it is there. */
  tonicWith(serial: number): AnyTonic | undefined;
  /** The handle of a Tonic in any thread; a third one tells of it. */
  handle(thread: number, serial: number, id: number, name: string): RemoteTonic;
  /** Whether it is told over there that a callback was collected as garbage: under a test no seed would decide when. */
  readonly noticesGarbage: boolean;
  /** Opens a channel to another thread. */
  open(thread: number): Outlet;
  /** The handle of a service. */
  service(name: string): unknown;
  /** Who a callback belongs to that no sparkle gave: the Catalyst of this thread. */
  readonly root: AnyTonic;
  /** Orders wait to leave with the end of this turn. */
  departs(link: ThreadLink): void;
  /** So many orders were queued; tells `done` when they have run. */
  whenRun(count: number, done: DoneCounter): void;
}

/** Stands for no Tonic, and marks a callback's number: those of Tonics begin at 1. */
const NOBODY = 0;

/**
 * The link of this thread to one other thread: what is sent there, the handles of its Tonics, and the callbacks given to it.
 *
 * Each direction is a channel of its own, opened by who sends first; orders of one sender keep their order.
 */
export class ThreadLink implements Sender, Exporter, Importer {
  readonly thread: number;
  /** Told how the Catalyst of that thread has ended. */
  onEnded: ((ended: { readonly kind: 'ended' }) => void) | undefined;
  /** Told how long its end may still take, in ms. */
  onEndsWithin: ((ms: number) => void) | undefined;
  readonly #home: LinkHome;
  readonly #packer = new Packer(this);
  readonly #inlets = new Set<Inlet>();
  readonly #handles = new Map<number, RemoteTonic>();
  readonly #told = new Set<number>();
  readonly #given = new GivenCallbacks();
  /** Whom orders come from that this thread passes on for a third one. */
  #foreigners: ForeignSources | undefined;
  #outlet: Outlet | undefined;
  readonly #sourceSparkles = new Map<string, Sparkle>();
  #closed = false;
  #departing = false;
  /** The last Tonic that was told of: mostly the next one, too. */
  #lastTold: AnyTonic | undefined;
  #lastSerial = NOBODY;
  /** Tells the other side of callbacks that nobody here has any more. */
  readonly #forgotten = new FinalizationRegistry<number>((serial) => this.#released(serial));

  constructor(home: LinkHome, thread: number, outlet?: Outlet) {
    this.#home = home;
    this.thread = thread;
    this.#outlet = outlet;
  }

  /** Where orders leave: a channel that is opened with the first of them. */
  get outlet(): Outlet {
    return (this.#outlet ??= this.#home.open(this.thread));
  }

  /** Sends what may be sent now. */
  flush(): void {
    this.#departing = false;
    this.#outlet?.flush();
  }

  /** Orders that have left here. */
  get departed(): number {
    return this.#outlet?.departed ?? 0;
  }

  /** Resolves when nothing waits here any more. */
  async emptied(): Promise<void> {
    await this.#outlet?.emptied();
  }

  /** Takes all that has arrived, what is no batch as well. */
  drainAll(): void {
    for (const inlet of this.#inlets) inlet.drainAll();
  }

  /** Orders that wait here. */
  get waiting(): number {
    return this.#outlet?.waiting ?? 0;
  }

  /** Bytes of these. */
  get bytes(): number {
    return this.#outlet?.bytes ?? 0;
  }

  // ---- Sending ----

  /** Queues an order in the other thread. */
  send(to: RemoteTonic, key: string, args: unknown[]): void {
    if (to.finished || this.#closed) {
      this.#home.strays++;
      return;
    }
    this.#put(to._ttSerial, key, args);
  }

  /** The list of arguments is that of this one call: it becomes that of the copies. */
  #put(target: number, key: string, args: unknown[]): void {
    const { outlet } = this;
    const { waitingLimit } = this.#home;
    // What a user calls a service with is an order like any other, though it travels as one of the framework's.
    if (outlet.waiting >= waitingLimit && (!isOfLife(key) || isServiceCall(key, args)))
      throw fail('TT_QUEUE_FULL', { catalyst: `thread ${this.thread}`, count: outlet.waiting });
    const packer = this.#packer;
    packer.packAll(args);
    const { tonic, sparkle } = running;
    const source =
      tonic === undefined ? NOBODY : tonic instanceof RemoteTonic ? this.#foreign(tonic) : this.#tell(tonic);
    outlet.put(target, key, source, sparkle?.key, args, packer.refs, packer.moved);
    // Until the next call it would hold what this one has sent.
    if (packer.refs !== undefined) packer.begin();
    this.#departs();
  }

  /** What was put leaves with the end of this turn. */
  #departs(): void {
    if (this.#departing) return;
    this.#departing = true;
    this.#home.departs(this);
  }

  /** The number of a Tonic of this thread; the first time the other side is told who that is. */
  #tell(tonic: AnyTonic): number {
    if (tonic === this.#lastTold) return this.#lastSerial;
    const serial = this.#home.serialOf(tonic);
    if (tonic.id < 0) {
      // It has finished: over there, too, it has, and nobody will tell of that once more.
      (this.outlet.notes.gone ??= []).push(serial);
    } else {
      this.#lastTold = tonic;
      this.#lastSerial = serial;
      if (this.#told.has(serial)) return serial;
      this.#told.add(serial);
    }
    (this.outlet.notes.defined ??= []).push(serial, tonic.id, tonic.name);
    return serial;
  }

  /** The number of a Tonic of a third thread, below 0, or of none where it lives over there itself and has finished. */
  #foreign(tonic: RemoteTonic): number {
    this.#foreigners ??= new ForeignSources();
    return (
      -1 -
      this.#foreigners.numberOf(tonic, ({ thread, _ttSerial, id, name }, number) =>
        (this.outlet.notes.foreign ??= []).push(number, thread, _ttSerial, id, name),
      )
    );
  }

  tonicRef(tonic: AnyTonic | RemoteTonic): Ref {
    const { id, name } = tonic;
    if (tonic instanceof RemoteTonic) return { kind: 'tonic', thread: tonic.thread, serial: tonic._ttSerial, id, name };
    return { kind: 'tonic', thread: this.#home.thread, serial: this.#tell(tonic), id, name };
  }

  callbackRef(call: (...args: unknown[]) => unknown): Ref {
    const { tonic, sparkle } = call as { tonic?: AnyTonic | RemoteTonic; sparkle?: string };
    if (tonic !== undefined && sparkle !== undefined)
      return { kind: 'sparkle', of: this.tonicRef(tonic), key: sparkle };
    const serial = this.#given.give(call, running.tonic ?? this.#home.root);
    return { kind: 'callback', serial };
  }

  answerRef(answer: Answer<unknown>): Ref {
    return { kind: 'answer', serial: this.#given.giveAnswer(answer) };
  }

  /** What is done with it over there runs as an order of its connection; the end of it is the last. */
  replyRef(reply: Reply): Ref {
    const take = (step: unknown, data: unknown): void => {
      if (step === 'end' || step === 'fail') this.#given.drop(serial);
      reply._ttStep(step as ReplyStep, data);
    };
    const serial = this.#given.give(take, reply._ttOwner ?? running.tonic ?? this.#home.root);
    return { kind: 'reply', serial };
  }

  drop(ref: Ref): void {
    if (ref.kind === 'callback' || ref.kind === 'answer' || ref.kind === 'reply') this.#given.drop(ref.serial);
  }

  /** How many callbacks the other side holds. */
  get callbacks(): number {
    return this.#given.size;
  }

  /** A Tonic of this thread has finished. */
  left(tonic: AnyTonic, serial: number | undefined): void {
    this.#given.ownerLeft(tonic);
    if (tonic === this.#lastTold) this.#lastTold = undefined;
    if (serial !== undefined) this.#tellGone(serial);
  }

  #released(serial: number): void {
    if (this.#closed) return;
    (this.outlet.notes.released ??= []).push(serial);
    this.#departs();
  }

  // ---- Receiving ----

  /** Takes what another channel from that thread brings; what is no orders goes to `control`. */
  addInlet(
    port: Wire,
    shared: SharedArrayBuffer,
    receive: ThreadMachine['receive'],
    control: (message: unknown) => void,
  ): void {
    const take = (message: unknown, inlet: Inlet): void => {
      if (Array.isArray(message)) this.#receive(message as unknown as Batch, inlet);
      else control(message);
    };
    this.#inlets.add(new Inlet(port, shared, receive, take));
  }

  /** Takes what has arrived, without waiting for the event that tells of it. */
  drain(): void {
    for (const inlet of this.#inlets) inlet.drain();
  }

  #receive([heads, args, notes]: Batch, inlet: Inlet): void {
    if (notes === undefined) return this.#queueAll(heads, args, inlet);
    const { names = [], defined = [], foreign = [], gone = [], released = [], held = [] } = notes;
    for (let at = 0; at < defined.length; at += 3)
      this.handle(defined[at] as number, defined[at + 1] as number, defined[at + 2] as string);
    for (let at = 0; at < foreign.length; at += 5) {
      const [number, thread, serial, id, name] = foreign.slice(at, at + 5) as [number, number, number, number, string];
      inlet.foreign[number] = this.tonicOf({ kind: 'tonic', thread, serial, id, name });
    }
    inlet.learn(names);
    if (heads.length > 0) this.#queueAll(heads, args, inlet);
    for (const serial of gone) this.#finished(serial);
    for (const serial of released) this.#given.released(serial);
    for (const serial of held) this.#hold(serial);
    return undefined;
  }

  /** Queues the orders of a message, each with its sender as the source. */
  #queueAll(heads: ArrayLike<number>, args: unknown[], inlet: Inlet): void {
    const { tonic, sparkle } = running;
    let next = 0;
    // Mostly all orders of a message come from one sparkle.
    let lastSource = NaN;
    let lastSparkle = NaN;
    try {
      for (let at = 0; at < heads.length; at += HEAD) {
        const source = heads[at + 2]!;
        if (source !== lastSource) running.tonic = this.#sourceTonic(inlet, source);
        const from = heads[at + 3]!;
        if (from !== lastSparkle) running.sparkle = this.#sourceSparkle(inlet, from);
        lastSource = source;
        lastSparkle = from;
        const shape = heads[at + 4]!;
        const end = next + (shape >> 1);
        const refs = (shape & 1) === 1 ? (args[end] as Refs) : undefined;
        this.#queue(heads[at]!, heads[at + 1]!, args, next, end, refs, inlet);
        next = refs === undefined ? end : end + 1;
      }
    } finally {
      running.tonic = tonic;
      running.sparkle = sparkle;
    }
    this.#home.whenRun(heads.length / HEAD, inlet.done);
  }

  #sourceTonic({ foreign }: Inlet, source: number): AnyTonic | undefined {
    return (source < 0 ? foreign[-1 - source] : this.#handles.get(source)) as AnyTonic | undefined;
  }

  #queue(
    target: number,
    key: number,
    args: unknown[],
    from: number,
    to: number,
    refs: Refs | undefined,
    inlet: Inlet,
  ): void {
    if (refs !== undefined || target < 0 || to - from > 2) {
      const own = args.slice(from, to);
      if (refs !== undefined) unpack(own, refs, this);
      if (target < 0) this.#callBack(-target, own);
      else this.#deliver(target, key, inlet, own, 0, own.length);
    } else this.#deliver(target, key, inlet, args, from, to);
  }

  #deliver(target: number, key: number, inlet: Inlet, args: unknown[], from: number, to: number): void {
    const tonic = this.#home.tonicWith(target);
    if (tonic === undefined) {
      this.#home.strays++;
      return loseAnswers(args.slice(from, to));
    }
    try {
      const call = inlet.dispatcher(tonic._ttPlan, key);
      if (to === from) call.call(tonic);
      else if (to - from === 1) call.call(tonic, args[from]);
      else if (to - from === 2) call.call(tonic, args[from], args[from + 1]);
      else call.apply(tonic, args);
    } catch (thrown) {
      // It was called over there: here nobody else can hear of it.
      tonic._ttScheduler.logs.warn(tonic, thrown as Error);
      failAnswers(args.slice(from, to), () => toError(thrown));
    }
  }

  /** A third thread has given a Tonic of this one to the other side, which wants to hear of its end. */
  #hold(serial: number): void {
    this.#told.add(serial);
    const tonic = this.#home.tonicWith(serial);
    if (tonic === undefined) this.#tellGone(serial);
  }

  #tellGone(serial: number): void {
    if (!this.#told.delete(serial) || this.#closed) return;
    (this.outlet.notes.gone ??= []).push(serial);
    this.#departs();
  }

  #callBack(serial: number, args: unknown[]): void {
    const callback = this.#given.get(serial);
    if (callback === undefined) this.#home.strays++;
    else if (callback instanceof GivenAnswer) this.#answer(serial, callback, args);
    else callback.owner._ttss__run({ run: () => void callback.call(...args) });
  }

  /** What was given to an Answer over there; the first time ends it. */
  #answer(serial: number, { answer }: GivenAnswer, [error, value]: unknown[]): void {
    this.#given.drop(serial);
    if (typeof error === 'string') answer._ttLost(error as Lost);
    else answer._ttSettle(error as Error | undefined, value);
  }

  /** What `this.source.sparkle` is read from, one for each name. */
  #sourceSparkle(inlet: Inlet, number: number): Sparkle | undefined {
    const key = inlet.name(number);
    if (key === undefined) return undefined;
    let sparkle = this.#sourceSparkles.get(key);
    if (sparkle === undefined) {
      sparkle = { key, prefix: '', state: undefined, name: key, index: -1, life: false };
      this.#sourceSparkles.set(key, sparkle);
    }
    return sparkle;
  }

  // ---- Handles ----

  /** The handle of a Tonic over there, which that thread has told of itself. */
  handle(serial: number, id: number, name: string): RemoteTonic {
    return this.#handles.get(serial) ?? this.#newHandle(serial, id, name);
  }

  /** The same where a third thread tells of it: the one that it lives in is asked to say when it has gone. */
  handleByHearsay(serial: number, id: number, name: string): RemoteTonic {
    const known = this.#handles.get(serial);
    if (known !== undefined) return known;
    const handle = this.#newHandle(serial, id, name);
    if (this.#closed) return handle;
    (this.outlet.notes.held ??= []).push(serial);
    this.#departs();
    return handle;
  }

  #newHandle(serial: number, id: number, name: string): RemoteTonic {
    const handle = new RemoteTonic(this, serial, id, name, this.#closed);
    if (!this.#closed) this.#handles.set(serial, handle);
    return handle;
  }

  tonicOf({ thread, serial, id, name }: TonicRef): unknown {
    if (thread === this.thread) return this.handle(serial, id, name);
    if (thread !== this.#home.thread) return this.#home.handle(thread, serial, id, name);
    return this.#home.tonicWith(serial) ?? this.#goneTonic(serial, id, name);
  }

  /** A Tonic of this thread has finished before it came back. */
  #goneTonic(serial: number, id: number, name: string): RemoteTonic {
    return new RemoteTonic(this, serial, id, name, true);
  }

  sparkleOf(of: unknown, key: string): unknown {
    const tonic = of as { bind?: (key: string) => unknown } & Record<string, (...args: unknown[]) => void>;
    if (!(of instanceof RemoteTonic)) return tonic.bind!(key);
    return Object.assign((...args: unknown[]) => tonic[key]!(...args), { tonic: of, sparkle: key });
  }

  callbackOf(serial: number, key = 'callback'): (...args: unknown[]) => void {
    const callback = (...args: unknown[]): void => {
      if (this.#closed) this.#home.strays++;
      else this.#put(-serial, key, args);
    };
    if (this.#home.noticesGarbage) this.#forgotten.register(callback, serial);
    return callback;
  }

  serviceOf(name: string): unknown {
    return this.#home.service(name);
  }

  answerOf(serial: number): Answer<unknown> {
    // Of the life cycle by its name: it passes the bound, since questions have one of their own.
    const bring = this.callbackOf(serial, '_ttss__answer');
    return new Answer({ open: true, settle: bring, lost: bring });
  }

  replyOf(serial: number): Reply {
    return new Reply(new FarReply(this.callbackOf(serial, 'reply')));
  }

  #finished(serial: number): void {
    const handle = this.#handles.get(serial);
    if (handle === undefined) return;
    this.#handles.delete(serial);
    handle._ttHasFinished();
  }

  /** The other thread has ended: nothing will arrive there any more. Tells the orders that were not done. */
  close(): string[] {
    if (this.#closed) return [];
    for (const inlet of this.#inlets) inlet.drainAll();
    this.#closed = true;
    const lost = this.#outlet?.undone() ?? [];
    this.#outlet?.close();
    for (const inlet of this.#inlets) inlet.close();
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) handle._ttHasFinished();
    this.#given.clear();
    return lost;
  }
}
