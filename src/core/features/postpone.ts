import type { AnyTonic } from '../any-tonic.js';
import { failAnswers, noAnswer } from '../asking/answer.js';
import { countedNames } from './counted-names.js';
import { fail } from '../errors.js';
import { type PostponedOrders, extrasOf } from './extras.js';
import type { Order, KeptOrder } from '../queue/order.js';
import type { Sparkle } from '../plan/plan.js';
import { queueWithoutLimit } from '../queue/queue-without-limit.js';
import { ofThisThread, running } from '../running.js';
import type { Task } from './task.js';
import type { WaitingOrder, WantedOrder } from '../queue/take-back.js';
import { weightOf } from '../queue/weight.js';

/**
 * How often postponed orders may run before newer ones, if no newer one has run. Orders that postpone themselves and
 * change the state again and again must not block the others. Then they go to the end once.
 */
const MOST_FIRST = 1_000;

/**
 * The postponed orders of a Tonic, the first one first.
 *
 * ```text
 *   postpone()       the sparkle ends       the state has changed
 *   ------------> next -------------> kept --------------------> at the front of the queue
 *                   | it throws         | the Tonic finishes
 *                   v                   v
 *                 not kept            dropped, and named in the log
 * ```
 */
class Postponed implements PostponedOrders, Task {
  readonly #tonic: AnyTonic;
  #kept: KeptOrder[] = [];
  /** The order of the running sparkle. */
  #next: KeptOrder | undefined;
  /** How often they ran before newer orders since the last newer order ran. */
  #first = 0;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  /** Keeps the running order. */
  add(order: KeptOrder): void {
    const tonic = this.#tonic;
    // A second call in the same sparkle.
    if (this.#next !== undefined) return;
    const { postponeLimit } = tonic._ttPlan;
    if (this.#kept.length >= postponeLimit)
      throw fail('TT_POSTPONE_FULL', { tonic: tonic.name, count: postponeLimit, sparkle: order.sparkle.key });
    this.#next = order;
    // It is kept after the sparkle has ended, with its transitions.
    tonic._ttScheduler.settle(tonic);
  }

  get keepsNext(): boolean {
    return this.#next !== undefined;
  }

  keep(): void {
    const order = this.#next;
    if (order === undefined) return;
    this.#kept.push(order);
    this.#next = undefined;
    tellOrigin(this.#tonic, order, 1);
  }

  takeBack(): void {
    this.#next = undefined;
  }

  release(): void {
    if (this.#kept.length === 0) return;
    const kept = this.#takeAll();
    const { queue } = this.#tonic._ttScheduler;
    if (queue.putFirst === undefined || this.#first >= MOST_FIRST) return putLast(this.#tonic, kept);
    // After them an order is queued that notes that newer ones run.
    if (this.#first++ === 0) kept.push(taskOrder(this.#tonic, this));
    queue.putFirst(this.#tonic, kept);
  }

  /** Newer orders run now. */
  run(): void {
    this.#first = 0;
  }

  #takeAll(): KeptOrder[] {
    const kept = this.#kept;
    this.#kept = [];
    for (const order of kept) tellOrigin(this.#tonic, order, -1);
    return kept;
  }

  takeOut(isWanted: WantedOrder): WaitingOrder[] {
    const tonic = this.#tonic;
    const taken = this.#kept.filter((order) => isWanted({ tonic, ...order }));
    this.#kept = this.#kept.filter((order) => !taken.includes(order));
    for (const order of taken) tellOrigin(tonic, order, -1);
    return taken.map((order) => ({ tonic, ...order }));
  }

  drop(): void {
    this.keep();
    if (this.#kept.length === 0) return;
    const kept = this.#takeAll();
    const tonic = this.#tonic;
    for (const { count, a, b, sparkle } of kept)
      failAnswers(count > 2 ? (a as unknown[]) : [a, b], () => noAnswer('TT_ASK_GONE', tonic, sparkle.key));
    const details = {
      tonic: tonic.name,
      count: kept.length,
      sparkles: countedNames(kept.map(({ sparkle }) => sparkle.key)),
    };
    tonic._ttScheduler.logs.warn(tonic, fail('TT_POSTPONED_DROPPED', details));
  }
}

/**
 * Reports the size of the kept order to its origin, so that a connection whose data waits here is not read. The origin
 * is the Tonic itself, the infusion whose event its base has got, or the Tonic that has queued the order.
 */
function tellOrigin(tonic: AnyTonic, { count, a, b, source }: KeptOrder, sign: 1 | -1): void {
  const bytes = count > 2 ? weightOf(a as unknown[]) : weightOf([a, b]);
  if (bytes === 0) return;
  const first = count > 2 ? (a as unknown[])[0] : a;
  const origin = new Set([tonic, first, source]);
  for (const one of origin) (one as Partial<AnyTonic> | undefined)?._ttKept?.(bytes * sign);
}

function taskOrder({ _ttPlan }: AnyTonic, task: Task): KeptOrder {
  const fromNobody = { source: undefined, sourceSparkle: undefined, queuedAt: 0 };
  return { sparkle: _ttPlan.sparkle('_ttss__run'), count: 1, a: task, b: undefined, ...fromNobody };
}

/** Queues them as new calls of their callers, without a limit, because none may be lost. */
function putLast(tonic: AnyTonic, kept: readonly KeptOrder[]): void {
  const { queue } = tonic._ttScheduler;
  const { tonic: runs, sparkle: itsSparkle } = running;
  try {
    for (const { sparkle, count, a, b, source, sourceSparkle } of kept) {
      running.tonic = source;
      running.sparkle = sourceSparkle;
      queueWithoutLimit(queue, tonic, sparkle, count, a, b);
    }
  } finally {
    running.tonic = runs;
    running.sparkle = itsSparkle;
  }
}

/**
 * Keeps the running order until the state of its Tonic has changed.
 * @throws {TaskTonicError} `TT_NOT_RUNNING`, `TT_NOT_POSTPONED`, `TT_POSTPONE_FULL`
 */
export function postpone(tonic: AnyTonic): void {
  const { order, sparkle } = running;
  if (running.tonic !== tonic || sparkle === undefined || order === undefined)
    throw fail('TT_NOT_RUNNING', { what: 'postpone()', tonic: tonic.name });
  const kept = order.tonic === tonic ? toKeep(order, sparkle) : undefined;
  if (kept === undefined) throw fail('TT_NOT_POSTPONED', { tonic: tonic.name, sparkle: sparkle.key });
  ((extrasOf(tonic).postponed ??= new Postponed(tonic)) as Postponed).add(kept);
}

/** The order of the running sparkle; `undefined` if the sparkle has no order of its own, such as `onEnter`. */
function toKeep(order: Order, running: Sparkle): KeptOrder | undefined {
  const { sparkle, count, a, b, source, sourceSparkle, queuedAt } = order;
  const from = { source, sourceSparkle: ofThisThread(sourceSparkle), queuedAt };
  if (sparkle === running) return { sparkle, count, a, b, ...from };
  switch (sparkle!.key) {
    case '_ttss__tell':
      return a === running.key ? { sparkle: running, count: 1, a: b, b: undefined, ...from } : undefined;
    case '_ttss__run': {
      const given = (a as Task).given?.(running.key);
      return given === undefined ? undefined : { sparkle: running, count: 2, a: given[0], b: given[1], ...from };
    }
    default:
      return undefined;
  }
}
