import { fail } from '../../core/errors.js';
import type { Content } from './content.js';
import { type SubscriptionMatch, type Matches, NOT_LOOKED_UP, type Node, type Seen } from './node.js';
import { PatternTrie } from '../../collections/pattern-trie.js';
import type { Subscriber, Subscription, Wanted } from './subscription.js';

const MOST_KEPT = 65_536;

/** The subscriptions, and the lookup of those that match a node. */
export class Listeners {
  readonly #content: Content;
  readonly #trie = new PatternTrie<Subscription>();
  /** The subscriptions by callback and owner, to end them. */
  readonly #known = new Map<unknown, Set<Subscription>>();
  #ids = 0;
  /** The nodes that cache their matching subscriptions. */
  #keeping: Node[] = [];
  #nobody: Matches = NOT_LOOKED_UP;

  constructor(content: Content) {
    this.#content = content;
  }

  get size(): number {
    return this.#trie.size;
  }

  /** @throws {TaskTonicError} `TT_STORE_FULL` if there is no room for all of them; then none is made. */
  addAll(patterns: readonly (readonly string[])[], wanted: Wanted, subscriber: Subscriber): Subscription[] {
    const { subscriptions } = this.#content.limits;
    if (this.size + patterns.length > subscriptions) {
      const most = `${subscriptions} subscriptions`;
      throw fail('TT_STORE_FULL', { what: 'the Store', most, remedy: 'end some, or raise "subscriptions"' });
    }
    return patterns.map((pattern) => this.#add(pattern, wanted, subscriber));
  }

  #add(pattern: readonly string[], wanted: Wanted, subscriber: Subscriber): Subscription {
    const subscription: Subscription = { id: this.#ids++, pattern, wanted, subscriber: subscriber, active: true };
    this.#trie.add(pattern, wanted.recursive, subscription);
    for (const known of subscriber.known) {
      const all = this.#known.get(known);
      if (all === undefined) this.#known.set(known, new Set([subscription]));
      else all.add(subscription);
    }
    this.#content.version++;
    return subscription;
  }

  remove(subscription: Subscription): void {
    if (!subscription.active) return;
    subscription.active = false;
    this.#trie.remove(subscription.pattern, subscription.wanted.recursive, subscription);
    subscription.subscriber.end?.();
    for (const known of subscription.subscriber.known) {
      const all = this.#known.get(known);
      if (all?.delete(subscription) === true && all.size === 0) this.#known.delete(known);
    }
    this.#content.version++;
  }

  /** The subscriptions of a callback or an owner. */
  of(known: unknown): readonly Subscription[] {
    return [...(this.#known.get(known) ?? [])];
  }

  /** The subscriptions that match a node. The result changes only with subscriptions and links. */
  matches(node: Node): Matches {
    const { version } = this.#content;
    if (node.matches.version === version) return node.matches;
    if (this.#nobody.version !== version) this.#nobody = { ...NOT_LOOKED_UP, version };
    const seen = this.size === 0 ? this.#nobody.seen : this.#seenBy(node);
    if (seen.length === 0) node.matches = this.#nobody;
    else this.#keep(node, { version, seen, alone: aloneIn(seen), heardAs: seen[0]!.path });
    return node.matches;
  }

  /** The subscriptions that match each of several paths under which a node is seen. */
  matchAs(paths: readonly string[]): readonly Seen[] {
    return paths.flatMap((path) => this.#seen(path, path === '' ? [] : path.split('/')) ?? []);
  }

  /** Caches the matches. The cache is bounded: when it is full, it is emptied. */
  #keep(node: Node, matches: Matches): void {
    if (this.#keeping.length >= MOST_KEPT) {
      for (const one of this.#keeping) one.matches = NOT_LOOKED_UP;
      this.#keeping = [];
    }
    if (node.matches.seen.length === 0) this.#keeping.push(node);
    node.matches = matches;
  }

  #seenBy({ segments }: Node): readonly Seen[] {
    const { links } = this.#content;
    if (links.size > 0) return this.matchAs(links.seenAs(segments));
    const seen = this.#seen(segments.join('/'), segments);
    return seen === undefined ? this.#nobody.seen : [seen];
  }

  #seen(path: string, segments: readonly string[]): Seen | undefined {
    const matches = this.#trie.match(segments);
    if (matches === undefined) return undefined;
    const hits: SubscriptionMatch[] = [];
    for (const [subscription, depth] of matches) {
      const { exclude } = subscription.wanted;
      if (exclude?.fits(segments) === true) continue;
      hits.push({ subscription, base: depth === segments.length ? path : segments.slice(0, depth).join('/') });
    }
    return hits.length === 0 ? undefined : { path, hits };
  }
}

function aloneIn([first, second]: readonly Seen[]): Subscription | undefined {
  if (first?.hits.length !== 1 || second !== undefined) return undefined;
  const { subscription } = first.hits[0]!;
  return subscription.wanted.extract === undefined ? subscription : undefined;
}
