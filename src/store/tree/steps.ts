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
    if (isHeard) this.#tellRemoved(node, path);
    this.#content.detach(node);
    this.#write(path, asked, { kind: 'removed', node, parent });
  }

  /** Makes a node an alias, or an ordinary node again, without anything in it. */
  link(node: Node, link: Link | undefined, asked: string | undefined): void {
    const { path } = node;
    const { value, branch: before } = node;
    const after = link === undefined ? undefined : new Branch(link);
    this.#replacing(node, () => {
      this.#content.replace(node, undefined, after);
      this.#write(path, asked, { kind: 'linked', node, value, before, after });
    });
  }

  /** Takes a step back. It is told to nobody. */
  revert(change: Change): void {
    switch (change.kind) {
      case 'set':
        change.node.value = change.before;
        this.#touch(change.path, change.after);
        return;
      case 'made':
        if (change.top !== undefined) this.#content.detach(change.top);
        return;
      case 'removed':
        this.#content.attach(change.parent, change.node);
        if (this.touched !== undefined) this.#touchRevived(change.node, change.path);
        return;
      case 'linked':
        this.#reverting(change.node, () => this.#content.replace(change.node, change.value, change.before));
    }
  }

  /** Tells of a path that is not as it was before. */
  tellPath(path: string, value: Kept | undefined, before: Kept | undefined, seenBefore: Set<string>): void {
    const seen = this.#listeners.match(path === '' ? [] : path.split('/')).filter((one) => !seenBefore.has(one.path));
    for (const one of seen) seenBefore.add(one.path);
    this.#tellSeen(seen, value, before);
  }

  /** Own path of a node that was reached by a path. */
  #ownPath(node: Node, path: string): string {
    return this.#content.known(path) === node ? path : node.path;
  }

  #write(path: string, asked: string | undefined, step: Step): void {
    this.batch?.changes.push({ ...step, path, asked, source: this.source, silent: this.silent });
  }

  #tell(node: Node, value: Kept | undefined, before: Kept | undefined): void {
    if (this.touched !== undefined) this.#touch(node.path, before);
    else if (!this.silent && this.#listeners.size > 0) this.#tellSeen(this.#listeners.matches(node), value, before);
  }

  #touch(path: string, before: Kept | undefined): void {
    if (this.touched !== undefined && !this.touched.has(path)) this.touched.set(path, before);
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
        if (event === undefined || isOwn) event = eventOf(path, value, before, source);
        told.push({ subscription, event, base });
      }
    }
  }

  /** The node first, then all below it in their order. */
  #tellRemoved(node: Node, path: string): void {
    const { link } = node;
    const before = link === undefined ? node.value : this.#content.shown(node);
    if (link === undefined || before !== undefined) this.#tell(node, undefined, before);
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#tellRemoved(node.branch.children.get(key)!, `${path}/${key}`);
  }

  #touchRevived(node: Node, path: string): void {
    this.#touch(path, undefined);
    for (const [key, child] of node.branch?.children ?? []) this.#touchRevived(child, `${path}/${key}`);
  }

  #reverting(node: Node, replace: () => void): void {
    if (this.touched === undefined) replace();
    else this.#replacing(node, replace);
  }

  /** What a node shows, and what shows it through active links, becomes something else. */
  #replacing(node: Node, replace: () => void): void {
    if (this.touched === undefined && this.#listeners.size === 0) {
      replace();
      return;
    }
    const before = new Map<string, Kept | undefined>();
    this.#note(node, node.path, before);
    for (const alias of this.#content.onlookers(node)) before.set(alias.path, this.#content.shown(alias));
    replace();
    const told = new Set<string>();
    for (const [path, old] of before) {
      if (this.touched !== undefined) this.#touch(path, old);
      const now = this.#content.valueAt(path);
      if (this.touched === undefined && !same(old, now)) this.tellPath(path, now, old, told);
    }
  }

  #note(node: Node, path: string, into: Map<string, Kept | undefined>): void {
    into.set(path, node.link === undefined ? node.value : this.#content.shown(node));
    if (node.branch === undefined) return;
    for (const key of sorted(node.branch.children.keys()))
      this.#note(node.branch.children.get(key)!, `${path}/${key}`, into);
  }
}

function eventOf(
  path: string,
  value: Kept | undefined,
  before: Kept | undefined,
  source: string | undefined,
): StoreEvent {
  return Object.freeze({ path, value: readable(value), old: readable(before), source });
}
