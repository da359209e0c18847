import type { AnyTonic } from './any-tonic.js';
import { fail } from './errors.js';
import type { Order } from './queue/order.js';
import type { Sparkle, SparkleBody, Table } from './plan/plan.js';
import { running } from './running.js';

/** After this many orders without a pause, a sparkle that seems to queue itself is watched. */
const SUSPICIOUS = 1_000_000;
/** After this many orders in a row a warning is given. */
const CERTAIN = 10_000;

const MOST_SUSPECTS = 256;

/** A Tonic with a sparkle that had queued itself at the end of each checked turn. */
interface Suspect {
  readonly sparkle: Sparkle;
  readonly state: string | undefined;
  /** The number of orders in these turns. */
  orders: number;
}

/**
 * Finds a sparkle that queues itself without end, with the same arguments and in the same state: mostly a call that was
 * meant for the generic method. Each is reported once.
 *
 * Orders themselves are not slowed down. At the end of a turn that has left orders, the last one that ran is checked.
 * If the same sparkle had queued itself through a million orders without a pause, the next ten thousand of its orders
 * are followed:
 *
 * ```text
 *   none --its last order queued itself--> suspected --so many orders--> followed --so many in a row--> reported
 *    ^                                         |                            |
 *    +------ the queue was empty, or another <-+---- another state, source <-+
 *            one queues itself                       or argument
 * ```
 *
 * A sparkle that continues through a timer, the network or another Tonic does not queue itself, and one that counts in
 * its arguments has different ones each time: neither is reported.
 */
export class SelfQueueWatch {
  readonly #suspicious: number;
  readonly #certain: number;
  readonly #told = new WeakSet<Sparkle>();
  readonly #suspects = new Map<AnyTonic, Suspect>();

  constructor(suspicious = SUSPICIOUS, certain = CERTAIN) {
    this.#suspicious = suspicious;
    this.#certain = certain;
  }

  /** A turn has ended with orders left; `order` is the last of the orders that ran. */
  turnEnded({ tonic, sparkle, source, sourceSparkle }: Order, orders: number): void {
    if (tonic === undefined || source !== tonic || sourceSparkle !== sparkle) return;
    const state = tonic._ttState;
    const known = this.#suspects.get(tonic);
    if (known === undefined || known.sparkle !== sparkle || known.state !== state) {
      if (this.#suspects.size >= MOST_SUSPECTS) this.#suspects.clear();
      this.#suspects.set(tonic, { sparkle: sparkle!, state, orders });
      return;
    }
    known.orders += orders;
    if (known.orders < this.#suspicious || this.#told.has(sparkle)) return;
    this.#suspects.delete(tonic);
    this.#follow(tonic, sparkle, known.orders);
  }

  /** A turn has left no orders: the suspicion is dropped. */
  paused(): void {
    if (this.#suspects.size > 0) this.#suspects.clear();
  }

  /** Replaces the table of the Tonic by one that checks each order of the sparkle, until the next transition. */
  #follow(tonic: AnyTonic, sparkle: Sparkle, orders: number): void {
    const table = tonic._ttTable;
    const body = table[sparkle.index];
    if (body === undefined) return;
    let first: readonly unknown[] | undefined;
    let seen = 0;
    const unfollow = (): void => {
      if (tonic._ttTable === followed) tonic._ttTable = table;
    };
    const look = (args: readonly unknown[]): void => {
      const { order } = running;
      first ??= args;
      const isSame = args.length === first.length && args.every((argument, at) => Object.is(argument, first![at]));
      if (!isSame || order?.tonic !== tonic || order.source !== tonic || order.sourceSparkle !== sparkle)
        return unfollow();
      if (++seen < this.#certain) return undefined;
      unfollow();
      return this.#tell(tonic, sparkle, orders + seen);
    };
    const followed: Table = table.slice();
    const following: SparkleBody = function (this: unknown, ...args: never[]): unknown {
      look(args);
      return body.apply(this, args);
    };
    (followed as (SparkleBody | undefined)[])[sparkle.index] = following;
    tonic._ttTable = followed;
  }

  #tell(tonic: AnyTonic, sparkle: Sparkle, count: number): void {
    if (this.#told.has(sparkle)) return;
    this.#told.add(sparkle);
    const { key, prefix, name } = sparkle;
    const details = { tonic: tonic.name, sparkle: key, state: tonic._ttState ?? 'none', count };
    tonic._ttScheduler.logs.warn(tonic, fail('TT_QUEUES_ITSELF', { ...details, generic: `${prefix}__${name}` }));
  }
}
