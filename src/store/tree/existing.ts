import type { StoredValue } from '../values.js';
import { sorted } from './elements.js';
import type { Node } from './node.js';
import { PatternTrie, type States } from '../../collections/pattern-trie.js';

/** An existing path as the reader sees it, and its part that the pattern itself matches. */
export interface Existing {
  readonly path: string;
  readonly base: string;
  readonly value: StoredValue | undefined;
}

/**
 * The existing paths that a pattern matches, in their order, also through links. An alias below its own target is
 * followed once.
 *
 * @param target returns the node that a node stands for: the target of its link, or itself.
 */
export function existing(
  root: Node,
  pattern: readonly string[],
  recursive: boolean,
  target: (node: Node) => Node | undefined,
): Existing[] {
  const found: Existing[] = [];
  eachExisting(root, { pattern, recursive, under: [] }, target, (one) => found.push(one) > 0);
  return found;
}

/** What to search for. */
interface Wish {
  readonly pattern: readonly string[];
  readonly recursive: boolean;
  /** Only paths at or below this one. */
  readonly under: readonly string[];
}

/** Calls `take` with each of these paths, until it returns false. */
export function eachExisting(
  root: Node,
  { pattern, recursive, under }: Wish,
  target: (node: Node) => Node | undefined,
  take: (one: Existing) => boolean,
): void {
  const trie = new PatternTrie<true>();
  trie.add(pattern, recursive, true);
  const chain: Node[] = [];
  visit(root, '', 0, trie.start(), undefined);

  /** Returns false if the search must stop. */
  function visit(node: Node, path: string, depth: number, states: States<true>, above: string | undefined): boolean {
    const real = chain.includes(node) ? undefined : target(node);
    if (real === undefined) return true;
    const { exact, within } = trie.at(states);
    const base = exact || within ? path : above;
    if (base !== undefined && depth >= under.length && !take({ path, base, value: real.value })) return false;
    const { branch } = real;
    if (branch === undefined) return true;
    const below = within ? path : above;
    if (node !== real) chain.push(node);
    const names = depth < under.length ? [under[depth]!] : below === undefined ? trie.names(states) : undefined;
    for (const name of names ?? sorted(branch.children.keys())) {
      const child = branch.children.get(name);
      const next = trie.next(states, name);
      if (child === undefined || (next.length === 0 && below === undefined)) continue;
      if (!visit(child, path === '' ? name : `${path}/${name}`, depth + 1, next, below)) return false;
    }
    if (node !== real) chain.pop();
    return true;
  }
}
