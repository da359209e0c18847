import type { StoreEvent } from '../event.js';
import { Op, type OpKind, type StoreOps } from '../ops.js';
import { type Kept, bare } from '../values.js';
import type { Made } from './made.js';
import type { Branch, Node } from './node.js';
import type { Subscription } from './subscription.js';

/** One step of a batch as it was done to the tree: enough to do it again elsewhere, and to take it back. */
export interface Change {
  /** The own path of the node, which no link is on. */
  readonly path: string;
  /** The path by which it was asked for; `undefined` where it follows from another step. */
  readonly asked: string | undefined;
  readonly source: string | undefined;
  readonly silent: boolean;
  readonly step: Step;
}

export type Step =
  | { readonly kind: 'set'; readonly node: Node; readonly before: Kept | undefined; readonly after: Kept | undefined }
  /** `top`: the topmost of the nodes that were made for it; `element`: as an element of a list. */
  | { readonly kind: 'made'; readonly top: Node | undefined; readonly element: Element | undefined }
  | { readonly kind: 'removed'; readonly node: Node; readonly parent: Node }
  | {
      readonly kind: 'linked';
      readonly node: Node;
      readonly value: Kept | undefined;
      readonly before: Branch | undefined;
      readonly after: Branch | undefined;
    };

interface Element {
  readonly container: string;
  readonly prefix: string;
}

/** An event that waits for the end of its batch. */
export interface Told {
  readonly subscription: Subscription;
  readonly event: StoreEvent;
  readonly base: string;
}

/** What was done in one go: it is seen, sent and taken back whole. */
export class Batch {
  readonly changes: Change[] = [];
  readonly told: Told[] = [];
  /** The elements of lists that it numbered. */
  readonly made: Made[] = [];
  undone = false;

  /** Whether it has done no more than give nodes values that were there before. */
  get isOfValuesOnly(): boolean {
    return this.changes.every(({ step }) => step.kind === 'set');
  }

  /** How far it has come, so that what follows can be taken back. */
  mark(): { readonly changes: number; readonly told: number; readonly made: number } {
    return { changes: this.changes.length, told: this.told.length, made: this.made.length };
  }

  /** As it was done, to be done again in a tree that is as this one was before. */
  toOps(): StoreOps {
    const ops = new Ops();
    for (const change of this.changes) {
      const [kind, value] = stepOf(change);
      if (kind !== undefined) ops.add(change, kind, change.path, value);
    }
    return ops.list;
  }

  /** As it was asked for, to be done by the owner in a tree that may be another by now: he numbers the elements made in it. */
  toRequest(): StoreOps {
    const ops = new Ops();
    ops.list.push(Op.request, '', undefined);
    const names = new Map<string, string>();
    let made = 0;
    for (const change of this.changes) {
      const { asked, step } = change;
      if (asked === undefined) continue;
      if (step.kind === 'made' && step.element !== undefined) {
        ops.add(change, Op.next, inRequest(step.element.container, names), step.element.prefix);
        // Later steps may name it by the path of an alias, or by its own.
        const name = `\u0000${made++}`;
        names.set(asked, name).set(change.path, name);
        continue;
      }
      const [kind, value] = stepOf(change);
      if (kind === undefined) continue;
      const isLink = kind === Op.link && value !== undefined;
      const [target, bubbles] = isLink ? (value as [string, boolean]) : [];
      ops.add(change, kind, inRequest(asked, names), isLink ? [inRequest(target!, names), bubbles] : value);
    }
    return ops.list;
  }
}

class Ops {
  readonly list: unknown[] = [];
  #source: string | undefined;
  #silent = false;

  add({ source, silent }: Change, kind: OpKind, path: string, value: unknown): void {
    if (source !== this.#source || silent !== this.#silent) this.list.push(Op.source, '', [source, silent]);
    this.#source = source;
    this.#silent = silent;
    this.list.push(kind, path, value);
  }
}

function stepOf({ step, asked }: Change): readonly [kind: OpKind | undefined, value?: unknown] {
  switch (step.kind) {
    case 'set':
      return [Op.set, bare(step.after)];
    case 'made':
      // What is made for another step follows from that.
      return [asked === undefined ? undefined : Op.make];
    case 'removed':
      return [Op.remove];
    case 'linked': {
      const link = step.after?.link;
      return [Op.link, link === undefined ? undefined : [link.target, link.bubbles]];
    }
  }
}

/** A path of a request: below an element that was made in it, it begins with the name of that. */
function inRequest(path: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return path;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const name = names.get(path.slice(0, end));
    if (name !== undefined) return name + path.slice(end);
  }
  return path;
}
