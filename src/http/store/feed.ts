import { toError } from '../../core/errors.js';
import type { Task } from '../../core/guests/task.js';
import type { Cursor } from '../../store/cursor.js';
import type { StoreEvent } from '../../store/event.js';
import { PatternTrie } from '../../collections/pattern-trie.js';
import { encodedValue } from './encoded-value.js';
import type { FollowingPage } from './page.js';
import { View, type ViewOwner } from './view.js';

/** The feeds of this thread, by what they are of. */
const feeds = new WeakMap<object, StoreFeed>();

/** The feed of a Store in this thread, for all its pages. `key` is one for each Store. */
export function feedOf(key: object, store: Cursor): StoreFeed {
  let feed = feeds.get(key);
  if (feed === undefined) feeds.set(key, (feed = new StoreFeed()));
  feed.store = store;
  return feed;
}

/**
 * What changes in a Store, for pages: which paths have, it hears within each write; what stands there it looks at once a turn, between two batches. So what
 * is sent leads from one state of the Store to a later one, and what many follow is encoded once.
 *
 * It subscribes to what may be read, and not to what pages ask for: so nothing that a page asks for slows the Store down.
 */
export class StoreFeed implements Task, ViewOwner {
  store!: Cursor;
  readonly #reads = new Map<string, { users: number; end(): void }>();
  readonly #views = new Map<string, View>();
  readonly #trie = new PatternTrie<View>();
  readonly #pages = new Set<FollowingPage>();
  #endTurns: (() => void) | undefined;
  #changed = new Set<string>();
  /** At and below these something else may be seen, since a link has come or gone: the Store tells of each value only when it changes. */
  #turned = new Set<string>();
  /** Those whose batches were carried out since the last look. */
  #writers = new Set<FollowingPage>();
  /** Whose sparkle is to look. */
  #runner: FollowingPage | undefined;

  // ---- Who follows what ----

  /** A page that may read what fits these patterns is there. */
  enter(page: FollowingPage, reads: readonly string[]): void {
    this.#pages.add(page);
    this.#endTurns ??= this.store._ttHearTurns(this.#hearTurns);
    for (const pattern of reads) {
      const read = this.#reads.get(pattern);
      if (read !== undefined) read.users++;
      else this.#reads.set(pattern, { users: 1, end: this.store._ttFollow([pattern], this.#hear) });
    }
  }

  leave(page: FollowingPage, reads: readonly string[]): void {
    if (!this.#pages.delete(page)) return;
    this.#writers.delete(page);
    for (const pattern of reads) {
      const read = this.#reads.get(pattern)!;
      if (--read.users > 0) continue;
      read.end();
      this.#reads.delete(pattern);
    }
    if (this.#pages.size === 0) this.#rest();
    if (this.#runner !== page) return;
    this.#runner = undefined;
    this.#look();
  }

  #rest(): void {
    this.#endTurns?.();
    this.#endTurns = undefined;
    this.#changed.clear();
    this.#turned.clear();
  }

  /** The view of these patterns, which is kept while somebody has it. */
  view(patterns: readonly (readonly string[])[]): View {
    const key = patterns
      .map((pattern) => pattern.join('/'))
      .sort()
      .join('\n');
    let view = this.#views.get(key);
    if (view !== undefined) return view;
    this.#views.set(key, (view = new View(this, key, patterns)));
    for (const pattern of patterns) this.#trie.add(pattern, false, view);
    return view;
  }

  drop(view: View): void {
    this.#views.delete(view.key);
    for (const pattern of view.patterns) this.#trie.remove(pattern, false, view);
  }

  // ---- What changes ----

  readonly #hear = (events: readonly StoreEvent[]): void => {
    for (const { path } of events) this.#changed.add(path);
    this.#look();
  };

  readonly #hearTurns = (paths: readonly string[]): void => {
    for (const path of paths) this.#turned.add(path);
    this.#look();
  };

  /** What a page has set was carried out: it is told behind what that has changed. */
  wrote(page: FollowingPage): void {
    this.#writers.add(page);
    this.#look();
  }

  #look(): void {
    if (this.#runner !== undefined || this.#changed.size + this.#turned.size + this.#writers.size === 0) return;
    const [first] = this.#pages;
    if (first === undefined) return;
    this.#runner = first;
    first.later(this);
  }

  run(): void {
    this.#runner = undefined;
    const writers = this.#writers;
    this.#writers = new Set();
    this.#entries.clear();
    try {
      this.#tellViews();
    } catch (thrown) {
      for (const page of [...this.#pages]) page.lost(toError(thrown));
    }
    this.#entries.clear();
    for (const page of writers) page.sayDone();
  }

  #tellViews(): void {
    const changed = this.#changed;
    const turned = [...this.#turned];
    this.#changed = new Set();
    this.#turned = new Set();
    const byView = new Map<View, string[]>();
    const pathsOf = (view: View): string[] => {
      let paths = byView.get(view);
      if (paths === undefined) byView.set(view, (paths = []));
      return paths;
    };
    for (const path of changed)
      for (const view of this.#trie.match(path === '' ? [] : path.split('/'))?.keys() ?? []) pathsOf(view).push(path);
    if (turned.length > 0) for (const view of this.#views.values()) if (view.reachesAny(turned)) pathsOf(view);
    for (const [view, paths] of byView) view.tell(paths, turned);
  }

  // ---- What is sent ----

  /** What was encoded in this look: several views may have the same path. */
  readonly #entries = new Map<string, string>();

  /** A message that says what stands at these paths now. `anew`: that there is nothing else at and below these. */
  changesText(paths: Iterable<string>, anew: readonly string[] = []): string {
    const entries: string[] = [];
    for (const path of paths) {
      let entry = this.#entries.get(path);
      if (entry === undefined) this.#entries.set(path, (entry = entryOf(path, this.store.get(path))));
      entries.push(entry);
    }
    const rest = anew.length === 0 ? '' : `,"anew":${JSON.stringify(anew)}`;
    return `{"changes":[${entries.join(',')}]${rest}}`;
  }

  /** The same for one page, at any time. */
  changesNow(paths: Iterable<string>): string {
    this.#entries.clear();
    const text = this.changesText(paths);
    this.#entries.clear();
    return text;
  }
}

/** A path and its value as JSON; a path alone where there is none. */
function entryOf(path: string, value: unknown): string {
  const encoded = encodedValue(value);
  return encoded === undefined ? `[${JSON.stringify(path)}]` : `[${JSON.stringify(path)},${encoded}]`;
}
