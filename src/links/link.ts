import { Answer, type Lost } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { FarReply } from '../core/asking/far-reply.js';
import { Reply, type ReplyStep } from '../core/asking/reply.js';
import { isOfLife } from '../core/plan/plan.js';
import { running } from '../core/running.js';
import { isServiceCall } from '../services/service-words.js';
import type { Batch, Notes } from './batch.js';
import type { Channel, Taker } from './channel.js';
import { ForeignSources } from './foreign-sources.js';
import { GivenAnswer, GivenCallbacks } from './given-callbacks.js';
import { Packer } from './packing/packer.js';
import type { Exporter, Ref, TonicRef } from './packing/refs.js';
import type { Progress } from './progress.js';
import { Receiver, type ReceiverHome } from './receiver.js';
import { type Caller, RemoteTonic } from './remote-tonic.js';
import { Sender, type Totals } from './sender.js';

/** What a link needs of the place that it is in. */
export interface LinkHome extends Totals {
  /** The number of this thread. */
  readonly thread: number;
  /** Orders and callbacks for what had finished. */
  undelivered: number;
  /** The most orders that may wait for another thread. */
  readonly waitingLimit: number;
  /** Counts orders as they are carried out. */
  readonly progress: Progress;
  /** The number by which other threads address a Tonic of this one. */
  serialOf(tonic: AnyTonic): number;
  /** The Tonic of this thread with that number, while it is there. */
  tonicWith(serial: number): AnyTonic | undefined;
  /** The handle of a Tonic in any thread; a third one tells of it. */
  handle(thread: number, serial: number, id: number, name: string): RemoteTonic;
  /** The handle of a service. */
  service(name: string): unknown;
  /** Who a callback belongs to that no sparkle gave, and whose queue the orders go through: the Catalyst of this thread. */
  readonly root: AnyTonic & { readonly queue: { readonly size: number } };
  /** Orders wait to leave with the end of this turn. */
  departs(link: Link): void;
  /** Something that waits there may leave now. */
  hasRoom(): void;
  /** A message that is no batch. */
  control(link: Link, message: unknown): void;
  /** Has a link take a message that an event of Node brings: the loop goes on at once with what it has brought. */
  comesIn(link: Taker, message: unknown): void;
}

/** Stands for no Tonic, and marks a callback's number: those of Tonics begin at 1. */
const NOBODY = 0;

/**
 * The link of this thread to one other: what is sent there, the handles of its Tonics, and the callbacks given to it. Orders of one
 * sender keep their order. Until there is a {@link Channel} all waits here.
 */
export class Link implements Caller, Exporter, ReceiverHome {
  readonly thread: number;
  /** Told how the Catalyst of that thread has ended. */
  onEnded: ((ended: { readonly kind: 'ended' }) => void) | undefined;
  /** Told how long its end may still take, in ms. */
  onEndsWithin: ((ms: number) => void) | undefined;
  readonly #home: LinkHome;
  #channel: Channel | undefined;
  /** What waits for the channel and is no order. */
  #unsent: [message: unknown, moved: readonly never[]][] = [];
  readonly #sender: Sender;
  readonly #receiver = new Receiver(this);
  readonly #packer = new Packer(this);
  readonly #handles = new Map<number, RemoteTonic>();
  readonly #told = new Set<number>();
  readonly #given = new GivenCallbacks();
  /** Whom orders come from that this thread passes on for a third one. */
  #foreigners: ForeignSources | undefined;
  #closed = false;
  #departing = false;
  /** The last Tonic that was told of: mostly the next one, too. */
  #lastTold: AnyTonic | undefined;
  #lastSerial = NOBODY;
  /** Tells the other side of callbacks that nobody here has any more. */
  readonly #forgotten = new FinalizationRegistry<number>((serial) => this.#note('released', serial));

  constructor(home: LinkHome, thread: number) {
    this.#home = home;
    this.thread = thread;
    this.#sender = new Sender(home);
  }

  // ---- The channel ----

  /** There is a way now: what has waited for it leaves. */
  connect(channel: Channel): void {
    if (this.#closed) return channel.close();
    this.#channel = channel;
    this.#sender.connect(channel);
    channel.open(this, this.#home);
    for (const [message, moved] of this.#unsent.splice(0)) channel.post(message, moved);
    return this.flush();
  }

  /** Sends a message that is no order; it may pass orders that wait. */
  tell(message: unknown, moved: readonly unknown[] = []): void {
    if (this.#channel !== undefined) this.#channel.post(message, moved as never[]);
    else if (!this.#closed) this.#unsent.push([message, moved as never[]]);
  }

  /** Takes a message that has come. */
  take(message: unknown): void {
    if (!Array.isArray(message)) return this.#home.control(this, message);
    const batch = message as unknown as Batch;
    if (this.#sender.acknowledged(batch[2])) {
      this.flush();
      this.#home.hasRoom();
    }
    this.#receiver.take(batch);
    if (this.#receiver.owesAnswer()) this.#sender.acknowledge(this.#receiver.done);
    return undefined;
  }

  /** Takes what has arrived, without waiting for the event that tells of it. */
  look(): void {
    this.#channel?.look();
  }

  /** The same, to the last of it. */
  drain(): void {
    this.#channel?.drain();
  }

  // ---- Sending ----

  /** Queues an order in the other thread. */
  call(to: RemoteTonic, key: string, args: unknown[]): void {
    if (to.finished || this.#closed) this.#home.undelivered++;
    else this.#put(to._ttSerial, key, args);
  }

  /** The list of arguments is that of this one call: it becomes that of the copies. */
  #put(target: number, key: string, args: unknown[]): void {
    const { waiting } = this.#sender;
    // What a user calls a service or a name with is an order like any other, though it travels as one of the framework's.
    if (waiting >= this.#home.waitingLimit && (!isOfLife(key) || key === '_ttss__named' || isServiceCall(key, args)))
      throw fail('TT_QUEUE_FULL', { catalyst: `thread ${this.thread}`, count: waiting });
    const packer = this.#packer;
    packer.packAll(args);
    const { tonic, sparkle } = running;
    const source = tonic === undefined ? NOBODY : this.#sourceNumber(tonic);
    const isFull = this.#sender.put(target, key, source, sparkle?.key, args, packer.refs, packer.moved);
    // Until the next call it would hold what this one has sent.
    if (packer.refs !== undefined) packer.begin();
    if (isFull) this.#sender.flush(this.#receiver.done);
    if (!this.#departing) this.#departs();
  }

  /** What was put leaves with the end of this turn. */
  #departs(): void {
    this.#departing = true;
    this.#home.departs(this);
  }

  /** Sends what may be sent now. */
  flush(): void {
    this.#departing = false;
    this.#sender.flush(this.#receiver.done);
  }

  /** Resolves when nothing waits here any more. */
  async emptied(): Promise<void> {
    await this.#sender.emptied(this.#receiver.done);
  }

  #sourceNumber(tonic: AnyTonic): number {
    if (tonic === this.#lastTold) return this.#lastSerial;
    return tonic instanceof RemoteTonic ? this.#foreign(tonic) : this.#tellOf(tonic);
  }

  /** The number of a Tonic of this thread; the first time the other side is told who that is. */
  #tellOf(tonic: AnyTonic): number {
    const serial = this.#home.serialOf(tonic);
    if (tonic.id < 0) {
      // It has finished: over there, too, it has, and nobody will tell of that once more.
      (this.#sender.notes.gone ??= []).push(serial);
    } else {
      this.#lastTold = tonic;
      this.#lastSerial = serial;
      if (this.#told.has(serial)) return serial;
      this.#told.add(serial);
    }
    (this.#sender.notes.defined ??= []).push(serial, tonic.id, tonic._ttFullName);
    return serial;
  }

  /** The number of a Tonic of a third thread, below 0, or of none where it lives over there itself and has finished. */
  #foreign(tonic: RemoteTonic): number {
    this.#foreigners ??= new ForeignSources();
    return (
      -1 -
      this.#foreigners.numberOf(tonic, ({ thread, _ttSerial, id, name }, number) =>
        (this.#sender.notes.foreign ??= []).push(number, thread, _ttSerial, id, name),
      )
    );
  }

  /** Something is told besides orders, with the end of this turn. */
  #note(kind: 'gone' | 'released' | 'held', serial: number): void {
    if (this.#closed) return;
    (this.#sender.notes[kind] ??= []).push(serial);
    if (!this.#departing) this.#departs();
  }

  // ---- What can be called, on its way there ----

  tonicRef(tonic: AnyTonic | RemoteTonic): TonicRef {
    const { id } = tonic;
    if (tonic instanceof RemoteTonic)
      return { kind: 'tonic', thread: tonic.thread, serial: tonic._ttSerial, id, name: tonic.name };
    return { kind: 'tonic', thread: this.#home.thread, serial: this.#tellOf(tonic), id, name: tonic._ttFullName };
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

  #tellGone(serial: number): void {
    if (this.#told.delete(serial)) this.#note('gone', serial);
  }

  // ---- Receiving ----

  get undelivered(): number {
    return this.#home.undelivered;
  }

  set undelivered(count: number) {
    this.#home.undelivered = count;
  }

  get progress(): Progress {
    return this.#home.progress;
  }

  get queue(): { readonly size: number } {
    return this.#home.root.queue;
  }

  tonicWith(serial: number): AnyTonic | undefined {
    return this.#home.tonicWith(serial);
  }

  source(serial: number): AnyTonic | undefined {
    return this.#handles.get(serial) as AnyTonic | undefined;
  }

  takeBefore({ defined = [], foreign = [] }: Notes): void {
    for (let at = 0; at < defined.length; at += 3)
      this.handle(defined[at] as number, defined[at + 1] as number, defined[at + 2] as string);
    for (let at = 0; at < foreign.length; at += 5) {
      const [number, thread, serial, id, name] = foreign.slice(at, at + 5) as [number, number, number, number, string];
      this.#receiver.foreign[number] = this.tonicOf({ kind: 'tonic', thread, serial, id, name });
    }
  }

  takeAfter({ gone = [], released = [], held = [] }: Notes): void {
    for (const serial of gone) this.#finished(serial);
    for (const serial of released) this.#given.released(serial);
    for (const serial of held) this.#hold(serial);
  }

  /** Between threads nothing is; what else may lose something tells of it. */
  missing(count: number): void {
    this.#home.undelivered += count;
  }

  carriedOut(done: number): void {
    this.#channel?.tellDone(done);
    if (this.#receiver.owesAnswer()) this.#sender.acknowledge(done);
  }

  /** A third thread has given a Tonic of this one to the other side, which wants to hear of its end. */
  #hold(serial: number): void {
    this.#told.add(serial);
    if (this.#home.tonicWith(serial) === undefined) this.#tellGone(serial);
  }

  callBack(serial: number, args: unknown[]): void {
    const callback = this.#given.get(serial);
    if (callback === undefined) this.#home.undelivered++;
    else if (callback instanceof GivenAnswer) this.#answer(serial, callback, args);
    else callback.owner._ttss__run({ run: () => void callback.call(...args) });
  }

  /** What was given to an Answer over there; the first time ends it. */
  #answer(serial: number, { answer }: GivenAnswer, [error, value]: unknown[]): void {
    this.#given.drop(serial);
    if (typeof error === 'string') answer._ttLost(error as Lost);
    else answer._ttSettle(error as Error | undefined, value);
  }

  // ---- What can be called over there ----

  /** The handle of a Tonic over there, which that thread has told of itself. */
  handle(serial: number, id: number, name: string): RemoteTonic {
    return this.#handles.get(serial) ?? this.#newHandle(serial, id, name);
  }

  /** The same where a third thread tells of it: the one that it lives in is asked to say when it has gone. */
  handleByHearsay(serial: number, id: number, name: string): RemoteTonic {
    const known = this.#handles.get(serial);
    if (known !== undefined) return known;
    const handle = this.#newHandle(serial, id, name);
    this.#note('held', serial);
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
    // It may have finished before it came back.
    return this.#home.tonicWith(serial) ?? new RemoteTonic(this, serial, id, name, true);
  }

  sparkleOf(of: unknown, key: string): unknown {
    const tonic = of as { bind?: (key: string) => unknown } & Record<string, (...args: unknown[]) => void>;
    if (!(of instanceof RemoteTonic)) return tonic.bind!(key);
    return Object.assign((...args: unknown[]) => tonic[key]!(...args), { tonic: of, sparkle: key });
  }

  callbackOf(serial: number, key = 'callback'): (...args: unknown[]) => void {
    const callback = (...args: unknown[]): void => {
      if (this.#closed) this.#home.undelivered++;
      else this.#put(-serial, key, args);
    };
    if (this.#channel?.isParallel === true) this.#forgotten.register(callback, serial);
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
    this.drain();
    this.#closed = true;
    const lost = this.#sender.undone();
    this.#sender.close();
    this.#channel?.close();
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) handle._ttHasFinished();
    this.#given.clear();
    return lost;
  }
}
