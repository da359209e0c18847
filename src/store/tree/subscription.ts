import type { StoreEvent } from '../event.js';
import type { PatternTrie } from '../../collections/pattern-trie.js';

/** Who a subscription tells, and by what it can be found to end it. */
export interface Hearer {
  /** Hears the events of a batch, never none of them; the list is frozen. */
  deliver(events: readonly StoreEvent[]): void;
  /** `unsubscribe()` finds it by these: its callback, its owner. */
  readonly known: readonly unknown[];
  /** One of its subscriptions has ended; they all end at once. */
  end?(): void;
}

/** Which changes a subscription wants, and in what form. */
export interface Wanted {
  readonly recursive: boolean;
  readonly ignoreSource: string | undefined;
  /** Paths whose changes it does not want, with all below them. */
  readonly exclude: PatternTrie<true> | undefined;
  readonly extract: readonly string[] | undefined;
  readonly latest: boolean;
}

/** A subscription of one path or pattern. */
export interface Subscription {
  /** Counts up: subscriptions are told in the order in which they were made. */
  readonly id: number;
  readonly pattern: readonly string[];
  readonly wanted: Wanted;
  readonly hearer: Hearer;
  active: boolean;
}
