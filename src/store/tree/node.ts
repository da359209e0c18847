import type { StoredValue } from '../values.js';
import type { Subscription } from './subscription.js';

/**
 * A node of the tree. There may be millions, so it has no path of its own, and a Map only when it needs one.
 *
 * A removed node has no parent; the parent of the root is the root.
 */
export class Node {
  readonly key: string;
  parent: Node | undefined;
  value: StoredValue | undefined = undefined;
  branch: Branch | undefined = undefined;
  /** The subscriptions that match it, cached at the last lookup. */
  matches: Matches = NOT_LOOKED_UP;

  constructor(key: string, parent: Node | undefined) {
    this.key = key;
    this.parent = parent;
  }

  /** Its link, if it is an alias. */
  get link(): Link | undefined {
    return this.branch?.link;
  }

  get segments(): string[] {
    const segments: string[] = [];
    for (let node = this as Node; node.parent !== node; node = node.parent!) segments.push(node.key);
    return segments.reverse();
  }

  get path(): string {
    return this.segments.join('/');
  }
}

const NO_CHILDREN: ReadonlyMap<string, Node> = new Map();

/** The children of a node, or its link; a node never has both. */
export class Branch {
  readonly children: Map<string, Node>;
  readonly link: Link | undefined;
  /** The highest index of each list that was asked for. */
  lists: Map<string, number> | undefined = undefined;

  constructor(link?: Link) {
    this.link = link;
    this.children = link === undefined ? new Map<string, Node>() : (NO_CHILDREN as Map<string, Node>);
  }
}

/** The link of an alias. */
export interface Link {
  readonly target: string;
  readonly segments: readonly string[];
  /** Whether events of the target are also events of the alias. */
  readonly bubbles: boolean;
}

/** The subscriptions that match a node, for one version of subscriptions and links. */
export interface Matches {
  readonly version: number;
  readonly seen: readonly Seen[];
  /**
   * The only matching subscription, if there is exactly one and it has no `extract`. It is stored because each write
   * needs it.
   */
  readonly alone: Subscription | undefined;
  /** The path under which this one sees the node. */
  readonly heardAs: string;
}

/** A path under which a node is seen (its own, or one through active links), and the subscriptions that match it. */
export interface Seen {
  readonly path: string;
  readonly hits: readonly SubscriptionMatch[];
}

export interface SubscriptionMatch {
  readonly subscription: Subscription;
  /** The part of the path that the pattern matches, to which the fields of `extract` are relative. */
  readonly base: string;
}

export const NOT_LOOKED_UP: Matches = { version: -1, seen: [], alone: undefined, heardAs: '' };

/** A node and all below it. */
export function* within(node: Node): Generator<Node> {
  const waiting = [node];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    yield one;
    for (const child of one.branch?.children.values() ?? NO_CHILDREN.values()) waiting.push(child);
  }
}
