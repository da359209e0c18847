/** Patterns by their segments, so that those that fit a path are found by its depth, however many there are. */
interface Branching<T> {
  readonly named: Map<string, Branching<T>>;
  /** `*` */
  any: Branching<T> | undefined;
  /** `**`: a segment or more. */
  deep: Branching<T> | undefined;
  /** Segments with a `*` in them, by what they begin with, or else end with. */
  readonly globs: Map<string, Map<string, Glob<T>>>;
  /** What fits where a path ends here. */
  readonly exact: Set<T>;
  /** What fits here and all below. */
  readonly within: Set<T>;
  readonly isDeep: boolean;
}

interface Glob<T> {
  readonly fits: (name: string) => boolean;
  readonly below: Branching<T>;
}

/** Where a walk down a path is: all the places that it may be at. */
export type States<T> = readonly Branching<T>[];

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
    return this.size > 0 && this.match(path) !== undefined;
  }

  /** What fits a path, with the longest part of the path, in segments, that its pattern itself fits; `undefined` where nothing does. */
  match(path: readonly string[]): ReadonlyMap<T, number> | undefined {
    let states = this.start();
    let found = foundIn(states, 'within', 0, undefined);
    for (let depth = 1; depth <= path.length && states.length > 0; depth++) {
      states = this.next(states, path[depth - 1]!);
      found = foundIn(states, 'within', depth, found);
    }
    return foundIn(states, 'exact', path.length, found);
  }

  /** Where a walk begins: no segment has been seen. */
  start(): States<T> {
    return [this.#root];
  }

  /** Where it is after one more name. */
  next(states: States<T>, name: string): States<T> {
    const after: Branching<T>[] = [];
    for (const { named, any, deep, globs } of states) {
      const below = named.get(name);
      if (below !== undefined) after.push(below);
      if (any !== undefined) after.push(any);
      if (deep !== undefined) after.push(deep);
      if (globs.size > 0) pushGlobs(globs, name, after);
    }
    // Each has one way to it, but for `**`, where one can also stay.
    for (const state of states) if (state.isDeep && !after.includes(state)) after.push(state);
    return after;
  }

  /** Whether something fits where it is, alone or with all below. */
  at(states: States<T>): { readonly exact: boolean; readonly within: boolean } {
    return { exact: states.some(({ exact }) => exact.size > 0), within: states.some(({ within }) => within.size > 0) };
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
}

function foundIn<T>(
  states: States<T>,
  which: 'exact' | 'within',
  depth: number,
  found: Map<T, number> | undefined,
): Map<T, number> | undefined {
  let all = found;
  for (const state of states) {
    if (state[which].size === 0) continue;
    all ??= new Map();
    for (const item of state[which]) all.set(item, depth);
  }
  return all;
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
  if (!isWild(segment)) return made(from.named, segment, () => branching(false));
  const globs = made(from.globs, endOf(segment), () => new Map<string, Glob<T>>());
  return made(globs, segment, () => ({ fits: glob(segment), below: branching<T>(false) })).below;
}

function drop<T>(from: Branching<T>, segment: string): void {
  if (segment === '*') from.any = undefined;
  else if (segment === '**') from.deep = undefined;
  else if (!isWild(segment)) from.named.delete(segment);
  else {
    const globs = from.globs.get(endOf(segment));
    if (globs?.delete(segment) === true && globs.size === 0) from.globs.delete(endOf(segment));
  }
}

function isEmpty<T>({ named, any, deep, globs, exact, within }: Branching<T>): boolean {
  return named.size + globs.size + exact.size + within.size === 0 && any === undefined && deep === undefined;
}

function made<V>(all: Map<string, V>, key: string, make: () => V): V {
  let value = all.get(key);
  if (value === undefined) all.set(key, (value = make()));
  return value;
}

/** What a name must begin with, `sens*`, or, where that is nothing, end with, `*sor`. */
function endOf(segment: string): string {
  const first = segment.slice(0, segment.indexOf('*'));
  return first === '' ? segment.slice(segment.lastIndexOf('*')) : `${first}*`;
}

function pushGlobs<T>(globs: Branching<T>['globs'], name: string, into: Branching<T>[]): void {
  for (let length = 1; length <= name.length; length++) {
    pushFitting(globs.get(`${name.slice(0, length)}*`), name, into);
    pushFitting(globs.get(`*${name.slice(-length)}`), name, into);
  }
  // With a star on both sides.
  pushFitting(globs.get('*'), name, into);
}

function pushFitting<T>(globs: ReadonlyMap<string, Glob<T>> | undefined, name: string, into: Branching<T>[]): void {
  for (const { fits, below } of globs?.values() ?? []) if (fits(name)) into.push(below);
}

/** Whether a segment of a pattern has wildcards. */
export function isWild(segment: string): boolean {
  return segment.includes('*');
}

/** What tells whether a name fits a segment of a pattern with wildcards. It takes time by the length of both, whatever they are. */
function glob(segment: string): (name: string) => boolean {
  const parts = segment.split(/\*+/);
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
