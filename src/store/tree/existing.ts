import type { Kept } from '../values.js';
import { sorted } from './elements.js';
import type { Node } from './node.js';
import { PatternTrie, type States } from '../../collections/pattern-trie.js';

/** A path that is there, as who looks sees it, and the part of it that the pattern itself fits. */
export interface Existing {
  readonly path: string;
  readonly base: string;
  readonly value: Kept | undefined;
}

/**
 * The paths that a pattern fits now, in their order, through links as well. An alias below its own target is gone through once.
 *
 * @param target the node that a node stands for: where its link leads, or itself.
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

/** What is looked for. */
interface Wish {
  readonly pattern: readonly string[];
  readonly recursive: boolean;
  /** Only what is at or below this. */
  readonly under: readonly string[];
}

/** The same, one after the other, until `take` says false. */
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

  /** Whether it is to go on. */
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
