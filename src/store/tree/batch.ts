import type { StoreEvent } from '../event.js';
import { Op, type OpKind, type StoreOps } from '../ops.js';
import { type StoredValue, withoutCopy } from '../values.js';
import type { NewElement } from './new-element.js';
import type { Branch, Node } from './node.js';
import type { Subscription } from './subscription.js';

/** One step of a batch as it was applied to the tree, with all that is needed to apply it elsewhere or to undo it. */
export interface Change {
  /** The own path of the node, which contains no link. */
  readonly path: string;
  /** The path that the user wrote; `undefined` if the step is the effect of another one. */
  readonly asked: string | undefined;
  readonly source: string | undefined;
  readonly silent: boolean;
  readonly step: Step;
}

export type Step =
  | {
      readonly kind: 'set';
      readonly node: Node;
      readonly before: StoredValue | undefined;
      readonly after: StoredValue | undefined;
    }
  /** `top`: the topmost node that was made; `element`: set if it is an element of a list. */
  | { readonly kind: 'made'; readonly top: Node | undefined; readonly element: Element | undefined }
  | { readonly kind: 'removed'; readonly node: Node; readonly parent: Node }
  | {
      readonly kind: 'linked';
      readonly node: Node;
      readonly value: StoredValue | undefined;
      readonly before: Branch | undefined;
      readonly after: Branch | undefined;
    };

interface Element {
  readonly container: string;
  readonly prefix: string;
}

/** An event that is delivered at the end of its batch. */
export interface PendingEvent {
  readonly subscription: Subscription;
  readonly event: StoreEvent;
  readonly base: string;
}

/** Steps that are delivered, sent and undone together. */
export class Batch {
  readonly changes: Change[] = [];
  readonly events: PendingEvent[] = [];
  /** The list elements that it made. */
  readonly made: NewElement[] = [];
  undone = false;

  /** Whether it only sets values of nodes that existed before. */
  get isOfValuesOnly(): boolean {
    return this.changes.every(({ step }) => step.kind === 'set');
  }

  /** The present position, so that later steps can be undone alone. */
  mark(): { readonly changes: number; readonly events: number; readonly made: number } {
    return { changes: this.changes.length, events: this.events.length, made: this.made.length };
  }

  /** Its steps as they were applied, to be applied to another tree in the same state. */
  toOps(): StoreOps {
    const ops = new Ops();
    for (const change of this.changes) {
      const [kind, value] = stepOf(change);
      if (kind !== undefined) ops.add(change, kind, change.path, value);
    }
    return ops.list;
  }

  /**
   * Its steps as the user wrote them, to be carried out by the owner, whose tree may have changed. The owner numbers
   * new elements.
   */
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
        // Later steps may name the element by the path of an alias, or by its own path.
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
      return [Op.set, withoutCopy(step.after)];
    case 'made':
      // A node that was made as the effect of another step.
      return [asked === undefined ? undefined : Op.make];
    case 'removed':
      return [Op.remove];
    case 'linked': {
      const link = step.after?.link;
      return [Op.link, link === undefined ? undefined : [link.target, link.bubbles]];
    }
  }
}

/** A path of a request: the path of an element that was made in it begins with its placeholder. */
function inRequest(path: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return path;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const name = names.get(path.slice(0, end));
    if (name !== undefined) return name + path.slice(end);
  }
  return path;
}
