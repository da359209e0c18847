import type { StoreEvent } from '../event.js';
import type { PatternTrie } from '../../collections/pattern-trie.js';

/** Gets the events of a subscription, and identifies it for `unsubscribe()`. */
export interface Subscriber {
  /** Gets the events of a batch: at least one, in a frozen list. */
  deliver(events: readonly StoreEvent[]): void;
  /** Its callback and its owner, by which `unsubscribe()` finds it. */
  readonly known: readonly unknown[];
  /** One of its subscriptions has ended; they all end together. */
  end?(): void;
}

/** The changes that a subscription wants, and in what form. */
export interface Wanted {
  readonly recursive: boolean;
  readonly ignoreSource: string | undefined;
  /** Paths that it does not want, with all below them. */
  readonly exclude: PatternTrie<true> | undefined;
  readonly extract: readonly string[] | undefined;
  readonly latest: boolean;
}

/** A subscription of one path or pattern. */
export interface Subscription {
  /** Increases with each subscription: they are called in the order in which they were made. */
  readonly id: number;
  readonly pattern: readonly string[];
  readonly wanted: Wanted;
  readonly subscriber: Subscriber;
  active: boolean;
}
