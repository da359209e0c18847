/**
 * A structure with lists, by path: paths are absolute, and `''` is its root.
 *
 * @typeParam Made an element that was made; its path may become known later.
 */
export interface HasLists<Made> {
  exists(path: string): boolean;
  /** The name of the element with the highest number. */
  lastElement(container: string, prefix: string): string | undefined;
  /** Makes the next element. */
  make(container: string, prefix: string): Made;
  pathOf(made: Made): string;
}

const SPECIAL = /[#.](?:\/|$)/;

/** Whether a segment of a path stands for a list element: `#`, `name#`, `.` or `name.`. */
export function standsForElement(path: string): boolean {
  return SPECIAL.test(path);
}

/**
 * Remembers the element that one writer made last in each list, so that `.` means its own element even if others make
 * some.
 */
export class ListPaths<Made> {
  readonly #last = new Map<string, Made>();

  /**
   * Resolves segments that stand for elements; new elements are made.
   *
   * @param refused makes the error for a segment that stands for nothing.
   */
  resolve(
    lists: HasLists<Made>,
    from: string,
    segments: readonly string[],
    refused: (problem: string) => Error,
  ): string {
    return segments.reduce((at, segment) => {
      const step = this.#step(lists, at, segment);
      if (step === undefined) throw refused(`"${segment}" is the last element of a list, and there is none`);
      return step;
    }, from);
  }

  /** Makes the next element. */
  make(lists: HasLists<Made>, container: string, prefix: string): Made {
    const made = lists.make(container, prefix);
    this.#last.set(nameOf(container, prefix), made);
    return made;
  }

  #step(lists: HasLists<Made>, at: string, segment: string): string | undefined {
    if (segment.endsWith('#')) return lists.pathOf(this.make(lists, at, segment.slice(0, -1)));
    if (!segment.endsWith('.')) return below(at, segment);
    const name = segment.slice(0, -1);
    if (name === '') return this.#lastOf(lists, at, '') ?? at;
    const child = below(at, name);
    const last = this.#own(lists, at, name) ?? this.#lastOf(lists, child, '') ?? this.#lastOf(lists, at, name);
    return last ?? (lists.exists(child) ? child : undefined);
  }

  #lastOf(lists: HasLists<Made>, container: string, prefix: string): string | undefined {
    const own = this.#own(lists, container, prefix);
    if (own !== undefined) return own;
    const highest = lists.lastElement(container, prefix);
    return highest === undefined ? undefined : below(container, highest);
  }

  /** The element that was made last here, if it still exists. */
  #own(lists: HasLists<Made>, container: string, prefix: string): string | undefined {
    const made = this.#last.get(nameOf(container, prefix));
    const path = made === undefined ? undefined : lists.pathOf(made);
    return path !== undefined && lists.exists(path) ? path : undefined;
  }
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function nameOf(container: string, prefix: string): string {
  return `${container}\n${prefix}`;
}
