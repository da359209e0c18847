import * as v from 'valibot';
import { fail } from '../core/errors.js';
import { callable, count, parseOptions } from '../core/options/option-schema.js';
import { BoundedMap } from './bounded-map.js';
import { PatternTrie } from './pattern-trie.js';
import { isTopic, isTopicFilter, startsWild } from './topic-filter.js';

export const topicsSchema = v.strictObject({
  /** The most filters that one subscriber may have. */
  filters: v.optional(count(1), 100),
  /** Of so many topics it remembers who has subscribed to them, until somebody subscribes or leaves; others are searched for anew. */
  remembered: v.optional(count(1), 10_000),
  /** The terms of a subscriber several of whose filters stand for one topic. Default: those of the filter that is found first. */
  join: v.optional(callable<(one: never, other: never) => unknown>('a function')),
});

/** Options of {@link Topics}. */
export interface TopicsOptions<Terms> extends Omit<v.InferInput<typeof topicsSchema>, 'join'> {
  /** The terms of a subscriber several of whose filters stand for one topic. Default: those of the filter that is found first. */
  readonly join?: ((one: Terms, other: Terms) => Terms) | undefined;
}

/** A subscriber, and on which terms. */
export interface Subscription<Subscriber, Terms> {
  readonly subscriber: Subscriber;
  readonly terms: Terms;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * Who has subscribed to which topics. A topic has levels (`rooms/hall/light`), and a filter may have wildcards for them, as in MQTT
 * 3.1.1 (4.7): `+` for one level, `#` at the end for all that follow.
 *
 * Who receives a topic is found by its levels, however many filters there are, and then remembered.
 *
 * @typeParam Subscriber any object: a connection, a Tonic, a session.
 * @typeParam Terms what is agreed with a subscription, such as its QoS.
 */
export class Topics<Subscriber, Terms = undefined> {
  readonly #filters = new Map<Subscriber, Map<string, Subscription<Subscriber, Terms>>>();
  /** Those that begin with a wildcard are apart: topics with `$` are not for them. */
  readonly #wild = new PatternTrie<Subscription<Subscriber, Terms>>();
  readonly #named = new PatternTrie<Subscription<Subscriber, Terms>>();
  readonly #found: BoundedMap<string, readonly Subscription<Subscriber, Terms>[]>;
  readonly #most: number;
  readonly #join: (one: Terms, other: Terms) => Terms;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: TopicsOptions<Terms> = {}) {
    const { filters, remembered } = parseOptions(topicsSchema, options, 'Topics');
    this.#most = filters;
    this.#join = options.join ?? ((one) => one);
    this.#found = new BoundedMap({ items: remembered, whenFull: 'dropOldest' });
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#wild.size + this.#named.size;
  }

  /**
   * Subscribes, or gives other terms to the subscription to this filter.
   *
   * @returns false where this subscriber has `filters` others: then nothing has changed.
   * @throws {TaskTonicError} `TT_BAD_TOPIC` where that is no filter; `isTopicFilter` tells before.
   */
  subscribe(
    subscriber: Subscriber,
    filter: string,
    ...[terms]: undefined extends Terms ? [terms?: Terms] : [terms: Terms]
  ): boolean {
    if (!isTopicFilter(filter)) throw fail('TT_BAD_TOPIC', { topic: filter });
    const own = this.#filters.get(subscriber);
    if (own !== undefined && own.size >= this.#most && !own.has(filter)) return false;
    this.unsubscribe(subscriber, filter);
    const subscription = { subscriber, terms: terms as Terms };
    const filters = this.#filters.get(subscriber) ?? new Map<string, Subscription<Subscriber, Terms>>();
    this.#filters.set(subscriber, filters.set(filter, subscription));
    this.#change(filter, subscription, 'add');
    return true;
  }

  /** Ends the subscription to this very filter; false where there is none. */
  unsubscribe(subscriber: Subscriber, filter: string): boolean {
    const own = this.#filters.get(subscriber);
    const subscription = own?.get(filter);
    if (subscription === undefined) return false;
    own!.delete(filter);
    if (own!.size === 0) this.#filters.delete(subscriber);
    this.#change(filter, subscription, 'remove');
    return true;
  }

  /** Ends all subscriptions of one who leaves. */
  leave(subscriber: Subscriber): void {
    for (const filter of [...this.filtersOf(subscriber).keys()]) this.unsubscribe(subscriber, filter);
  }

  /** The filters of a subscriber. */
  filtersOf(subscriber: Subscriber): ReadonlyMap<string, Subscription<Subscriber, Terms>> {
    return this.#filters.get(subscriber) ?? NONE;
  }

  /**
   * Who is to get what is published to a topic, each once. The list stays as it is while others subscribe and leave.
   *
   * @throws {TaskTonicError} `TT_BAD_TOPIC` where that is no topic; `isTopic` tells before.
   */
  subscribersOf(topic: string): readonly Subscription<Subscriber, Terms>[] {
    const known = this.#found.get(topic);
    if (known !== undefined) return known;
    if (!isTopic(topic)) throw fail('TT_BAD_TOPIC', { topic });
    const found = this.#find(topic);
    this.#found.set(topic, found);
    return found;
  }

  #find(topic: string): readonly Subscription<Subscriber, Terms>[] {
    const levels = levelsOf(topic);
    const found = new Map<Subscriber, Subscription<Subscriber, Terms>>();
    for (const trie of topic.startsWith('$') ? [this.#named] : [this.#named, this.#wild])
      for (const subscription of trie.match(levels)?.keys() ?? []) {
        const { subscriber, terms } = subscription;
        const other = found.get(subscriber);
        found.set(
          subscriber,
          other === undefined ? subscription : { subscriber, terms: this.#join(other.terms, terms) },
        );
      }
    return [...found.values()];
  }

  #change(filter: string, subscription: Subscription<Subscriber, Terms>, what: 'add' | 'remove'): void {
    const levels = levelsOf(filter);
    const isDeep = levels.at(-1) === '#';
    if (isDeep) levels.pop();
    const pattern = levels.map((level) => (level === '+' ? '*' : level));
    (startsWild(filter) ? this.#wild : this.#named)[what](pattern, isDeep, subscription);
    this.#found.clear();
  }
}

/** A star is an ordinary character in a topic, but not in a pattern: it is replaced by NUL, which no topic contains. */
function levelsOf(topic: string): string[] {
  return topic.replaceAll('*', '\0').split('/');
}
