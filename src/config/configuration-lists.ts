import { indexIn } from '../core/options/element-names.js';
import { type HasLists, ListPaths, standsForElement } from '../core/options/list-paths.js';
import { type Path, isPlainObject, valueAt } from '../core/options/data-tree.js';

/** The reason why a path with `#` or `.` stands for nothing. */
export class PlaceNotFound extends Error {}

/**
 * The lists of a configuration that is built from paths. In an object an element has a name such as `#0`; in a real
 * list it has a number.
 */
export class ConfigurationLists implements HasLists<string> {
  readonly #paths = new ListPaths<string>();
  readonly #isList: (path: Path) => boolean;
  #tree: unknown;

  /** @param isList whether a path is a list where no value exists yet. */
  constructor(isList: (path: Path) => boolean) {
    this.#isList = isList;
  }

  /**
   * Resolves a path: `#` is the next element, `.` the last one that `#` made, or the last existing one.
   * @throws {PlaceNotFound}
   */
  meant(path: string, tree: unknown): Path {
    const names = path.split('/');
    // An empty name is refused as in any other path.
    if (!standsForElement(path) || names.includes('')) return names;
    this.#tree = tree;
    const meant = this.#paths.resolve(this, '', names, (problem) => new PlaceNotFound(problem)).split('/');
    const above = meant.map((_, depth) => meant.slice(0, depth)).find((at) => isValue(valueAt(tree, at)));
    if (above !== undefined) throw new PlaceNotFound(`${above.join('/')} has a value, so it has no settings below it`);
    return meant;
  }

  exists(path: string): boolean {
    const keys = path.split('/');
    const node = valueAt(this.#tree, keys.slice(0, -1));
    return typeof node === 'object' && node !== null && Object.hasOwn(node, keys.at(-1)!);
  }

  lastElement(container: string, prefix: string): string | undefined {
    const index = this.#highest(container, prefix);
    return index < 0 ? undefined : this.#nameOf(container, prefix, index);
  }

  make(container: string, prefix: string): string {
    const name = this.#nameOf(container, prefix, this.#highest(container, prefix) + 1);
    return container === '' ? name : `${container}/${name}`;
  }

  pathOf(made: string): string {
    return made;
  }

  #highest(container: string, prefix: string): number {
    const node = this.#at(container);
    if (Array.isArray(node)) return prefix === '' ? node.length - 1 : -1;
    const names = isPlainObject(node) ? Object.keys(node) : [];
    return names.reduce((most, name) => Math.max(most, indexIn(name, prefix)), -1);
  }

  #nameOf(container: string, prefix: string, index: number): string {
    const node = this.#at(container);
    const isList = Array.isArray(node) || (node === undefined && this.#isList(container.split('/')));
    return isList && prefix === '' ? String(index) : `${prefix}#${index}`;
  }

  #at(container: string): unknown {
    return container === '' ? this.#tree : valueAt(this.#tree, container.split('/'));
  }
}

function isValue(node: unknown): boolean {
  return node !== undefined && !Array.isArray(node) && !isPlainObject(node);
}
