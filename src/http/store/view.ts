import { ANY_PATH, segmentsOf } from '../../store/paths.js';
import { PatternTrie } from '../../collections/pattern-trie.js';
import type { StoreValue } from '../../store/values.js';
import { encodedValue } from './encoded-value.js';
import { SharedText } from './shared-text.js';
import type { Cursor } from '../../store/cursor.js';
import type { FollowingPage } from './page.js';

/** If links have changed at more paths, all values are sent again. */
const MOST_ANEW = 100;

/** What a view needs of its feed. */
export interface ViewOwner {
  readonly store: Cursor;
  /** A message with the present values of these paths. */
  changesText(paths: Iterable<string>, anew?: readonly string[]): string;
  /** No page uses the view any more. */
  drop(view: View): void;
}

/** The common view of all pages that follow the same patterns. */
export class View {
  readonly key: string;
  readonly patterns: readonly (readonly string[])[];
  readonly #owner: ViewOwner;
  readonly #trie = new PatternTrie<true>();
  readonly #pages = new Set<FollowingPage>();
  /** The whole content as it was encoded last, valid while nothing has changed. */
  #all: { readonly id: number; readonly most: number; readonly text: SharedText } | undefined;
  /** It is known to be larger than this many bytes. */
  #above = -1;

  constructor(owner: ViewOwner, key: string, patterns: readonly (readonly string[])[]) {
    this.#owner = owner;
    this.key = key;
    this.patterns = patterns;
    for (const pattern of patterns) this.#trie.add(pattern, false, true);
  }

  enter(page: FollowingPage): void {
    this.#pages.add(page);
  }

  leave(page: FollowingPage): void {
    this.#pages.delete(page);
    if (this.#pages.size === 0) this.#owner.drop(this);
  }

  /** Whether paths at or below these may belong to the view. */
  reachesAny(paths: readonly string[]): boolean {
    return paths.some((path) => this.#reaches(path));
  }

  #reaches(path: string): boolean {
    let states = this.#trie.start();
    for (const name of segmentsOf(path, ANY_PATH)) states = this.#trie.next(states, name);
    return states.length > 0;
  }

  /** Sends changes: these paths have changed, and at and below the `turned` paths other values may be seen. */
  tell(paths: readonly string[], turned: readonly string[]): void {
    this.#all = undefined;
    this.#above = -1;
    const anew = turned.length > MOST_ANEW ? turned : turned.filter((path) => this.#reaches(path));
    let text: SharedText | undefined;
    const changes = (): SharedText => (text ??= this.#changes(paths, anew));
    const sendsAll = anew.length > MOST_ANEW;
    for (const page of [...this.#pages]) {
      if (sendsAll || (anew.length > 0 && page.isBehind)) page.anew();
      else page.changed(paths, changes);
    }
  }

  #changes(paths: readonly string[], anew: readonly string[]): SharedText {
    if (anew.length === 0) return new SharedText(this.#owner.changesText(paths));
    const all = new Set(paths);
    for (const under of anew) this.#present(under, (path) => all.add(path).size > 0);
    return new SharedText(this.#owner.changesText(all, anew));
  }

  #present(under: string, take: (path: string, value: StoreValue) => boolean): void {
    let goesOn = true;
    for (const pattern of this.patterns) {
      this.#owner.store._ttPresent(pattern.join('/'), under, (path, value) => (goesOn = take(path, value)));
      if (!goesOn) return;
    }
  }

  /** A message with the whole content; `undefined` if it is larger than `most` bytes. */
  all(id: number, most: number): SharedText | undefined {
    if (most <= this.#above) return undefined;
    if (this.#all?.id === id && this.#all.most === most) return this.#all.text;
    const entries = this.#entries(most);
    if (entries === undefined) {
      this.#above = most;
      return undefined;
    }
    const text = new SharedText(`{"all":[${entries.join(',')}],"id":${id}}`);
    this.#all = { id, most, text };
    return text;
  }

  #entries(most: number): string[] | undefined {
    const entries: string[] = [];
    const seen = new Set<string>();
    let left = most;
    this.#present('', (path, value) => {
      const encoded = seen.has(path) ? undefined : encodedValue(value);
      if (encoded === undefined) return true;
      const entry = `[${JSON.stringify(path)},${encoded}]`;
      seen.add(path);
      entries.push(entry);
      left -= Buffer.byteLength(entry) + 1;
      return left >= 0;
    });
    return left < 0 ? undefined : entries;
  }
}
