/** Patterns by their segments, so that those that fit a path are found by its depth, however many there are. */
interface Branching<T> {
  readonly named: Map<string, Branching<T>>;
  /** `*` */
  any: Branching<T> | undefined;
  /** `**`: a segment or more. */
  deep: Branching<T> | undefined;
  /** A segment with a `*` in it, by its text. */
  readonly globs: Map<string, { readonly fits: (name: string) => boolean; readonly below: Branching<T> }>;
  /** What fits where a path ends here. */
  readonly exact: Set<T>;
  /** What fits here and all below. */
  readonly within: Set<T>;
  readonly isDeep: boolean;
}

export type States<T> = ReadonlySet<Branching<T>>;

/** A segment of a pattern is a name, `*` (any name), `**` (one segment or more) or has `*` in it (`sens*`). */
export class PatternTrie<T> {
  readonly #root = branching<T>(false);
  size = 0;

  /** `recursive`: it also fits what is below what the pattern fits. */
  add(pattern: readonly string[], recursive: boolean, item: T): void {
    let at = this.#root;
    for (const segment of pattern) at = step(at, segment);
    (recursive ? at.within : at.exact).add(item);
    this.size++;
  }

  remove(pattern: readonly string[], recursive: boolean, item: T): void {
    const way = [this.#root];
    for (const segment of pattern) way.push(step(way.at(-1)!, segment));
    const last = way.at(-1)!;
    if ((recursive ? last.within : last.exact).delete(item)) this.size--;
    for (let at = way.length - 1; at > 0 && isEmpty(way[at]!); at--) drop(way[at - 1]!, pattern[at - 1]!);
  }

  /** Whether any fits a path. */
  fits(path: readonly string[]): boolean {
    return this.size > 0 && this.match(path).size > 0;
  }

  /** Where a walk down the tree begins: no segment has been seen. */
  start(): States<T> {
    return new Set([this.#root]);
  }

  /** Where it is after one more name. */
  next(states: States<T>, name: string): States<T> {
    return next(states, name);
  }

  /** Whether something fits where it is, alone or with all below. */
  at(states: States<T>): { readonly exact: boolean; readonly within: boolean } {
    const all = [...states];
    return { exact: all.some(({ exact }) => exact.size > 0), within: all.some(({ within }) => within.size > 0) };
  }

  /** The only names with which it can go on; `undefined` where that can be any. */
  names(states: States<T>): string[] | undefined {
    const names = new Set<string>();
    for (const { named, any, deep, globs, isDeep } of states) {
      if (any !== undefined || deep !== undefined || globs.size > 0 || isDeep) return undefined;
      for (const name of named.keys()) names.add(name);
    }
    return [...names];
  }

  /** What fits a path, with the longest part of the path, in segments, that its pattern itself fits. */
  match(path: readonly string[]): Map<T, number> {
    const found = new Map<T, number>();
    let states = this.start();
    for (const state of states) for (const item of state.within) found.set(item, 0);
    for (let depth = 1; depth <= path.length && states.size > 0; depth++) {
      states = next(states, path[depth - 1]!);
      for (const state of states) for (const item of state.within) found.set(item, depth);
    }
    for (const state of states) for (const item of state.exact) found.set(item, path.length);
    return found;
  }
}

function next<T>(states: ReadonlySet<Branching<T>>, name: string): Set<Branching<T>> {
  const after = new Set<Branching<T>>();
  for (const state of states) {
    if (state.isDeep) after.add(state);
    const named = state.named.get(name);
    if (named !== undefined) after.add(named);
    if (state.any !== undefined) after.add(state.any);
    if (state.deep !== undefined) after.add(state.deep);
    for (const { fits, below } of state.globs.values()) if (fits(name)) after.add(below);
  }
  return after;
}

function branching<T>(isDeep: boolean): Branching<T> {
  return {
    named: new Map(),
    any: undefined,
    deep: undefined,
    globs: new Map(),
    exact: new Set(),
    within: new Set(),
    isDeep,
  };
}

function step<T>(from: Branching<T>, segment: string): Branching<T> {
  if (segment === '*') return (from.any ??= branching(false));
  if (segment === '**') return (from.deep ??= branching(true));
  if (!segment.includes('*')) return made(from.named, segment, () => branching(false));
  return made(from.globs, segment, () => ({ fits: glob(segment), below: branching<T>(false) })).below;
}

function drop<T>(from: Branching<T>, segment: string): void {
  if (segment === '*') from.any = undefined;
  else if (segment === '**') from.deep = undefined;
  else if (segment.includes('*')) from.globs.delete(segment);
  else from.named.delete(segment);
}

function isEmpty<T>({ named, any, deep, globs, exact, within }: Branching<T>): boolean {
  return named.size + globs.size + exact.size + within.size === 0 && any === undefined && deep === undefined;
}

function made<V>(all: Map<string, V>, key: string, make: () => V): V {
  let value = all.get(key);
  if (value === undefined) all.set(key, (value = make()));
  return value;
}

/** Whether a segment of a pattern has wildcards. */
export function isWild(segment: string): boolean {
  return segment.includes('*');
}

/** What tells whether a name fits a segment of a pattern. It takes time by the length of both, whatever they are. */
export function glob(segment: string): (name: string) => boolean {
  if (segment === '*' || segment === '**') return () => true;
  const parts = segment.split(/\*+/);
  if (parts.length === 1) return (name) => name === segment;
  const first = parts[0]!;
  const last = parts.at(-1)!;
  const inner = parts.slice(1, -1);
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let from = first.length;
    const to = name.length - last.length;
    for (const part of inner) {
      const at = name.indexOf(part, from);
      if (at === -1 || at + part.length > to) return false;
      from = at + part.length;
    }
    return true;
  };
}
