import { toError } from '../../core/errors.js';
import type { Task } from '../../core/features/task.js';
import type { Cursor } from '../../store/cursor.js';
import type { StoreEvent } from '../../store/event.js';
import { PatternTrie } from '../../collections/pattern-trie.js';
import { encodedValue } from './encoded-value.js';
import type { FollowingPage } from './page.js';
import { View, type ViewOwner } from './view.js';

/** The feeds of this thread, by their Stores. */
const feeds = new WeakMap<object, StoreFeed>();

/** The feed of a Store in this thread, for all its pages. `key` identifies the Store. */
export function feedOf(key: object, store: Cursor): StoreFeed {
  let feed = feeds.get(key);
  if (feed === undefined) feeds.set(key, (feed = new StoreFeed()));
  feed.store = store;
  return feed;
}

/**
 * Sends the changes of a Store to pages. Within each write it notes which paths have changed. Once in each turn,
 * between two batches, it reads their values. So each message leads from one state of the Store to a later one, and a
 * value that many pages follow is encoded once.
 *
 * It subscribes to what pages may read, not to what they follow, so the requests of pages cannot slow the Store down.
 */
export class StoreFeed implements Task, ViewOwner {
  store!: Cursor;
  readonly #reads = new Map<string, { users: number; end(): void }>();
  readonly #views = new Map<string, View>();
  readonly #trie = new PatternTrie<View>();
  readonly #pages = new Set<FollowingPage>();
  #endTurns: (() => void) | undefined;
  #changed = new Set<string>();
  /**
   * Paths at and below which other values may be seen, because a link was made or removed. The Store itself reports a
   * value only when it changes.
   */
  #turned = new Set<string>();
  /** Pages whose batches were carried out since the last message. */
  #writers = new Set<FollowingPage>();
  /** The page whose Tonic runs the next check. */
  #runner: FollowingPage | undefined;

  // ---- Pages and views ----

  /** Adds a page that may read the paths of these patterns. */
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

  /** The view of these patterns. It exists as long as a page uses it. */
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

  // ---- Changes ----

  readonly #hear = (events: readonly StoreEvent[]): void => {
    for (const { path } of events) this.#changed.add(path);
    this.#look();
  };

  readonly #hearTurns = (paths: readonly string[]): void => {
    for (const path of paths) this.#turned.add(path);
    this.#look();
  };

  /** A batch of a page was carried out. The page is told after the changes were sent. */
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

  // ---- Messages ----

  /** Entries that were encoded in this round: several views may contain the same path. */
  readonly #entries = new Map<string, string>();

  /** A message with the present values of these paths. `anew`: nothing else exists at and below these paths. */
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

  /** A message for a single page, at any time. */
  changesNow(paths: Iterable<string>): string {
    this.#entries.clear();
    const text = this.changesText(paths);
    this.#entries.clear();
    return text;
  }
}

/** A path and its value as JSON; only the path if there is no value. */
function entryOf(path: string, value: unknown): string {
  const encoded = encodedValue(value);
  return encoded === undefined ? `[${JSON.stringify(path)}]` : `[${JSON.stringify(path)},${encoded}]`;
}
