import { fail } from '../../core/errors.js';
import { Op } from '../ops.js';
import { badPath, joined, withoutOuterSlashes } from '../paths.js';
import { toStored } from '../values.js';
import type { Content } from './content.js';
import { nextElement } from './elements.js';
import type { Link, Node } from './node.js';
import { type ReadOnly, readOnlyError } from './read-only.js';
import type { Steps } from './steps.js';

/** The operations of users and batches, and the steps that each consists of. */
export class Operations {
  readonly #content: Content;
  readonly #steps: Steps;
  readonly #readOnly: ReadOnly | undefined;
  /** Whether read-only paths may be written. */
  asOwner = false;

  constructor(content: Content, steps: Steps, readOnly: ReadOnly | undefined) {
    this.#content = content;
    this.#steps = steps;
    this.#readOnly = readOnly;
  }

  set(path: string, value: unknown): void {
    const after = value === undefined ? undefined : toStored(value, path, this.#content.limits.valueBytes);
    const node = this.#content.found(path) ?? this.#steps.place(path, value === undefined);
    this.#check(node, path);
    this.#steps.set(node, path, after);
  }

  make(path: string): void {
    this.#check(this.#steps.place(path, true), path);
  }

  /** Makes the next element of a list, and returns its path. */
  makeNext(container: string, prefix: string): string {
    const path = joined(withoutOuterSlashes(container), nextElement(this.#content.find(container)?.branch, prefix));
    this.#check(this.#steps.placeElement(container, prefix, path), path);
    return path;
  }

  /**
   * Removes a node with all below it, and the active aliases that lead to it. Of the root only the value is removed.
   */
  remove(path: string): void {
    const node = this.#content.findItself(path);
    if (this.#readOnly !== undefined) this.#check(node ?? this.#content.nearest(path), path);
    if (node === undefined) return;
    if (node === this.#content.root) {
      this.#steps.set(node, '', undefined);
      return;
    }
    const { through, into } = this.#content.dependents(node);
    for (const alias of through) this.#removeAlias(alias);
    this.#steps.remove(node, path);
    for (const alias of into) this.#removeAlias(alias);
  }

  /** @throws {TaskTonicError} `TT_STORE_LINK_CIRCLE` */
  link(path: string, target: string, bubbles: boolean): void {
    const link = this.#linkTo(target, bubbles);
    const node = this.#aliasAt(path);
    this.#check(node, path);
    const isThere = node.link?.target === link.target && node.link.bubbles === bubbles;
    if (!isThere) this.#steps.link(node, link, path);
    // This link may close a circle.
    this.#content.checkCircle(path);
  }

  /**
   * Applies a step of a batch that was carried out elsewhere. Its path is the own path of a node: if an alias is on
   * that path now, the step that made the alias comes later, or is repeated later.
   */
  redo(kind: unknown, path: string, value: unknown): void {
    switch (kind) {
      case Op.set:
        this.#clearWay(path, true);
        this.set(path, value);
        return;
      case Op.make:
        this.#clearWay(path, true);
        this.make(path);
        return;
      case Op.remove: {
        const node = this.#content.aliasOn(path, false) === undefined ? this.#content.findItself(path) : undefined;
        if (node !== undefined && node !== this.#content.root) this.#steps.remove(node, path);
        return;
      }
      case Op.link:
        this.#redoLink(path, value);
        return;
      default:
        throw fail('TT_STORE_BAD_OPS', { problem: `${String(kind)} is no step` });
    }
  }

  /** Carries out a step of a request. */
  ask(kind: unknown, path: string, value: unknown): void {
    switch (kind) {
      case Op.set:
        return this.set(path, value);
      case Op.make:
        return this.make(path);
      case Op.remove:
        return this.remove(path);
      case Op.link: {
        const [target, bubbles] = linkValue(value);
        return this.link(path, target, bubbles);
      }
      default:
        throw fail('TT_STORE_BAD_OPS', { problem: `${String(kind)} is not a step of a request` });
    }
  }

  /** @throws {TaskTonicError} `TT_STORE_READ_ONLY`, also if the path reached the node through a link. */
  #check(node: Node, path: string): void {
    if (this.#readOnly === undefined || this.asOwner) return;
    const { root } = this.#content;
    let top = node;
    while (top.parent !== root) top = top.parent!;
    if (top.key === this.#readOnly.name) throw readOnlyError(path, this.#readOnly);
  }

  #removeAlias(alias: Node): void {
    if (alias.parent !== undefined) this.#steps.remove(alias, undefined);
  }

  #redoLink(path: string, value: unknown): void {
    this.#clearWay(path, false);
    if (value === undefined) {
      const node = this.#content.findItself(path);
      if (node?.link !== undefined) this.#steps.link(node, undefined, path);
      return;
    }
    const [target, bubbles] = linkValue(value);
    const node = this.#aliasAt(path);
    if (node.link?.target !== target || node.link.bubbles !== bubbles)
      this.#steps.link(node, this.#linkTo(target, bubbles), path);
  }

  /** Removes all aliases on a path. */
  #clearWay(path: string, onLast: boolean): void {
    for (;;) {
      const alias = this.#content.aliasOn(path, onLast);
      if (alias === undefined) return;
      this.#steps.link(alias, undefined, undefined);
    }
  }

  #linkTo(target: string, bubbles: boolean): Link {
    const segments = this.#content.segments(target);
    if (segments.some((segment) => segment.includes('*')))
      throw badPath(target, 'a link leads to one place, so "*" cannot be in it');
    return { target: segments.join('/'), segments, bubbles };
  }

  #aliasAt(path: string): Node {
    const node = this.#steps.place(path, false, false);
    if (node === this.#content.root) throw badPath(path, 'the root of a Store cannot be an alias');
    return node;
  }
}

function linkValue(value: unknown): readonly [string, boolean] {
  if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean')
    return [value[0], value[1]];
  throw fail('TT_STORE_BAD_OPS', { problem: 'a link has no target' });
}
