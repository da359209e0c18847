import type { AnyTonic } from '../core/any-tonic.js';
import type { OrderForm } from '../core/queue/order.js';
import { fail } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { LogLevel } from '../core/log-level.js';
import { type Sparkle, ofFramework } from '../core/plan/plan.js';
import { queueWithoutLimit } from '../core/queue/queue-without-limit.js';
import { running } from '../core/running.js';
import { Tonic } from '../core/tonic.js';
import { NO_OPTIONS, type TonicOptions, tonicSettings } from '../core/options/tonic-options.js';
import { SelectorCatalyst } from '../selector/selector-catalyst.js';
import { type InputEvent, tellUnheard } from './tcp/connection/unheard-input.js';

export type { SendResult, Sendable } from '../core/asking/reply.js';

/** The common part of the Tonics that own a socket: their events, which go to themselves or else to their base. */
export abstract class SocketTonic<State extends string = never> extends Tonic<State> {
  /** Errors that nobody listened to. */
  unheardErrors = 0;

  constructor(options: TonicOptions = NO_OPTIONS) {
    const settings = tonicSettings(options, new.target);
    const base = settings.base ?? running.tonic;
    // Checked before the Tonic enters the app, so that an error leaves nothing behind.
    if (base !== undefined) SelectorCatalyst.of(base, new.target.name);
    super(settings);
  }

  /** @internal */
  get _ttCatalyst(): SelectorCatalyst<string> {
    return this._ttScheduler as SelectorCatalyst<string>;
  }

  /** @internal */
  get _ttOfPeers(): boolean {
    return true;
  }

  /**
   * Queues an event: for itself if its class has it, else for its base, with this Tonic as the first argument.
   *
   * @returns whether anybody hears it.
   * @internal
   */
  _ttEmit(key: string, a?: unknown, b?: unknown): boolean {
    const handler = this._ttHearerOf(key);
    const sparkle = handler?._ttPlan.sparkles.get(key);
    if (handler === undefined || sparkle === undefined) return false;
    if ((handler as unknown) === this) put(handler, sparkle, b !== undefined ? 2 : a !== undefined ? 1 : 0, a, b);
    else if (b !== undefined) put(handler, sparkle, 3, [this, a, b], undefined);
    else put(handler, sparkle, a === undefined ? 1 : 2, this, a);
    return true;
  }

  /**
   * Queues what has come in. Where nobody hears it, it is dropped, and that is told once a class.
   * @internal
   */
  _ttBring(event: InputEvent, a: unknown, b?: unknown): void {
    if (!this._ttEmit(event, a, b)) tellUnheard(this as AnyTonic, this._ttHearerOf(event), event);
  }

  /**
   * As {@link _ttFill}, for what has come in.
   * @internal
   */
  _ttFillInput(form: OrderForm, event: InputEvent, a: unknown, b?: unknown): boolean {
    if (this._ttFill(form, event, a, b)) return true;
    tellUnheard(this as AnyTonic, this._ttHearerOf(event), event);
    return false;
  }

  /**
   * Tells an event that is heard before the next order.
   * @internal
   */
  _ttRaise(key: string, a?: unknown): void {
    const handler = this._ttHearerOf(key);
    const sparkle = handler?._ttPlan.sparkles.get(key);
    if (handler === undefined || sparkle === undefined) return;
    const count = a === undefined ? 0 : 1;
    if ((handler as unknown) === this) handler._ttScheduler.raiseEvent(handler, sparkle, count, a, undefined);
    else handler._ttScheduler.raiseEvent(handler, sparkle, count + 1, this, a);
  }

  /**
   * Makes the order in which an event is heard; false where nobody hears it.
   * @internal
   */
  _ttFill(form: OrderForm, key: string, a: unknown, b?: unknown): boolean {
    const handler = this._ttHearerOf(key);
    const sparkle = handler?._ttPlan.sparkles.get(key);
    if (handler === undefined || sparkle === undefined) return false;
    const isOwn = (handler as unknown) === this;
    form.tonic = handler;
    form.sparkle = sparkle;
    form.count = (isOwn ? 1 : 2) + (b === undefined ? 0 : 1);
    form.a = isOwn ? a : b === undefined ? this : [this, a, b];
    form.b = isOwn ? b : b === undefined ? a : undefined;
    form.source = form.sourceSparkle = undefined;
    return true;
  }

  /** The Tonic that handles an event: this one, or its base. @internal */
  _ttHearerOf(key: string): AnyTonic | undefined {
    if (this._ttPlan.has(key)) return this as AnyTonic;
    const base = this._ttListeningBase();
    return base instanceof SocketTonic && !base._ttHearsFor(key) ? base._ttListeningBase() : base;
  }

  /** Tells an event of a Tonic that goes now: its own body runs at once, since no order of it will. @internal */
  _ttTellLast(key: string, a: unknown): void {
    if (!this._ttPlan.sparkles.has(key)) return void this._ttEmit(key, a);
    const thrown = this._ttScheduler.runHook(this, key, a);
    if (thrown !== undefined) this._ttScheduler.logs.failure(this, thrown, failureInfo(key, this));
  }

  /**
   * Whether it takes this event of the sockets that it infuses; else its own base does.
   * @internal
   */
  _ttHearsFor(key: string): boolean {
    return this._ttPlan.has(key);
  }

  /**
   * The base, where it takes its infusions' events as its own. A connection does not: its `ttse__onData` is for its own bytes.
   * @internal
   */
  _ttListeningBase(): AnyTonic | undefined {
    return this._ttBase;
  }

  /**
   * Tells of an error; one that nobody hears is logged and counted.
   * @internal
   */
  _ttReport(error: Error): boolean {
    if (this._ttEmit('ttse__onError', error)) return true;
    this._ttLogUnheard(error);
    return false;
  }

  /**
   * The same in an order that is being made.
   * @internal
   */
  _ttFillError(form: OrderForm, error: Error): boolean {
    if (this._ttFill(form, 'ttse__onError', error)) return true;
    this._ttLogUnheard(error);
    return false;
  }

  /**
   * Tells of an error when no sparkle of its own runs any more: its base hears of it, or the log does.
   * @internal
   */
  _ttTellOthers(error: Error): void {
    if (!this._ttPlan.has('ttse__onError') && this._ttBase?.finished === false) this._ttReport(error);
    else this._ttLogUnheard(error);
  }

  /** @internal */
  _ttLogUnheard(error: Error): void {
    this.unheardErrors++;
    if (this._ttLogLevel > LogLevel.stealth) this._ttScheduler.logs.warn(this, error);
  }

  /** @internal For its `send()`, and others like it. */
  _ttNeedsOwnSparkle(what = 'send(), unlike ttsc__send(),'): void {
    if (running.tonic !== this) throw fail('TT_NOT_RUNNING', { what, tonic: this.name });
  }
}
ofFramework(SocketTonic);

/**
 * Of the life of a socket: there is a bounded number of each, and lost they would leave somebody waiting, or a socket that nobody
 * knows of. So they pass every bound of the queue, as orders of the life cycle do.
 */
const OF_ITS_LIFE: ReadonlySet<string> = new Set([
  'ttse__onListening',
  'ttse__onConnected',
  'ttse__onEnd',
  'ttse__onSecure',
  'ttse__onRelayEnded',
  'ttse__onDisconnected',
  'ttse__onError',
]);

function put(handler: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
  const { queue } = handler._ttScheduler;
  if (queue.size >= queue.limit && OF_ITS_LIFE.has(sparkle.key))
    queueWithoutLimit(queue, handler, sparkle, count, a, b);
  else queue.put(handler, sparkle, count, a, b);
}

/**
 * How many bytes a thing to be sent has.
 * @throws {TaskTonicError} `TT_BAD_DATA`
 */
export function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  if (data instanceof Uint8Array) return data.length;
  if (!Array.isArray(data)) throw fail('TT_BAD_DATA', { what: data === null ? 'null' : typeof data });
  let size = 0;
  for (const part of data) {
    if (Array.isArray(part)) throw fail('TT_BAD_DATA', { what: 'lists in lists' });
    size += sizeOf(part);
  }
  return size;
}
