import { failAnswers } from '../asking/answer.js';
import type { AnyTonic } from '../any-tonic.js';
import { fail } from '../errors.js';
import { type InboxCounts, type OpenInbox, extrasOf } from './extras.js';
import type { KeptOrder, OrderForm } from '../queue/order.js';
import type { Sparkle } from '../plan/plan.js';
import { running } from '../running.js';
import { weightOf } from '../queue/weight.js';

/** A number of bytes that no connection may have waiting, so it is not read. Sums of it stay exact. */
const MORE_THAN_ALL = 2 ** 40;

interface Call extends KeptOrder {
  readonly bytes: number;
}

/**
 * The waiting calls of a Tonic with an `inboxLimit`, the first one first. The queue of its Catalyst contains a ticket
 * for each call. When a ticket runs, it takes the oldest waiting call.
 *
 * ```text
 *   a call ---> [ c2 c3 c4 ]  the inbox        refuse: the call throws
 *     |            ^ the oldest                drop-oldest: c2 is dropped, the tickets stay
 *     v            |                           hold: the caller's connection is not read
 *   [ x T y T z T ]  the queue: T is a ticket
 * ```
 *
 * So a dropped call is freed at once, and the queue never holds more tickets than the inbox may have calls.
 */
class Inbox implements OpenInbox {
  readonly #tonic: AnyTonic;
  #calls: Call[] = [];
  /** The index of the oldest one. */
  #first = 0;
  #tickets = 0;
  #bytes = 0;
  #dropped = 0;
  #refused = 0;
  /** Connections that are not read until there is room. */
  #held: Set<AnyTonic> | undefined;
  /** Refused calls of other threads since the last report; `undefined` while there is room. */
  #lost: { count: number; readonly sparkles: Set<string> } | undefined;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  get #orders(): number {
    return this.#calls.length - this.#first;
  }

  get counts(): InboxCounts {
    return { orders: this.#orders, bytes: this.#bytes, dropped: this.#dropped, refused: this.#refused };
  }

  /**
   * Adds a call, according to the policy.
   *
   * @param noReading the value of `_ttKept` in Tonics that read from nobody.
   * @throws {TaskTonicError} `TT_INBOX_FULL`, `TT_QUEUE_FULL`
   */
  put(sparkle: Sparkle, count: number, a: unknown, b: unknown, noReading: AnyTonic['_ttKept']): void {
    const { _ttPlan: plan, _ttScheduler: scheduler } = this.#tonic;
    const { orders, bytes: most, policy } = plan.inbox!;
    const bytes = most === Infinity ? 0 : weightOf(argsOf(count, a, b));
    const reading = policy === 'hold' ? readingOf(running.tonic, noReading) : undefined;
    if (policy === 'drop-oldest') while (this.#isTooMuch(bytes)) this.#dropOldest();
    else if (reading === undefined && this.#isTooMuch(bytes)) return this.#refuse(sparkle, count, a, b);
    const { queue } = scheduler;
    // First, because it may throw.
    if (this.#tickets <= this.#orders) {
      queue.put(this.#tonic, plan.ticket!, 0, undefined, undefined);
      this.#tickets++;
    }
    const { tonic: source, sparkle: sourceSparkle } = running;
    const queuedAt = (queue as { readonly stampWith?: { now(): number } }).stampWith?.now() ?? 0;
    this.#calls.push({ sparkle, count, a, b, source, sourceSparkle, queuedAt, bytes });
    this.#bytes += bytes;
    if (reading !== undefined && (this.#orders >= orders || this.#bytes >= most)) this.#hold(reading);
    return undefined;
  }

  take(form: OrderForm & { queuedAt: number }): boolean {
    this.#tickets--;
    const call = this.#shift();
    if (call === undefined) return false;
    form.sparkle = call.sparkle;
    form.count = call.count;
    form.a = call.a;
    form.b = call.b;
    form.source = call.source;
    form.sourceSparkle = call.sourceSparkle;
    form.queuedAt = call.queuedAt;
    if (this.#held !== undefined || this.#lost !== undefined) this.#seeToRoom();
    return true;
  }

  close(): void {
    this.#letGo();
  }

  /** Whether one more call of this size is too much. A single call is always accepted. */
  #isTooMuch(bytes: number): boolean {
    const { orders, bytes: most } = this.#tonic._ttPlan.inbox!;
    return this.#orders > 0 && (this.#orders + 1 > orders || this.#bytes + bytes > most);
  }

  #shift(): Call | undefined {
    const call = this.#calls[this.#first];
    if (call === undefined) return undefined;
    // It may be large, and this slot is not used again soon.
    (this.#calls as unknown[])[this.#first++] = undefined;
    this.#bytes -= call.bytes;
    if (this.#first === this.#calls.length) {
      this.#calls.length = this.#first = 0;
    } else if (this.#first >= 64 && this.#first * 2 >= this.#calls.length) {
      this.#calls = this.#calls.slice(this.#first);
      this.#first = 0;
    }
    return call;
  }

  #dropOldest(): void {
    const { sparkle, count, a, b } = this.#shift()!;
    failAnswers(argsOf(count, a, b), () => this.#full(sparkle));
    const tonic = this.#tonic;
    if (this.#dropped++ === 0)
      tonic._ttScheduler.logs.warn(tonic, fail('TT_INBOX_DROPS', { tonic: tonic.name, sparkle: sparkle.key }));
  }

  #refuse(sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    this.#refused++;
    const error = this.#full(sparkle);
    const { tonic: from } = running;
    if (from === undefined || from.thread === this.#tonic.thread) throw error;
    // A caller in another thread cannot catch the error.
    failAnswers(argsOf(count, a, b), () => error);
    const isFirst = this.#lost === undefined;
    this.#lost ??= { count: 0, sparkles: new Set() };
    this.#lost.count++;
    this.#lost.sparkles.add(sparkle.key);
    if (isFirst) this.#tellLost();
  }

  #full({ key: sparkle }: Sparkle): Error {
    return fail('TT_INBOX_FULL', { tonic: this.#tonic.name, sparkle, count: this.#orders, bytes: this.#bytes });
  }

  /** Refused calls are reported together when there is room again. */
  #tellLost(): void {
    const lost = this.#lost!;
    if (lost.count === 0) return;
    const tonic = this.#tonic;
    const details = { tonic: tonic.name, count: lost.count, sparkles: [...lost.sparkles].join(', ') };
    tonic._ttScheduler.logs.warn(tonic, fail('TT_INBOX_REFUSED', details));
    lost.count = 0;
    lost.sparkles.clear();
  }

  #hold(reading: AnyTonic): void {
    this.#held ??= new Set();
    if (this.#held.has(reading)) return;
    this.#held.add(reading);
    reading._ttKept(MORE_THAN_ALL);
  }

  /** Reading continues when half of the inbox is free. Otherwise it would stop and start with each order. */
  #seeToRoom(): void {
    const { orders, bytes } = this.#tonic._ttPlan.inbox!;
    if (this.#orders <= orders / 2 && this.#bytes <= bytes / 2) this.#letGo();
  }

  #letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const reading of held ?? []) reading._ttKept(-MORE_THAN_ALL);
    if (this.#lost === undefined) return;
    this.#tellLost();
    this.#lost = undefined;
  }
}

function argsOf(count: number, a: unknown, b: unknown): readonly unknown[] {
  return count > 2 ? (a as unknown[]) : [a, b];
}

/**
 * The Tonic whose connection must not be read: the caller or its nearest base that reads; none for a caller in another
 * thread.
 */
function readingOf(from: AnyTonic | undefined, noReading: AnyTonic['_ttKept']): AnyTonic | undefined {
  for (let one = from; one?._ttKept !== undefined; one = one._ttBase!) if (one._ttKept !== noReading) return one;
  return undefined;
}

/**
 * Takes a call of a Tonic with an `inboxLimit`.
 * @throws {TaskTonicError} `TT_INBOX_FULL`, `TT_QUEUE_FULL`
 */
export function receive(
  tonic: AnyTonic,
  sparkle: Sparkle,
  count: number,
  a: unknown,
  b: unknown,
  noReading: AnyTonic['_ttKept'],
): void {
  if (tonic.finished) return tonic._ttScheduler.queue.put(tonic, sparkle, count, a, b);
  ((extrasOf(tonic).inbox ??= new Inbox(tonic)) as Inbox).put(sparkle, count, a, b, noReading);
}
