import type { Kept } from '../values.js';
import type { Subscription } from './subscription.js';

/**
 * A place in the tree. Millions of them are made: it has no path and no Map of its own until it needs one.
 *
 * One that was removed has no parent; the root is its own.
 */
export class Node {
  readonly key: string;
  parent: Node | undefined;
  value: Kept | undefined = undefined;
  branch: Branch | undefined = undefined;
  /** Who hears of it, as it was when that was last looked up. */
  matches: Matches = NOT_LOOKED_UP;

  constructor(key: string, parent: Node | undefined) {
    this.key = key;
    this.parent = parent;
  }

  /** Where it leads, if it is an alias. */
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

/** What a node has that is no leaf: children, or a link, but not both. */
export class Branch {
  readonly children: Map<string, Node>;
  readonly link: Link | undefined;
  /** The highest index of each list that somebody asked for. */
  lists: Map<string, number> | undefined = undefined;

  constructor(link?: Link) {
    this.link = link;
    this.children = link === undefined ? new Map<string, Node>() : (NO_CHILDREN as Map<string, Node>);
  }
}

/** What makes a node an alias. */
export interface Link {
  readonly target: string;
  readonly segments: readonly string[];
  /** Whether events of the target are told of the alias, too. */
  readonly bubbles: boolean;
}

/** Who hears of a node, for one version of the subscriptions and links. */
export interface Matches {
  readonly version: number;
  readonly seen: readonly Seen[];
  /** The only one that does, where that is so and it hears of the change itself: at hand, since it is asked for with each write. */
  readonly alone: Subscription | undefined;
  /** The path that this one knows it by. */
  readonly heardAs: string;
}

/** A path under which a node is seen: its own, or one through active links; and who hears of that. */
export interface Seen {
  readonly path: string;
  readonly hits: readonly Hit[];
}

export interface Hit {
  readonly subscription: Subscription;
  /** The part of the path that the pattern stands for: what `extract` looks at. */
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
