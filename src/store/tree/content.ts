import { fail } from '../../core/errors.js';
import { ANY_PATH, type PathLimits, badPath, checkName, segmentsOf } from '../paths.js';
import { type StoredValue, type StoreValue, readable } from '../values.js';
import { ActiveLinks, type AliasTarget } from './active-links.js';
import { elementCame, elementWent } from './elements.js';
import { Branch, type Link, Node, within } from './node.js';

/** The limits of a tree. */
export interface Limits extends PathLimits {
  readonly paths: number;
  readonly subscriptions: number;
  readonly valueBytes: number;
}

export const NO_LIMITS: Limits = { ...ANY_PATH, paths: Infinity, subscriptions: Infinity, valueBytes: Infinity };

/** How far a path exists: the last existing node, and the missing names below it. */
interface Reached {
  readonly node: Node;
  readonly missing: readonly string[];
  /** The depth of the node. */
  readonly depth: number;
  /** The number of links that were followed. */
  readonly hops: number;
}

/** The most links that a path may go through; more means a circle. */
const MOST_LINKS = 100;
const MOST_KNOWN = 65_536;
const NOBODY: Node[] = [];

/**
 * The content of a tree: its nodes, the lookup of paths, and the links. It does not know who changes it or who
 * subscribes to it.
 */
export class Content {
  readonly root: Node;
  readonly links = new ActiveLinks();
  limits: Limits;
  /** Increases when links or subscriptions change, and with them who hears of a path. */
  version = 0;
  /** The number of nodes, without the root. */
  size = 0;
  /** Called with the paths at and below which other values may be seen, because a link was made or removed. */
  readonly turnHearers = new Set<(paths: readonly string[]) => void>();
  #aliases = 0;
  /** Nodes by their own path, including removed ones. */
  readonly #known = new Map<string, Node>();
  /** Nodes by other paths: through links, or with outer slashes. */
  readonly #byOther = new Map<string, Node>();

  constructor(limits: Limits) {
    this.limits = limits;
    this.root = new Node('', undefined);
    this.root.parent = this.root;
  }

  get hasLinks(): boolean {
    return this.#aliases > 0;
  }

  /** The node that a path leads to. */
  find(path: string): Node | undefined {
    return this.found(path) ?? this.#search(path);
  }

  /** The node that a path leads to, only if it was looked up before. */
  found(path: string): Node | undefined {
    const node = this.#known.get(path) ?? (this.#byOther.size === 0 ? undefined : this.#byOther.get(path));
    return node?.parent === undefined ? undefined : node;
  }

  /** The node with this own path, only if it was looked up before. */
  known(path: string): Node | undefined {
    const node = this.#known.get(path);
    return node?.parent === undefined ? undefined : node;
  }

  /** The node at a path. If the last segment is an alias, it is not followed. */
  findItself(path: string): Node | undefined {
    const { node, missing } = this.#walk(this.segments(path), path, false);
    return missing.length === 0 ? node : undefined;
  }

  /** The node at a path, an alias not followed; if there is none, the nearest one above. */
  nearest(path: string): Node {
    return this.#walk(this.segments(path), path, false).node;
  }

  /** The first alias on a path, with or without its last segment. */
  aliasOn(path: string, onLast: boolean): Node | undefined {
    if (this.#aliases === 0) return undefined;
    let node: Node | undefined = this.root;
    const segments = this.segments(path);
    for (const name of onLast ? segments : segments.slice(0, -1)) {
      node = node?.branch?.children.get(name);
      if (node?.link !== undefined) return node;
    }
    return undefined;
  }

  segments(path: string): string[] {
    return segmentsOf(path, this.limits);
  }

  /** The value that is seen at a path; none if its links form a circle. */
  valueAt(path: string): StoredValue | undefined {
    try {
      return this.find(path)?.value;
    } catch {
      return undefined;
    }
  }

  /** The same value, for a reader. */
  shownAt(path: string): StoreValue | undefined {
    return readable(this.valueAt(path));
  }

  /** The value that is seen at an alias. */
  shown(alias: Node): StoredValue | undefined {
    return this.target(alias)?.value;
  }

  /** The node that a node stands for: the target of its link, if that exists, or itself. */
  target(node: Node): Node | undefined {
    const { link } = node;
    if (link === undefined) return node;
    try {
      const { node: end, missing } = this.#walk(link.segments, '', true);
      return missing.length === 0 ? end : undefined;
    } catch {
      // The links form a circle.
      return undefined;
    }
  }

  /**
   * The node that a path leads to, which is made if it does not exist; and the topmost node that was made.
   *
   * @throws {TaskTonicError} `TT_STORE_PATH`, `TT_STORE_FULL`; then nothing is made.
   */
  place(path: string, throughLast = true): { readonly node: Node; readonly made: Node | undefined } {
    const segments = this.segments(path);
    const { node, missing, depth, hops } = this.#walk(segments, path, throughLast);
    if (missing.length === 0) {
      if (throughLast) this.#remember(path, node, hops);
      return { node, made: undefined };
    }
    this.#checkRoom(path, missing, depth + missing.length);
    let at = node;
    for (const name of missing) this.#add(at, (at = new Node(name, at)));
    if (throughLast) this.#remember(path, at, hops);
    let made = at;
    while (made.parent !== node) made = made.parent!;
    return { node: at, made };
  }

  /** Removes a node with all below it. */
  detach(node: Node): void {
    this.#turn(this.#aliasesIn(node), () => {
      // The branch is kept although it is empty: an iteration over it must see children that are added again.
      const branch = node.parent!.branch!;
      branch.children.delete(node.key);
      elementWent(branch, node.key);
      this.#bury(node);
      this.#drop(node);
    });
  }

  /** Puts a removed node back below its former parent. */
  attach(parent: Node, node: Node): void {
    node.parent = parent;
    this.#add(parent, node);
    this.#revive(node);
    this.#turn(this.#aliasesIn(node));
  }

  /** Makes a node an alias, or an ordinary node again. The nodes below it are removed. */
  replace(node: Node, value: StoredValue | undefined, branch: Branch | undefined): void {
    this.#turn([node, ...this.#aliasesIn(node)], () => {
      this.#bury(node);
      if (node.link !== undefined) this.#aliases--;
      node.value = value;
      node.branch = branch;
      if (node.link !== undefined) this.#aliases++;
      this.#revive(node);
    });
    // The aliases that came back with it.
    this.#turn(this.#aliasesIn(node));
  }

  /**
   * The active aliases that lead to a node, below it, or through an alias within it. Aliases within the node are left
   * out.
   */
  dependents(node: Node): { readonly through: readonly Node[]; readonly into: readonly Node[] } {
    if (this.links.size === 0) return { through: NOBODY, into: NOBODY };
    const through = new Set<Node>();
    const inside = this.#aliasesIn(node);
    for (const alias of inside) for (const user of this.links.through(alias)) through.add(user);
    const into = new Set<Node>();
    for (const { alias, end } of this.links.into(node.segments))
      if (!through.has(alias) && this.#at(end) !== undefined) into.add(alias);
    // Aliases that lead through these go as well.
    for (const alias of into) for (const user of this.links.through(alias)) if (!through.has(user)) into.add(user);
    const isOutside = (alias: Node): boolean => !isIn(alias, node);
    return { through: inOrder(through).filter(isOutside), into: inOrder(into).filter(isOutside) };
  }

  /** The active aliases that may show another value when a link is put on a node or removed from it. */
  onlookers(node: Node): Node[] {
    const found = new Set<Node>(this.links.through(node));
    if (this.links.size > 0) for (const { alias } of this.links.into(node.segments)) found.add(alias);
    found.delete(node);
    return inOrder(found);
  }

  /** @throws {TaskTonicError} `TT_STORE_LINK_CIRCLE` */
  checkCircle(path: string): void {
    this.#walk(this.segments(path), path, true);
  }

  #search(path: string): Node | undefined {
    const { node, missing, hops } = this.#walk(this.segments(path), path, true);
    if (missing.length > 0) return undefined;
    this.#remember(path, node, hops);
    return node;
  }

  #remember(path: string, node: Node, hops: number): void {
    const isOwn = hops === 0 && !path.startsWith('/') && !path.endsWith('/');
    const nodes = isOwn ? this.#known : this.#byOther;
    if (nodes.size >= MOST_KNOWN) nodes.clear();
    nodes.set(path, node);
  }

  #walk(segments: readonly string[], path: string, throughLast: boolean, through?: Node[]): Reached {
    let node = this.root;
    let names = segments;
    let hops = 0;
    for (let at = 0; at < names.length;) {
      const next = node.branch?.children.get(names[at]!);
      if (next === undefined) return { node, missing: at === 0 ? names : names.slice(at), depth: at, hops };
      const { link } = next;
      at++;
      if (link === undefined || (!throughLast && at === names.length)) {
        node = next;
        continue;
      }
      through?.push(next);
      if (++hops > MOST_LINKS) throw fail('TT_STORE_LINK_CIRCLE', { path: JSON.stringify(path), most: MOST_LINKS });
      names = [...link.segments, ...names.slice(at)];
      node = this.root;
      at = 0;
    }
    return { node, missing: [], depth: names.length, hops };
  }

  #wayOf(alias: Node, { segments }: Link): AliasTarget {
    const through = [alias];
    try {
      const { node, missing } = this.#walk(segments, '', true, through);
      return { end: [...node.segments, ...missing], through };
    } catch {
      return { end: undefined, through };
    }
  }

  /** The node with this own path. */
  #at(segments: readonly string[]): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of segments) node = node?.branch?.children.get(name);
    return node;
  }

  #checkRoom(path: string, missing: readonly string[], depth: number): void {
    const { paths, depth: deepest } = this.limits;
    for (const name of missing) checkName(name, path);
    if (depth > deepest) throw badPath(path, `it leads to more than ${deepest} segments`);
    if (this.size + missing.length > paths)
      throw fail('TT_STORE_FULL', { what: 'the Store', most: `${paths} paths`, remedy: 'raise "paths"' });
  }

  #add(parent: Node, node: Node): void {
    parent.branch ??= new Branch();
    parent.branch.children.set(node.key, node);
    elementCame(parent.branch, node.key);
    this.size++;
    if (node.link !== undefined) this.#aliases++;
  }

  /** Marks all nodes below a node as part of the tree again. */
  #revive(node: Node): void {
    for (const one of within(node)) {
      for (const child of one.branch?.children.values() ?? NOBODY) {
        child.parent = one;
        this.size++;
        if (child.link !== undefined) this.#aliases++;
      }
    }
  }

  /** Marks all nodes below a node as removed. */
  #bury(node: Node): void {
    for (const one of within(node)) if (one !== node) this.#drop(one);
  }

  #drop(node: Node): void {
    node.parent = undefined;
    this.size--;
    if (node.link !== undefined) this.#aliases--;
  }

  /** Changes links; the active aliases that may lead elsewhere now are entered again. */
  #turn(aliases: readonly Node[], change?: () => void): void {
    if (aliases.length === 0) {
      change?.();
      return;
    }
    const turned = new Set<Node>();
    for (const alias of aliases) {
      turned.add(alias);
      for (const user of this.links.through(alias)) turned.add(user);
      if (alias.parent !== undefined) for (const { alias: user } of this.links.into(alias.segments)) turned.add(user);
    }
    this.#tellTurned(aliases);
    for (const alias of turned) this.links.leave(alias);
    change?.();
    this.#known.clear();
    this.#byOther.clear();
    this.version++;
    for (const alias of turned)
      if (alias.parent !== undefined && alias.link?.bubbles === true)
        this.links.enter(alias, this.#wayOf(alias, alias.link));
    this.#tellTurned(aliases);
  }

  #tellTurned(aliases: readonly Node[]): void {
    if (this.turnHearers.size === 0) return;
    const there = aliases.filter(({ parent }) => parent !== undefined);
    const paths = there.flatMap(({ segments }) => this.links.seenAs(segments));
    if (paths.length > 0) for (const subscriber of this.turnHearers) subscriber(paths);
  }

  #aliasesIn(node: Node): Node[] {
    return this.#aliases === 0 ? NOBODY : Array.from(within(node)).filter(({ link }) => link !== undefined);
  }
}

/** Sorted by path, so that the order is the same in each replica. */
function inOrder(nodes: ReadonlySet<Node>): Node[] {
  if (nodes.size < 2) return [...nodes];
  const paths = Array.from(nodes, (node) => ({ node, path: node.path }));
  return paths.sort((one, other) => (one.path < other.path ? -1 : 1)).map(({ node }) => node);
}

function isIn(node: Node, other: Node): boolean {
  for (let one = node; ; one = one.parent!) {
    if (one === other) return true;
    if (one.parent === one || one.parent === undefined) return false;
  }
}
