// A Store as slow and plain as can be: a flat Map of paths, links followed text by text, events found by looking at everything twice.
// The property test plays random programs on it and on the tree.

export interface ModelLink {
  readonly target: string;
  readonly active: boolean;
}

interface State {
  /** Every node that is no alias, with its value. */
  readonly nodes: Map<string, unknown>;
  readonly links: Map<string, ModelLink>;
}

/** What a path shows: before and after. */
export type Seen = readonly [path: string, old: unknown, value: unknown];

export class Circle extends Error {}

export class Model {
  #state: State = { nodes: new Map([['', undefined]]), links: new Map() };
  /** What each step since the last `take()` has changed to see. */
  #steps: Seen[][] = [];

  get(path: string): unknown {
    return this.#state.nodes.get(this.#resolve(path));
  }

  set(path: string, value: unknown): void {
    const end = this.#resolve(path);
    this.#step(this.#seenAs(end), () => {
      this.#place(end);
      this.#state.nodes.set(end, value);
    });
  }

  append(container: string, prefix: string): string {
    const below = this.keys(container).filter((key) => new RegExp(`^${prefix}#\\d+$`).test(key));
    const index = Math.max(-1, ...below.map((key) => Number(key.slice(prefix.length + 1)))) + 1;
    const path = join(container, `${prefix}#${index}`);
    this.#place(this.#resolve(path));
    return path;
  }

  keys(path: string): string[] {
    const end = this.#resolve(path);
    return this.#all().flatMap((node) =>
      node !== '' && above(node) === end ? [node.slice(node.lastIndexOf('/') + 1)] : [],
    );
  }

  remove(path: string): void {
    if (path === '') return this.set('', undefined);
    const itself = this.#itself(path);
    if (!this.#all().includes(itself)) return;
    const gone = new Set(this.#all().filter((node) => isWithin(node, itself)));
    // An active alias goes with what it leads to, and with an alias on its way.
    for (let size = -1; size !== gone.size;) {
      size = gone.size;
      for (const [alias, { active, target }] of this.#state.links) {
        const way = this.#way(target);
        if (active && [...way.through, ...(this.#has(way.end) ? [way.end!] : [])].some((node) => gone.has(node)))
          gone.add(alias);
      }
    }
    this.#step(
      [...gone].flatMap((node) => this.#seenAs(node)),
      () => {
        for (const node of gone) this.#delete(node);
      },
    );
  }

  link(path: string, target: string, active: boolean): void {
    const itself = this.#itself(path);
    const before = this.#copy();
    // The active aliases that lead here, or through here.
    const aliases = [...this.#state.links].flatMap(([alias, link]) => {
      const { end, through } = this.#way(link.target);
      const isLooking = through.includes(itself) || (end !== undefined && isWithin(end, itself));
      return link.active && isLooking ? [alias] : [];
    });
    const inside = this.#all().filter((node) => isWithin(node, itself));
    const looked = [itself, ...inside, ...aliases.filter((alias) => !inside.includes(alias))];
    const seenBefore = looked.flatMap((node) => this.#seenAs(node));
    this.#place(above(itself));
    for (const node of inside) this.#delete(node);
    this.#state.links.set(itself, { target, active });
    try {
      this.#resolve(itself);
    } catch (thrown) {
      this.#state = before;
      throw thrown;
    }
    this.#steps.push(
      differences(
        new Set(seenBefore),
        (node) => this.#in(before, node),
        (node) => this.#show(node),
      ),
    );
  }

  /** What is done is taken back where it throws. */
  group(body: () => void): void {
    const before = this.#copy();
    const { length } = this.#steps;
    try {
      body();
    } catch (thrown) {
      this.#state = before;
      this.#steps.length = length;
      throw thrown;
    }
  }

  /** What each step has changed to see, since it was last asked. */
  take(): Seen[][] {
    return this.#steps.splice(0);
  }

  /** Everything there is, as steps of a batch, in the order of paths. */
  all(): unknown[][] {
    const { nodes, links } = this.#state;
    const inner = new Set([...nodes.keys(), ...links.keys()].map((node) => (node === '' ? undefined : above(node))));
    const steps = [...nodes].flatMap(([path, value]): unknown[][] => {
      if (value !== undefined) return [[0, path, value]];
      return path === '' || inner.has(path) ? [] : [[1, path, undefined]];
    });
    return [...steps, ...Array.from(links, ([path, { target, active }]) => [3, path, [target, active]])];
  }

  #step(seen: readonly string[], change: () => void): void {
    const before = this.#copy();
    change();
    this.#steps.push(
      differences(
        new Set(seen),
        (node) => this.#in(before, node),
        (node) => this.#show(node),
      ),
    );
  }

  #copy(): State {
    return { nodes: new Map(this.#state.nodes), links: new Map(this.#state.links) };
  }

  #in(state: State, path: string): unknown {
    const now = this.#state;
    this.#state = state;
    const shown = this.#show(path);
    this.#state = now;
    return shown;
  }

  #show(path: string): unknown {
    const { end } = this.#way(path);
    return end === undefined ? undefined : this.#state.nodes.get(end);
  }

  #place(path: string): void {
    for (let node = path; !this.#state.nodes.has(node); node = above(node)) this.#state.nodes.set(node, undefined);
  }

  #delete(node: string): void {
    this.#state.nodes.delete(node);
    this.#state.links.delete(node);
  }

  #all(): string[] {
    return [...this.#state.nodes.keys(), ...this.#state.links.keys()];
  }

  #has(path: string | undefined): boolean {
    return path !== undefined && this.#state.nodes.has(path);
  }

  #resolve(path: string): string {
    const { end } = this.#way(path);
    if (end === undefined) throw new Circle();
    return end;
  }

  /** The node itself, where the last segment is an alias. */
  #itself(path: string): string {
    return path === '' ? '' : join(this.#resolve(above(path)), path.slice(path.lastIndexOf('/') + 1));
  }

  #way(path: string): { readonly end: string | undefined; readonly through: readonly string[] } {
    const through: string[] = [];
    let end = path;
    for (;;) {
      const alias = [...this.#state.links.keys()].find((node) => isWithin(end, node));
      if (alias === undefined) return { end, through };
      through.push(alias);
      if (through.length > 100) return { end: undefined, through };
      end = join(this.#state.links.get(alias)!.target, end.slice(alias.length + 1));
    }
  }

  #seenAs(path: string, chain: readonly string[] = []): string[] {
    const active = [...this.#state.links].filter(([alias, link]) => link.active && !chain.includes(alias));
    const more = active.flatMap(([alias, { target }]) => {
      const { end } = this.#way(target);
      if (end === undefined || !isWithin(path, end)) return [];
      return this.#seenAs(join(alias, end === '' ? path : path.slice(end.length + 1)), [...chain, alias]);
    });
    return [path, ...more];
  }
}

/** Whether a pattern fits a path, tried in every way. */
export function fits([first, ...rest]: readonly string[], path: readonly string[], recursive: boolean): boolean {
  if (first === undefined) return recursive || path.length === 0;
  if (path.length === 0) return false;
  const [name, ...below] = path as [string, ...string[]];
  if (first === '**') return fits(rest, below, recursive) || fits([first, ...rest], below, recursive);
  const glob = new RegExp(
    `^${first
      .split('*')
      .map((text) => text.replace(/[^a-z0-9]/g, '\\$&'))
      .join('.*')}$`,
  );
  return glob.test(name) && fits(rest, below, recursive);
}

function differences(
  paths: ReadonlySet<string>,
  before: (path: string) => unknown,
  after: (path: string) => unknown,
): Seen[] {
  return Array.from(paths, (path): Seen => [path, before(path), after(path)]).filter(
    ([, old, value]) => !Object.is(old, value),
  );
}

const join = (one: string, other: string): string => [one, other].filter((text) => text !== '').join('/');
const above = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));
const isWithin = (path: string, other: string): boolean =>
  other === '' || path === other || path.startsWith(`${other}/`);
