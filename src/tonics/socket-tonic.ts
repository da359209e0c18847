import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { LogLevel } from '../core/log-service.js';
import { ofFramework } from '../core/plan.js';
import { running } from '../core/running.js';
import { Tonic } from '../core/tonic.js';
import type { TonicOptions } from '../core/tonic-options.js';
import type { Bytes } from '../selector/network.js';
import { SelectorCatalyst } from '../selector/selector-catalyst.js';

/** What can be sent: text (as UTF-8), bytes, or a list of them. What was given is not to be changed afterwards. */
export type Sendable = Bytes | readonly Bytes[];

/** What became of a send: it leaves with this turn; it waits, and `onDrain` will follow; or it was refused, and `onError` tells why. */
export type SendResult = 'sent' | 'waiting' | 'refused';

/** The common part of the Tonics that own a socket: their events, which go to themselves or else to their base. */
export abstract class SocketTonic<State extends string = never> extends Tonic<State> {
  /** Errors that nobody listened to. */
  unheardErrors = 0;

  constructor(options: TonicOptions = {}) {
    const base = options.base ?? running.tonic;
    // Before it enters the app: what is refused leaves nothing behind.
    if (base !== undefined) SelectorCatalyst.of(base, new.target.name);
    super(options);
  }

  /** @internal */
  get _ttCatalyst(): SelectorCatalyst<string> {
    return this._ttScheduler as SelectorCatalyst<string>;
  }

  /**
   * Queues an event: for itself if its class has it, else for its base, with this Tonic as the first argument.
   *
   * @returns whether anybody hears it.
   * @internal
   */
  _ttEmit(key: string, a?: unknown, b?: unknown): boolean {
    return this.#tell(key, a, b);
  }

  /** The same for what is heard before the next order. @internal */
  _ttRaise(key: string, a?: unknown): boolean {
    return this.#tell(key, a);
  }

  #tell(key: string, a?: unknown, b?: unknown): boolean {
    const own = this._ttPlan.sparkles.get(key);
    const { queue } = this._ttScheduler;
    if (own !== undefined) {
      queue.put(this, own, b !== undefined ? 2 : a !== undefined ? 1 : 0, a, b);
      return true;
    }
    let hearer = this._ttListeningBase();
    if (hearer instanceof SocketTonic && !hearer._ttHearsFor(key)) hearer = hearer._ttListeningBase();
    const sparkle = hearer?._ttPlan.sparkles.get(key);
    if (hearer === undefined || sparkle === undefined) return false;
    if (b !== undefined) hearer._ttScheduler.queue.put(hearer, sparkle, 3, [this, a, b], undefined);
    else hearer._ttScheduler.queue.put(hearer, sparkle, a === undefined ? 1 : 2, this, a);
    return true;
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

  /** @internal */
  _ttLogUnheard(error: Error): void {
    this.unheardErrors++;
    if (this._ttLogLevel > LogLevel.stealth) this._ttScheduler.logs.warn(this, error);
  }

  /** @internal For its `send()`. */
  _ttNeedsOwnSparkle(): void {
    if (running.tonic !== this)
      throw fail('TT_NOT_RUNNING', { what: 'send(), unlike ttsc__send(),', tonic: this.name });
  }
}
ofFramework(SocketTonic);

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
