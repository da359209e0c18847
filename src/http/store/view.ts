import { encodedValue } from './encoded-value.js';
import type { StoreFeed } from './feed.js';
import { SharedText } from './shared-text.js';
import type { Session } from './session.js';

/** What all pages see that follow the same patterns. */
export class View {
  readonly key: string;
  readonly patterns: readonly (readonly string[])[];
  readonly #feed: StoreFeed;
  readonly #sessions = new Set<Session>();
  /** All of it, as it was encoded last, where nothing has changed since. */
  #all: { readonly id: number; readonly most: number; readonly text: SharedText } | undefined;
  /** It is more than so many bytes. */
  #above = -1;

  constructor(feed: StoreFeed, key: string, patterns: readonly (readonly string[])[]) {
    this.#feed = feed;
    this.key = key;
    this.patterns = patterns;
  }

  enter(session: Session): void {
    this.#sessions.add(session);
  }

  leave(session: Session): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#feed.drop(this);
  }

  /** These paths have changed. */
  tell(paths: readonly string[]): void {
    this.#all = undefined;
    this.#above = -1;
    let text: SharedText | undefined;
    const changes = (): SharedText => (text ??= new SharedText(this.#feed.changesText(paths)));
    for (const session of [...this.#sessions]) session.changed(paths, changes);
  }

  /** A message with all that is there; `undefined` where that is more than so many bytes. */
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
    for (const pattern of this.patterns) {
      this.#feed.store._ttPresent(pattern.join('/'), (path, value) => {
        const encoded = seen.has(path) ? undefined : encodedValue(value);
        if (encoded === undefined) return true;
        const entry = `[${JSON.stringify(path)},${encoded}]`;
        seen.add(path);
        entries.push(entry);
        left -= Buffer.byteLength(entry) + 1;
        return left >= 0;
      });
      if (left < 0) return undefined;
    }
    return entries;
  }
}
