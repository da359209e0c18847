import type { AnyTonic } from './any-tonic.js';
import { fail } from './errors.js';
import type { Order } from './queue/order.js';
import type { Sparkle, SparkleBody, Table } from './plan/plan.js';
import { running } from './running.js';

/** So many orders without a pause, while one sparkle seems to queue itself, are worth a closer look. */
const SUSPICIOUS = 1_000_000;
/** So many in a row that were seen one by one are told of. */
const CERTAIN = 10_000;

const MOST_SUSPECTS = 256;

/** A Tonic of which a sparkle was queued by itself at the end of each turn that was looked at. */
interface Suspect {
  readonly sparkle: Sparkle;
  readonly state: string | undefined;
  /** So many orders ran in these turns. */
  orders: number;
}

/**
 * Finds a sparkle that queues itself for ever, with the same arguments and in the same state: mostly a call that was meant for the generic
 * body. Each is told of once.
 *
 * An order pays nothing for it. At the end of a turn that has left orders behind, the last one that ran is looked at. When the same sparkle
 * was seen to be queued by itself through a million orders without a pause, it is followed for ten thousand of its orders:
 *
 * ```text
 *   none --its last order queued itself--> suspected --so many orders--> followed --so many in a row--> told
 *    ^                                         |                            |
 *    +------ the queue was empty, or another <-+---- another state, source <-+
 *            one queues itself                       or argument
 * ```
 *
 * A sparkle that goes on through a timer, the network or another Tonic is not queued by itself, and one that counts in its arguments has others
 * each time: neither is told of.
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

  /** A turn has ended with orders left; `order` is the last that ran of so many. */
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

  /** A turn has left nothing: whatever was suspected has come to rest. */
  paused(): void {
    if (this.#suspects.size > 0) this.#suspects.clear();
  }

  /** The table that holds is replaced by one that looks at each order of the sparkle; with the next transition that is over. */
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
