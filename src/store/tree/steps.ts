import { same } from '../equality.js';
import type { StoreEvent } from '../event.js';
import { type Kept, Unfrozen, readable } from '../values.js';
import type { Batch, Change, Step } from './batch.js';
import type { Content } from './content.js';
import { sorted } from './elements.js';
import type { Listeners } from './listeners.js';
import { Branch, type Link, type Node, type Seen } from './node.js';

/**
 * The steps that a batch consists of. Each changes the content, is written to the batch, so that it can be done again and taken back, and
 * has its events told at the end of the batch.
 */
export class Steps {
  readonly #content: Content;
  readonly #listeners: Listeners;
  /** Where they are written to. */
  batch: Batch | undefined;
  source: string | undefined;
  silent = false;
  /** While batches are taken back and done anew: nothing is told, but what each path that was touched showed before. */
  touched: Map<string, Kept | undefined> | undefined;
  /** Those of the paths that were touched that links led elsewhere from, so that what they showed at first may be another thing. */
  readonly unsure = new Set<string>();

  constructor(content: Content, listeners: Listeners) {
    this.#content = content;
    this.#listeners = listeners;
  }

  set(node: Node, path: string, value: Kept | undefined): void {
    const before = node.value;
    if (same(before, value)) return;
    node.value = value;
    this.#write(this.#ownPath(node, path), path, { kind: 'set', node, before, after: value });
    this.#tell(node, value, before);
  }

  /** The node at a path, made where it is not there; `asked`: that is all that was asked for. */
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

  /** Takes a node out with all below it, alone: what follows from that is told by {@link Content.dependents}. */
  remove(node: Node, asked: string | undefined): void {
    const { path } = node;
    const parent = node.parent!;
    const isHeard = this.touched !== undefined || this.#listeners.size > 0;
    if (isHeard) this.#tellRemoved(node, path, new Set());
    this.#content.detach(node);
    this.#write(path, asked, { kind: 'removed', node, parent });
  }

  /** Makes a node an alias, or an ordinary node again, without anything in it. */
  link(node: Node, link: Link | undefined, asked: string | undefined): void {
    const { path } = node;
    const { value, branch: before } = node;
    const after = link === undefined ? undefined : new Branch(link);
    this.#replacing(node, undefined, () => {
      this.#content.replace(node, undefined, after);
      this.#write(path, asked, { kind: 'linked', node, value, before, after });
    });
  }

  /** Takes a step back. It is told to nobody. */
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

  /** Tells those who hear of this very path that it is not as it was before. */
  tellPath(path: string, value: Kept | undefined, before: Kept | undefined): void {
    this.#tellSeen(this.#listeners.matchAs([path]), value, before);
  }

  /** Own path of a node that was reached by a path. */
  #ownPath(node: Node, path: string): string {
    return this.#content.known(path) === node ? path : node.path;
  }

  #write(path: string, asked: string | undefined, step: Step): void {
    this.batch?.changes.push({ path, asked, source: this.source, silent: this.silent, step });
  }

  #tell(node: Node, value: Kept | undefined, before: Kept | undefined): void {
    if (this.touched !== undefined) this.#touch(node.path, before);
    else if (!this.silent && this.#listeners.size > 0)
      this.#tellSeen(this.#listeners.matches(node).seen, value, before);
  }

  #touch(path: string, before: Kept | undefined, isThroughLink = false): void {
    const { touched } = this;
    if (touched === undefined) return;
    if (isThroughLink) this.unsure.add(path);
    for (const seen of this.#content.links.size === 0 ? [path] : this.#content.links.seenAs(segmentsIn(path)))
      if (!touched.has(seen)) touched.set(seen, before);
  }

  #tellSeen(seen: readonly Seen[], value: Kept | undefined, before: Kept | undefined): void {
    if (this.silent || this.batch === undefined) return;
    const { told } = this.batch;
    const { source } = this;
    const isOwn = value instanceof Unfrozen || before instanceof Unfrozen;
    for (const { path, hits } of seen) {
      let event: StoreEvent | undefined;
      for (const { subscription, base } of hits) {
        if (source !== undefined && subscription.wanted.ignoreSource === source) continue;
        if (event === undefined || isOwn) event = Object.freeze(eventOf(path, value, before, source));
        told.push({ subscription, event, base });
      }
    }
  }

  /** The node first, then all below it in their order. What is seen through an alias that goes with it is told once. */
  #tellRemoved(node: Node, path: string, told: Set<string>): void {
    const { link } = node;
    const before = link === undefined ? node.value : this.#content.shown(node);
    if (link === undefined || before !== undefined) {
      if (this.touched !== undefined) this.#touch(path, before, link !== undefined);
      else this.#tellOnce(this.#listeners.matches(node).seen, before, told);
    }
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#tellRemoved(node.branch.children.get(key)!, `${path}/${key}`, told);
  }

  #tellOnce(seen: readonly Seen[], before: Kept | undefined, told: Set<string>): void {
    const isAlone = this.#content.links.size === 0;
    this.#tellSeen(isAlone ? seen : seen.filter((one) => !told.has(one.path)), undefined, before);
    if (!isAlone) for (const { path } of seen) told.add(path);
  }

  #touchRevived(node: Node, path: string): void {
    this.#touch(path, undefined);
    for (const [key, child] of node.branch?.children ?? []) this.#touchRevived(child, `${path}/${key}`);
  }

  #revertLink({ node, value, before }: Extract<Step, { readonly kind: 'linked' }>): void {
    const replace = (): void => this.#content.replace(node, value, before);
    if (this.touched === undefined) replace();
    else this.#replacing(node, before, replace);
  }

  /** What a node shows, and what shows it through active links, becomes something else. `coming`: what it gets below it. */
  #replacing(node: Node, coming: Branch | undefined, replace: () => void): void {
    if (this.touched === undefined && this.#listeners.size === 0) {
      replace();
      return;
    }
    const { links } = this.#content;
    const noted = new Map<string, Kept | undefined>();
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

  #noteComing(branch: Branch | undefined, path: string, into: Map<string, Kept | undefined>): void {
    for (const [key, child] of branch?.children ?? []) {
      const below = `${path}/${key}`;
      into.set(below, this.#content.valueAt(below));
      if (this.touched !== undefined) this.unsure.add(below);
      this.#noteComing(child.branch, below, into);
    }
  }

  #note(node: Node, path: string, into: Map<string, Kept | undefined>): void {
    into.set(path, node.link === undefined ? node.value : this.#content.shown(node));
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#note(node.branch.children.get(key)!, `${path}/${key}`, into);
  }
}

function segmentsIn(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

/** Not frozen: that costs as much as all else that one alone is told of a change. */
export function eventOf(
  path: string,
  value: Kept | undefined,
  before: Kept | undefined,
  source: string | undefined,
): StoreEvent {
  return { path, value: readable(value), old: readable(before), source };
}
