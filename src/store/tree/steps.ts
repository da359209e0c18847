import { same } from '../equality.js';
import type { StoreEvent } from '../event.js';
import { type StoredValue, Unfrozen, readable } from '../values.js';
import type { Batch, Change, Step } from './batch.js';
import type { Content } from './content.js';
import { sorted } from './elements.js';
import type { Listeners } from './listeners.js';
import { Branch, type Link, type Node, type Seen } from './node.js';

/**
 * The steps of a batch. Each changes the content, is recorded in the batch so that it can be repeated or undone, and
 * has its events delivered at the end of the batch.
 */
export class Steps {
  readonly #content: Content;
  readonly #listeners: Listeners;
  /** The batch that records the steps. */
  batch: Batch | undefined;
  source: string | undefined;
  silent = false;
  /**
   * Set while batches are undone and applied again: events are not delivered, and the old value of each changed path is
   * noted here.
   */
  touched: Map<string, StoredValue | undefined> | undefined;
  /** Changed paths that were seen through another link before, so that their noted old value may be wrong. */
  readonly unsure = new Set<string>();
  /** Whether a link has come meanwhile: what is seen through links may not have been seen so before. */
  linksCame = false;

  constructor(content: Content, listeners: Listeners) {
    this.#content = content;
    this.#listeners = listeners;
  }

  set(node: Node, path: string, value: StoredValue | undefined): void {
    const before = node.value;
    if (same(before, value)) return;
    node.value = value;
    this.#write(this.#ownPath(node, path), path, { kind: 'set', node, before, after: value });
    this.#tell(node, value, before);
  }

  /** The node at a path, which is made if it does not exist. `asked`: making it is the whole request of the user. */
  place(path: string, asked: boolean, throughLast = true): Node {
    const { node, made } = this.#content.place(path, throughLast);
    if (made !== undefined)
      this.#write(this.#ownPath(node, path), asked ? path : undefined, { kind: 'made', top: made, element: undefined });
    return node;
  }

  /** The next element of a list. */
  placeElement(container: string, prefix: string, path: string): Node {
    const { node, made } = this.#content.place(path);
    this.#write(this.#ownPath(node, path), path, { kind: 'made', top: made, element: { container, prefix } });
    return node;
  }

  /**
   * Removes a node with all below it. The caller removes the aliases that depend on it, see {@link Content.dependents}.
   */
  remove(node: Node, asked: string | undefined): void {
    const { path } = node;
    const parent = node.parent!;
    const isHeard = this.touched !== undefined || this.#listeners.size > 0;
    if (isHeard) this.#tellRemoved(node, path, new Set());
    this.#content.detach(node);
    this.#write(path, asked, { kind: 'removed', node, parent });
  }

  /** Makes a node an alias, or an ordinary node again, without children. */
  link(node: Node, link: Link | undefined, asked: string | undefined): void {
    const { path } = node;
    const { value, branch: before } = node;
    const after = link === undefined ? undefined : new Branch(link);
    if (link !== undefined) this.linksCame = true;
    this.#replacing(node, undefined, () => {
      this.#content.replace(node, undefined, after);
      this.#write(path, asked, { kind: 'linked', node, value, before, after });
    });
  }

  /** Undoes a step, without events. */
  revert({ step, path }: Change): void {
    switch (step.kind) {
      case 'set':
        step.node.value = step.before;
        this.#touch(path, step.after);
        return;
      case 'made':
        if (step.top !== undefined) this.#content.detach(step.top);
        return;
      case 'removed':
        this.#content.attach(step.parent, step.node);
        if (this.touched !== undefined) this.#touchRevived(step.node, path);
        return;
      case 'linked':
        this.#revertLink(step);
    }
  }

  /** Adds events for the subscriptions of exactly this path. */
  tellPath(path: string, value: StoredValue | undefined, before: StoredValue | undefined): void {
    this.#tellSeen(this.#listeners.matchAs([path]), value, before);
  }

  /** The own path of a node that was reached by a path. */
  #ownPath(node: Node, path: string): string {
    return this.#content.known(path) === node ? path : node.path;
  }

  #write(path: string, asked: string | undefined, step: Step): void {
    this.batch?.changes.push({ path, asked, source: this.source, silent: this.silent, step });
  }

  #tell(node: Node, value: StoredValue | undefined, before: StoredValue | undefined): void {
    if (this.touched !== undefined) this.#touch(node.path, before);
    else if (!this.silent && this.#listeners.size > 0)
      this.#tellSeen(this.#listeners.matches(node).seen, value, before);
  }

  #touch(path: string, before: StoredValue | undefined, isThroughLink = false): void {
    const { touched } = this;
    if (touched === undefined) return;
    if (isThroughLink) this.unsure.add(path);
    for (const seen of this.#content.links.size === 0 ? [path] : this.#content.links.seenAs(segmentsIn(path))) {
      if (this.linksCame && seen !== path) this.unsure.add(seen);
      if (!touched.has(seen)) touched.set(seen, before);
    }
  }

  #tellSeen(seen: readonly Seen[], value: StoredValue | undefined, before: StoredValue | undefined): void {
    if (this.silent || this.batch === undefined) return;
    const { events } = this.batch;
    const { source } = this;
    const isOwn = value instanceof Unfrozen || before instanceof Unfrozen;
    for (const { path, hits } of seen) {
      let event: StoreEvent | undefined;
      for (const { subscription, base } of hits) {
        if (source !== undefined && subscription.wanted.ignoreSource === source) continue;
        if (event === undefined || isOwn) event = Object.freeze(eventOf(path, value, before, source));
        events.push({ subscription, event, base });
      }
    }
  }

  /**
   * Adds the removal events of a node, then of all below it in their order. A path that is seen through a removed alias
   * gets one event.
   */
  #tellRemoved(node: Node, path: string, reported: Set<string>): void {
    const { link } = node;
    const before = link === undefined ? node.value : this.#content.shown(node);
    if (link === undefined || before !== undefined) {
      if (this.touched !== undefined) this.#touch(path, before, link !== undefined);
      else this.#tellOnce(this.#listeners.matches(node).seen, before, reported);
    }
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#tellRemoved(node.branch.children.get(key)!, `${path}/${key}`, reported);
  }

  #tellOnce(seen: readonly Seen[], before: StoredValue | undefined, reported: Set<string>): void {
    const isAlone = this.#content.links.size === 0;
    this.#tellSeen(isAlone ? seen : seen.filter((one) => !reported.has(one.path)), undefined, before);
    if (!isAlone) for (const { path } of seen) reported.add(path);
  }

  #touchRevived(node: Node, path: string): void {
    if (node.link !== undefined) this.linksCame = true;
    this.#touch(path, undefined);
    for (const [key, child] of node.branch?.children ?? []) this.#touchRevived(child, `${path}/${key}`);
  }

  #revertLink({ node, value, before }: Extract<Step, { readonly kind: 'linked' }>): void {
    const replace = (): void => this.#content.replace(node, value, before);
    if (before?.link !== undefined) this.linksCame = true;
    if (this.touched === undefined) replace();
    else this.#replacing(node, before, replace);
  }

  /**
   * Replaces the content of a node, and adds events for all values that are seen differently. `coming`: the children
   * that it gets.
   */
  #replacing(node: Node, coming: Branch | undefined, replace: () => void): void {
    if (this.touched === undefined && this.#listeners.size === 0) {
      replace();
      return;
    }
    const { links } = this.#content;
    const noted = new Map<string, StoredValue | undefined>();
    this.#note(node, node.path, noted);
    this.#noteComing(coming, node.path, noted);
    if (this.touched !== undefined && node.link !== undefined) this.unsure.add(node.path);
    for (const alias of this.#content.onlookers(node)) noted.set(alias.path, this.#content.shown(alias));
    const before = new Map(noted);
    for (const path of links.size === 0 ? [] : noted.keys())
      for (const seen of links.seenAs(segmentsIn(path)))
        if (!before.has(seen)) before.set(seen, this.#content.valueAt(seen));
    replace();
    for (const [path, old] of before) {
      const now = this.#content.valueAt(path);
      if (this.touched === undefined) {
        if (!same(old, now)) this.tellPath(path, now, old);
      } else if (!this.touched.has(path)) this.touched.set(path, old);
    }
  }

  #noteComing(branch: Branch | undefined, path: string, into: Map<string, StoredValue | undefined>): void {
    for (const [key, child] of branch?.children ?? []) {
      const below = `${path}/${key}`;
      into.set(below, this.#content.valueAt(below));
      if (this.touched !== undefined) this.unsure.add(below);
      this.#noteComing(child.branch, below, into);
    }
  }

  #note(node: Node, path: string, into: Map<string, StoredValue | undefined>): void {
    into.set(path, node.link === undefined ? node.value : this.#content.shown(node));
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#note(node.branch.children.get(key)!, `${path}/${key}`, into);
  }
}

function segmentsIn(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

/** The event is not frozen: freezing takes as long as the rest of a delivery to a single subscription. */
export function eventOf(
  path: string,
  value: StoredValue | undefined,
  before: StoredValue | undefined,
  source: string | undefined,
): StoreEvent {
  return { path, value: readable(value), old: readable(before), source };
}
