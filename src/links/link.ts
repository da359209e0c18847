import { Answer, type NoAnswerReason } from '../core/asking/answer.js';
import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { RemoteReply } from '../core/asking/remote-reply.js';
import { Reply, type ReplyStep } from '../core/asking/reply.js';
import { isOfLife } from '../core/plan/plan.js';
import { running } from '../core/running.js';
import { isServiceCall } from '../services/service-messages.js';
import type { Batch, Notes } from './batch.js';
import type { Channel, MessageReceiver } from './channel.js';
import { ForeignSources } from './foreign-sources.js';
import { PassedAnswer, PassedCallbacks } from './passed-callbacks.js';
import { Packer } from './packing/packer.js';
import type { Exporter, Ref, TonicRef } from './packing/refs.js';
import type { Progress } from './progress.js';
import { Receiver, type ReceiverHost } from './receiver.js';
import { type Caller, RemoteTonic } from './remote-tonic.js';
import { Sender, type Totals } from './sender.js';

/** What a link needs of its thread. */
export interface LinkHost extends Totals {
  /** The number of this thread. */
  readonly thread: number;
  /** The count of orders and callbacks for Tonics that had finished. */
  undelivered: number;
  /** The most orders that may wait for another thread. */
  readonly waitingLimit: number;
  /** Counts orders as they are carried out. */
  readonly progress: Progress;
  /** The number by which other threads address a Tonic of this one. */
  serialOf(tonic: AnyTonic): number;
  /** The Tonic of this thread with that number, as long as it lives. */
  tonicWith(serial: number): AnyTonic | undefined;
  /** The handle of a Tonic in any thread, which a third thread has named. */
  handle(thread: number, serial: number, id: number, name: string): RemoteTonic;
  /** The handle of a service. */
  service(name: string): unknown;
  /** The Catalyst of this thread: it owns callbacks that no sparkle passed, and its queue takes the orders. */
  readonly root: AnyTonic & { readonly queue: { readonly size: number } };
  /** Orders wait to be sent at the end of this turn. */
  departs(link: Link): void;
  /** The link can send again. */
  hasRoom(): void;
  /** Handles a message that is no batch. */
  control(link: Link, message: unknown): void;
  /** Passes a message that an event of Node brought to the link, and lets the loop continue at once. */
  comesIn(link: MessageReceiver, message: unknown): void;
}

/** Stands for no Tonic, and marks the number of a callback: serials of Tonics begin at 1. */
const NOBODY = 0;

/**
 * The link of this thread to another one: the messages to it, the handles of its Tonics, and the callbacks passed to
 * it. Orders of one sender keep their order. Until there is a {@link Channel}, everything waits here.
 */
export class Link implements Caller, Exporter, ReceiverHost {
  readonly thread: number;
  /** Called when the Catalyst of that thread has ended, with the result. */
  onEnded: ((ended: { readonly kind: 'ended' }) => void) | undefined;
  /** Called with the time that the end of that thread may still take, in ms. */
  onEndsWithin: ((ms: number) => void) | undefined;
  readonly #host: LinkHost;
  #channel: Channel | undefined;
  /** Messages that wait for the channel, besides orders. */
  #unsent: [message: unknown, moved: readonly never[]][] = [];
  readonly #sender: Sender;
  readonly #receiver = new Receiver(this);
  readonly #packer = new Packer(this);
  readonly #handles = new Map<number, RemoteTonic>();
  readonly #told = new Set<number>();
  readonly #given = new PassedCallbacks();
  /** The Tonics of third threads whose orders this thread forwards. */
  #foreigners: ForeignSources | undefined;
  #closed = false;
  #departing = false;
  /** The Tonic that was announced last: mostly it is also the next one. */
  #lastTold: AnyTonic | undefined;
  #lastSerial = NOBODY;
  /** Tells the other side which of its callbacks are no longer referenced here. */
  readonly #forgotten = new FinalizationRegistry<number>((serial) => this.#note('released', serial));

  constructor(host: LinkHost, thread: number) {
    this.#host = host;
    this.thread = thread;
    this.#sender = new Sender(host);
  }

  // ---- The channel ----

  /** The channel is ready: all that has waited for it is sent. */
  connect(channel: Channel): void {
    if (this.#closed) return channel.close();
    this.#channel = channel;
    this.#sender.connect(channel);
    channel.open(this, this.#host);
    for (const [message, moved] of this.#unsent.splice(0)) channel.post(message, moved);
    return this.flush();
  }

  /** Sends a message that is no order; it may overtake waiting orders. */
  tell(message: unknown, moved: readonly unknown[] = []): void {
    if (this.#channel !== undefined) this.#channel.post(message, moved as never[]);
    else if (!this.#closed) this.#unsent.push([message, moved as never[]]);
  }

  /** Takes a message that has arrived. */
  take(message: unknown): void {
    if (!Array.isArray(message)) return this.#host.control(this, message);
    const batch = message as unknown as Batch;
    if (this.#sender.acknowledged(batch[2])) {
      this.flush();
      this.#host.hasRoom();
    }
    this.#receiver.take(batch);
    if (this.#receiver.owesAnswer()) this.#sender.acknowledge(this.#receiver.done);
    return undefined;
  }

  /** Takes messages that have arrived, without waiting for the event. */
  look(): void {
    this.#channel?.look();
  }

  /** As {@link look}, but misses nothing. */
  drain(): void {
    this.#channel?.drain();
  }

  // ---- Sending ----

  /** Queues an order in the other thread. */
  call(to: RemoteTonic, key: string, args: unknown[]): void {
    if (to.finished || this.#closed) this.#host.undelivered++;
    else this.#put(to._ttSerial, key, args);
  }

  /** The list of arguments belongs to this call: it becomes the list of the copies. */
  #put(target: number, key: string, args: unknown[]): void {
    const { waiting } = this.#sender;
    // A user's call of a service or of a name is an ordinary order, although the framework's name is sent.
    if (waiting >= this.#host.waitingLimit && (!isOfLife(key) || key === '_ttss__named' || isServiceCall(key, args)))
      throw fail('TT_QUEUE_FULL', { catalyst: `thread ${this.thread}`, count: waiting });
    const packer = this.#packer;
    packer.packAll(args);
    const { tonic, sparkle } = running;
    const source = tonic === undefined ? NOBODY : this.#sourceNumber(tonic);
    const isFull = this.#sender.put(target, key, source, sparkle?.key, args, packer.refs, packer.moved);
    // Otherwise it would keep a reference to the sent data until the next call.
    if (packer.refs !== undefined) packer.begin();
    if (isFull) this.#sender.flush(this.#receiver.done);
    if (!this.#departing) this.#departs();
  }

  /** The added orders are sent at the end of this turn. */
  #departs(): void {
    this.#departing = true;
    this.#host.departs(this);
  }

  /** Sends as much as the window allows. */
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

  /** The number of a Tonic of this thread. At its first use the other side gets its name. */
  #tellOf(tonic: AnyTonic): number {
    const serial = this.#host.serialOf(tonic);
    if (tonic.id < 0) {
      // It has finished. The other side must be told now, because no later message will.
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

  /** The number of a Tonic of a third thread, below 0; or NOBODY if it lives in the other thread and has finished. */
  #foreign(tonic: RemoteTonic): number {
    this.#foreigners ??= new ForeignSources();
    return (
      -1 -
      this.#foreigners.numberOf(tonic, ({ thread, _ttSerial, id, name }, number) =>
        (this.#sender.notes.foreign ??= []).push(number, thread, _ttSerial, id, name),
      )
    );
  }

  /** Sends a note besides orders, at the end of this turn. */
  #note(kind: 'gone' | 'released' | 'held', serial: number): void {
    if (this.#closed) return;
    (this.#sender.notes[kind] ??= []).push(serial);
    if (!this.#departing) this.#departs();
  }

  // ---- Callbacks that are sent ----

  tonicRef(tonic: AnyTonic | RemoteTonic): TonicRef {
    const { id } = tonic;
    if (tonic instanceof RemoteTonic)
      return { kind: 'tonic', thread: tonic.thread, serial: tonic._ttSerial, id, name: tonic.name };
    return { kind: 'tonic', thread: this.#host.thread, serial: this.#tellOf(tonic), id, name: tonic._ttFullName };
  }

  callbackRef(call: (...args: unknown[]) => unknown): Ref {
    const { tonic, sparkle } = call as { tonic?: AnyTonic | RemoteTonic; sparkle?: string };
    if (tonic !== undefined && sparkle !== undefined)
      return { kind: 'sparkle', of: this.tonicRef(tonic), key: sparkle };
    const serial = this.#given.give(call, running.tonic ?? this.#host.root);
    return { kind: 'callback', serial };
  }

  answerRef(answer: Answer<unknown>): Ref {
    return { kind: 'answer', serial: this.#given.giveAnswer(answer) };
  }

  /** What the other side does with the reply runs as an order of its connection. Its end is the last order. */
  replyRef(reply: Reply): Ref {
    const take = (step: unknown, data: unknown): void => {
      if (step === 'end' || step === 'fail') this.#given.drop(serial);
      reply._ttStep(step as ReplyStep, data);
    };
    const serial = this.#given.give(take, reply._ttOwner ?? running.tonic ?? this.#host.root);
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
    return this.#host.undelivered;
  }

  set undelivered(count: number) {
    this.#host.undelivered = count;
  }

  get progress(): Progress {
    return this.#host.progress;
  }

  get queue(): { readonly size: number } {
    return this.#host.root.queue;
  }

  tonicWith(serial: number): AnyTonic | undefined {
    return this.#host.tonicWith(serial);
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

  /** Cannot happen between threads; other channels report lost orders here. */
  missing(count: number): void {
    this.#host.undelivered += count;
  }

  carriedOut(done: number): void {
    this.#channel?.tellDone(done);
    if (this.#receiver.owesAnswer()) this.#sender.acknowledge(done);
  }

  /**
   * A third thread has sent the handle of a Tonic of this thread to the other side, which wants to know when it
   * finishes.
   */
  #hold(serial: number): void {
    this.#told.add(serial);
    if (this.#host.tonicWith(serial) === undefined) this.#tellGone(serial);
  }

  callBack(serial: number, args: unknown[]): void {
    const callback = this.#given.get(serial);
    if (callback === undefined) this.#host.undelivered++;
    else if (callback instanceof PassedAnswer) this.#answer(serial, callback, args);
    else callback.owner._ttss__run({ run: () => void callback.call(...args) });
  }

  /** The other side has answered an Answer; the first answer ends it. */
  #answer(serial: number, { answer }: PassedAnswer, [error, value]: unknown[]): void {
    this.#given.drop(serial);
    if (typeof error === 'string') answer._ttLost(error as NoAnswerReason);
    else answer._ttSettle(error as Error | undefined, value);
  }

  // ---- Callbacks and handles that are received ----

  /** The handle of a Tonic of the other side, which that side itself has named. */
  handle(serial: number, id: number, name: string): RemoteTonic {
    return this.#handles.get(serial) ?? this.#newHandle(serial, id, name);
  }

  /** The handle of a Tonic that a third thread has named: its own thread is asked to report its end. */
  handleFromThird(serial: number, id: number, name: string): RemoteTonic {
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
    if (thread !== this.#host.thread) return this.#host.handle(thread, serial, id, name);
    // It may have finished before its handle came back.
    return this.#host.tonicWith(serial) ?? new RemoteTonic(this, serial, id, name, true);
  }

  sparkleOf(of: unknown, key: string): unknown {
    const tonic = of as { bind?: (key: string) => unknown } & Record<string, (...args: unknown[]) => void>;
    if (!(of instanceof RemoteTonic)) return tonic.bind!(key);
    return Object.assign((...args: unknown[]) => tonic[key]!(...args), { tonic: of, sparkle: key });
  }

  callbackOf(serial: number, key = 'callback'): (...args: unknown[]) => void {
    const callback = (...args: unknown[]): void => {
      if (this.#closed) this.#host.undelivered++;
      else this.#put(-serial, key, args);
    };
    if (this.#channel?.isParallel === true) this.#forgotten.register(callback, serial);
    return callback;
  }

  serviceOf(name: string): unknown {
    return this.#host.service(name);
  }

  answerOf(serial: number): Answer<unknown> {
    // Sent as an order of the life cycle, so that the limit does not refuse it: questions have a limit of their own.
    const bring = this.callbackOf(serial, '_ttss__answer');
    return new Answer({ open: true, settle: bring, lost: bring });
  }

  replyOf(serial: number): Reply {
    return new Reply(new RemoteReply(this.callbackOf(serial, 'reply')));
  }

  #finished(serial: number): void {
    const handle = this.#handles.get(serial);
    if (handle === undefined) return;
    this.#handles.delete(serial);
    handle._ttHasFinished();
  }

  /**
   * The other thread has ended: nothing more can be delivered. Returns the sparkles of orders that were not carried
   * out.
   */
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
