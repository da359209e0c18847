import type { Node } from './node.js';

/** The most paths under which one place can be seen. Links to places that contain links could multiply without end. */
const MOST_SEEN = 1_000;

/** Where an alias leads, after following all links. */
export interface AliasTarget {
  /** A path that contains no link; `undefined` if the links form a circle. */
  readonly end: readonly string[] | undefined;
  /** The aliases that are followed, including itself. */
  readonly through: readonly Node[];
}

interface Target {
  readonly below: Map<string, Target>;
  readonly aliases: Set<Node>;
}

/**
 * The aliases with active links, by their final targets. A target depends on other links only, so an alias is entered
 * again when a link that it goes through is made or removed.
 */
export class ActiveLinks {
  readonly #root: Target = { below: new Map(), aliases: new Set() };
  readonly #ways = new Map<Node, AliasTarget>();
  /** The aliases that go through a given alias. */
  readonly #through = new Map<Node, Set<Node>>();

  get size(): number {
    return this.#ways.size;
  }

  enter(alias: Node, way: AliasTarget): void {
    this.#ways.set(alias, way);
    for (const node of way.through) {
      const users = this.#through.get(node);
      if (users === undefined) this.#through.set(node, new Set([alias]));
      else users.add(alias);
    }
    if (way.end === undefined) return;
    let target = this.#root;
    for (const name of way.end) {
      let next = target.below.get(name);
      if (next === undefined) target.below.set(name, (next = { below: new Map(), aliases: new Set() }));
      target = next;
    }
    target.aliases.add(alias);
  }

  leave(alias: Node): void {
    const way = this.#ways.get(alias);
    if (way === undefined) return;
    this.#ways.delete(alias);
    for (const node of way.through) {
      const users = this.#through.get(node);
      if (users?.delete(alias) === true && users.size === 0) this.#through.delete(node);
    }
    if (way.end !== undefined) prune(this.#root, way.end, alias);
  }

  /** The aliases that go through an alias. */
  through(alias: Node): Iterable<Node> {
    return this.#through.get(alias) ?? [];
  }

  /** The aliases that lead to a path, or below it. */
  *into(path: readonly string[]): Generator<{ readonly alias: Node; readonly end: readonly string[] }> {
    let target: Target | undefined = this.#root;
    for (const name of path) target = target?.below.get(name);
    const waiting = target === undefined ? [] : [target];
    for (const { below, aliases } of waiting) {
      for (const alias of aliases) yield { alias, end: this.#ways.get(alias)!.end! };
      for (const next of below.values()) waiting.push(next);
    }
  }

  /**
   * Every path under which a place can be seen: its own path, and the paths through active links, also through several.
   * Each alias is followed once, so an alias below its own target does not repeat without end.
   */
  seenAs(path: readonly string[]): string[] {
    if (this.size === 0) return [path.join('/')];
    const seen = new Set<string>();
    this.#collect(path, [], seen);
    // The own path comes first; the others in an order that is the same in each replica.
    const [own, ...others] = seen;
    return [own!, ...others.sort()];
  }

  #collect(path: readonly string[], chain: readonly Node[], seen: Set<string>): void {
    if (seen.size >= MOST_SEEN) return;
    seen.add(path.join('/'));
    let target: Target | undefined = this.#root;
    for (let depth = 0; target !== undefined; depth++) {
      for (const alias of target.aliases) {
        if (!chain.includes(alias)) this.#collect([...alias.segments, ...path.slice(depth)], [...chain, alias], seen);
      }
      target = depth < path.length ? target.below.get(path[depth]!) : undefined;
    }
  }
}

function prune(root: Target, path: readonly string[], alias: Node): void {
  const way = [root];
  for (const name of path) way.push(way.at(-1)!.below.get(name)!);
  way.at(-1)!.aliases.delete(alias);
  for (let at = way.length - 1; at > 0 && way[at]!.below.size + way[at]!.aliases.size === 0; at--)
    way[at - 1]!.below.delete(path[at - 1]!);
}
