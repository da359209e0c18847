import { fail } from '../../core/errors.js';
import { indexIn } from '../../core/options/element-names.js';
import type { HasLists } from '../../core/options/list-paths.js';
import { same } from '../equality.js';
import { Op, type StoreOps } from '../ops.js';
import { joined } from '../paths.js';
import { type Kept, type StoreValue, readable } from '../values.js';
import { Batch } from './batch.js';
import { Content, type Limits, NO_LIMITS } from './content.js';
import { contents } from './contents.js';
import { Delivery } from './delivery.js';
import { highest, sorted } from './elements.js';
import { eachExisting } from './existing.js';
import { Listeners } from './listeners.js';
import { type Made, pathOf } from './made.js';
import type { Link, Node } from './node.js';
import { Operations } from './operations.js';
import { type ReadOnly, isIn, readOnlyError } from './read-only.js';
import { present } from './present.js';
import { roundOf } from './round.js';
import { SingleWrites } from './single-writes.js';
import { Steps } from './steps.js';
import type { Hearer, Subscription, Wanted } from './subscription.js';

/** What a tree is told when it is made. */
export interface TreeOptions extends Limits {
  /** Hears what a subscriber threw. */
  readonly onError: (error: unknown) => void;
  /** What nobody may write to but who has the tree. */
  readonly readOnly?: ReadOnly | undefined;
  /** Whether elements of lists get their numbers from an owner elsewhere: until he has confirmed them they have no path. */
  readonly isReplica?: boolean;
}

/** What a subscription wants to hear, as the tree is told. */
export interface SubscriptionWishes extends Wanted {
  readonly triggerNow: boolean;
}

export interface GroupOptions {
  readonly source?: string | undefined;
  readonly notify?: boolean | undefined;
}

/**
 * The structure of a Store: values by path, batches, links, subscriptions. Cursors are its face for users; a Store as a service and its
 * replicas are built on it.
 */
export class Tree implements HasLists<Made> {
  /**
   * Hears each batch that is done here by a user, before subscribers hear of it; those that `apply` carries out are left out. When it
   * throws, the batch is rolled back, and the writer gets what was thrown. `false`: the batch is taken back for now, and told to nobody.
   */
  onCommit: ((batch: Batch) => boolean | void) | undefined;
  readonly #options: TreeOptions;
  readonly #content: Content;
  readonly #listeners: Listeners;
  readonly #steps: Steps;
  readonly #operations: Operations;
  readonly #delivery: Delivery;
  readonly #single: SingleWrites;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#content = new Content(limitsOf(options));
    this.#listeners = new Listeners(this.#content);
    this.#steps = new Steps(this.#content, this.#listeners);
    this.#operations = new Operations(this.#content, this.#steps, options.readOnly);
    this.#delivery = new Delivery(options.onError);
    this.#single = new SingleWrites(this.#content, this.#listeners, this.#steps, this.#delivery);
  }

  get inGroup(): boolean {
    return this.#steps.batch !== undefined;
  }

  /** How much it may hold. */
  get limits(): Limits {
    return this.#content.limits;
  }

  set limits(limits: Limits) {
    this.#content.limits = limitsOf(limits);
  }

  /** How many paths there are, besides the root. */
  get size(): number {
    return this.#content.size;
  }

  /** Whether there is an alias in it. */
  get hasLinks(): boolean {
    return this.#content.hasLinks;
  }

  /**
   * The segments of a path.
   * @throws {TaskTonicError} `TT_STORE_PATH`
   */
  segments(path: string): string[] {
    return this.#content.segments(path);
  }

  /** Whether only who has the tree may write to a path, as it is written: a link may lead there as well. */
  isReadOnly(path: string): boolean {
    return this.#options.readOnly !== undefined && isIn(path, this.#options.readOnly);
  }

  /** @throws {TaskTonicError} `TT_STORE_READ_ONLY` where a path, as it is written, is read only. */
  protected checkWritable(path: string): void {
    if (this.isReadOnly(path)) throw readOnlyError(path, this.#options.readOnly!);
  }

  /** Does what only who has the tree may do: write to what is read only. */
  asOwner<T>(body: () => T): T {
    const operations = this.#operations;
    operations.asOwner = true;
    try {
      return body();
    } finally {
      operations.asOwner = false;
    }
  }

  read(path: string): StoreValue | undefined {
    return readable(this.#content.find(path)?.value);
  }

  exists(path: string): boolean {
    return this.#content.find(path) !== undefined;
  }

  /** The names of what is below a path, in their order; with a prefix only elements of that list. */
  keys(path: string, prefix?: string): string[] {
    const children = this.#content.find(path)?.branch?.children;
    if (children === undefined) return [];
    const keys = sorted(children.keys());
    return prefix === undefined ? keys : keys.filter((key) => indexIn(key, prefix) >= 0);
  }

  /** What is at and below a path, in its order, with paths below that: values and links. Links are not followed. */
  entries(
    path: string,
  ): { readonly path: string; readonly value: StoreValue | undefined; readonly link: Link | undefined }[] {
    const top = this.#content.findItself(path);
    const entries: { path: string; value: StoreValue | undefined; link: Link | undefined }[] = [];
    const visit = (node: Node, below: string): void => {
      const { value, link } = node;
      if (value !== undefined || link !== undefined) entries.push({ path: below, value: readable(value), link });
      for (const key of sorted(node.branch?.children.keys() ?? []))
        visit(node.branch!.children.get(key)!, joined(below, key));
    };
    if (top !== undefined) visit(top, '');
    return entries;
  }

  /** The name of the element with the highest number of a list. */
  lastElement(container: string, prefix: string): string | undefined {
    const branch = this.#content.find(container)?.branch;
    const index = branch === undefined ? -1 : highest(branch, prefix);
    return index < 0 ? undefined : `${prefix}#${index}`;
  }

  write(path: string, value: unknown, silent = false): void {
    if (this.writeKnown(path, value, silent) || this.#writeNew(path, value, silent)) return;
    this.#run(silent, () => this.#operations.set(path, value));
  }

  /** The way of nearly all that is set alone: a simple value of a path that was used before. False, and nothing is done, where it is more. */
  writeKnown(path: string, value: unknown, silent = false): boolean {
    const node = this.#content.known(path);
    if (node === undefined || !this.#single.takes(value) || this.isReadOnly(path)) return false;
    if (this.onCommit === undefined) return this.#single.write(node, value, silent);
    this.#commit(this.#single.batchOf(node, path, value, silent));
    return true;
  }

  /** The same of a path that was not used before. */
  #writeNew(path: string, value: unknown, silent: boolean): boolean {
    const isSingle = this.onCommit === undefined && this.#single.takes(value) && !this.isReadOnly(path);
    return isSingle && this.#single.writeNew(path, value, silent);
  }

  /** @throws {TaskTonicError} `TT_STORE_NOT_CONFIRMED` */
  pathOf(made: Made): string {
    return pathOf(made);
  }

  /** Makes the next element of a list, without a value. */
  make(container: string, prefix: string): Made {
    return this.#run(false, () => this.#makeNext(container, prefix));
  }

  remove(path: string): void {
    this.#run(false, () => this.#operations.remove(path));
  }

  /** Makes a path an alias of another; `bubbles`: events of the target are told of the alias as well. */
  link(path: string, target: string, bubbles: boolean): void {
    this.#run(false, () => this.#operations.link(path, target, bubbles));
  }

  /**
   * What `body` does is one batch: it is told when the outermost group ends, and not done at all where `body` throws.
   *
   * @throws {TaskTonicError} `TT_STORE_GROUP_ASYNC` where `body` gives a promise.
   */
  group<T>(body: () => T, { source, notify = true }: GroupOptions = {}): T {
    return this.#run(!notify, body, source);
  }

  /** Begins subscriptions, one for each of the paths, which may have wildcards. */
  subscribe(paths: readonly string[], { triggerNow, ...wanted }: SubscriptionWishes, hearer: Hearer): () => void {
    const patterns = paths.map((path) => this.#content.segments(path));
    const begun = this.#listeners.addAll(patterns, wanted, hearer);
    if (triggerNow) for (const one of begun) this.#triggerNow(one);
    return () => begun.forEach((one) => this.#listeners.remove(one));
  }

  /** Gives what has a value now, fits a pattern and is at or below a path, in its order, until `take` says false. */
  present(pattern: string, under: string, take: (path: string, value: StoreValue) => boolean): void {
    const content = this.#content;
    const way = { pattern: this.segments(pattern), recursive: false, under: this.segments(under) };
    eachExisting(
      content.root,
      way,
      (node) => content.target(node),
      ({ path, value }) => value === undefined || take(path, readable(value)!),
    );
  }

  /** Has somebody hear of the paths at and below which something else may be seen than before, since a link has come or gone; also within a batch. */
  hearTurns(hearer: (paths: readonly string[]) => void): () => void {
    const { turnHearers } = this.#content;
    turnHearers.add(hearer);
    return () => void turnHearers.delete(hearer);
  }

  /** Ends the subscriptions that are known by this: a callback, or an owner. */
  unsubscribe(known: unknown): void {
    for (const subscription of this.#listeners.of(known)) this.#listeners.remove(subscription);
  }

  /**
   * Carries out what was done, or is asked for, elsewhere, as one batch, and tells subscribers.
   *
   * @param commit hears of it before subscribers do; what it throws takes the batch back.
   * @throws what one of the steps throws; nothing is done then.
   */
  apply(ops: StoreOps, commit?: (batch: Batch) => void): Batch {
    const steps = this.#steps;
    if (steps.batch !== undefined) throw fail('TT_STORE_BAD_OPS', { problem: 'a group is under way' });
    const batch = new Batch();
    steps.batch = batch;
    const { limits } = this.#content;
    // What was done elsewhere was allowed there.
    if (ops[0] !== Op.request) {
      this.#operations.asOwner = true;
      this.#content.limits = NO_LIMITS;
    }
    try {
      this.#carryOut(ops);
      commit?.(batch);
    } catch (thrown) {
      this.#takeBack(batch, NOTHING);
      throw thrown;
    } finally {
      this.#operations.asOwner = false;
      this.#content.limits = limits;
      steps.batch = undefined;
      steps.source = undefined;
      steps.silent = false;
    }
    settle(batch);
    this.#deliver(batch);
    return batch;
  }

  /** Takes a batch back and tells nobody. What it touched must not have been touched since. */
  undo(batch: Batch): void {
    if (batch.undone) return;
    batch.undone = true;
    for (let at = batch.changes.length - 1; at >= 0; at--) this.#steps.revert(batch.changes[at]!);
  }

  /** While `body` takes batches back and carries others out nobody is told; then each path that shows something else is told once. */
  reconcile(body: () => void, source?: string): void {
    if (this.#listeners.size === 0) return body();
    const steps = this.#steps;
    const touched = new Map<string, Kept | undefined>();
    steps.touched = touched;
    try {
      body();
    } finally {
      steps.touched = undefined;
    }
    const batch = new Batch();
    steps.batch = batch;
    steps.source = source;
    for (const [path, before] of touched) {
      const now = this.#content.valueAt(path);
      const isAnother = !same(before, now) || (steps.unsure.has(path) && now !== undefined);
      if (isAnother) steps.tellPath(path, now, before);
    }
    steps.unsure.clear();
    steps.batch = undefined;
    steps.source = undefined;
    this.#deliver(batch);
  }

  /**
   * All that is at and below a path, in batches of some `size` steps. The tree may change between two of them: right again is what is
   * made of them when the batches of meanwhile have been carried out after them.
   */
  *contents(path = '', size = 1_000): Generator<StoreOps> {
    const node = this.#content.findItself(path);
    if (node !== undefined) yield* contents(node, node.path, size);
  }

  /** Removes all that there is. Subscriptions stay. Not told to `onCommit`. */
  clear(): void {
    this.apply([Op.set, '', undefined, ...this.keys('').flatMap((key) => [Op.remove, key, undefined])]);
  }

  #carryOut(ops: StoreOps): void {
    const { length } = ops;
    const isRequest = ops[0] === Op.request;
    const made: string[] = [];
    for (let at = isRequest ? 3 : 0; at < length; at += 3) {
      const kind = ops[at];
      const path = isRequest ? inTree(ops[at + 1] as string, made) : (ops[at + 1] as string);
      const value = ops[at + 2];
      if (kind === Op.source) this.#takeSource(value);
      else if (!isRequest) this.#operations.redo(kind, path, value);
      else if (kind === Op.next) made.push(this.#makeNext(path, String(value)).provisional!);
      else if (kind === Op.link) {
        const [target, bubbles] = value as [string, boolean];
        this.#operations.ask(kind, path, [inTree(target, made), bubbles]);
      } else this.#operations.ask(kind, path, value);
    }
  }

  #takeSource(value: unknown): void {
    const [source, silent] = value as [string | undefined, boolean];
    this.#steps.source = source;
    this.#steps.silent = silent;
  }

  #makeNext(container: string, prefix: string): Made {
    const path = this.#operations.makeNext(container, prefix);
    const made: Made = { path: this.#options.isReplica === true ? undefined : path, provisional: path };
    this.#steps.batch!.made.push(made);
    return made;
  }

  /** Does something as a batch of its own, or as a part of the one under way that is taken back alone where it throws. */
  #run<T>(silent: boolean, body: () => T, source = this.#steps.source): T {
    const steps = this.#steps;
    const { batch: outer, source: sourceBefore, silent: silentBefore } = steps;
    const batch = outer ?? new Batch();
    const mark = outer === undefined ? NOTHING : batch.mark();
    steps.batch = batch;
    steps.source = source;
    steps.silent ||= silent;
    let result: T;
    try {
      result = body();
      refusePromise(result);
    } catch (thrown) {
      this.#takeBack(batch, mark);
      throw thrown;
    } finally {
      steps.batch = outer;
      steps.source = sourceBefore;
      steps.silent = silentBefore;
    }
    if (outer === undefined) this.#commit(batch);
    return result;
  }

  #commit(batch: Batch): void {
    if (batch.changes.length > 0 && this.onCommit !== undefined) {
      let isDone: boolean | void;
      try {
        isDone = this.onCommit(batch);
      } catch (thrown) {
        this.undo(batch);
        throw thrown;
      } finally {
        settle(batch);
      }
      if (isDone === false) {
        this.undo(batch);
        return;
      }
    }
    settle(batch);
    this.#deliver(batch);
  }

  #deliver(batch: Batch): void {
    if (batch.told.length === 0) return;
    if (this.#delivery.isEndless) {
      this.undo(batch);
      throw fail('TT_STORE_ENDLESS');
    }
    this.#delivery.deliver(roundOf(batch.told, (path) => this.#content.shownAt(path)));
  }

  #takeBack(batch: Batch, mark: Mark): void {
    const { changes } = batch;
    while (changes.length > mark.changes) this.#steps.revert(changes.pop()!);
    batch.told.length = mark.told;
    batch.made.length = mark.made;
  }

  #triggerNow(subscription: Subscription): void {
    const events = present(this.#content, subscription);
    if (events.length > 0) this.#delivery.tell(subscription, Object.freeze(events));
  }
}

function limitsOf({ paths, depth, pathLength, subscriptions, valueBytes }: Limits): Limits {
  return { paths, depth, pathLength, subscriptions, valueBytes };
}

/** How long the lists of a batch were. */
type Mark = ReturnType<Batch['mark']>;
const NOTHING: Mark = { changes: 0, told: 0, made: 0 };

/** The elements of a batch that is over have no provisional paths any more. */
function settle({ made }: Batch): void {
  for (const one of made) one.provisional = undefined;
}

/** A path of a request: the elements that it makes have their paths now. */
function inTree(path: string, made: readonly string[]): string {
  if (path.charCodeAt(0) !== 0) return path;
  const [, number, rest] = /^\0(\d+)(.*)$/s.exec(path) ?? [];
  const element = made[Number(number)];
  if (element === undefined) throw fail('TT_STORE_BAD_OPS', { problem: 'an element is named before it is made' });
  return element + rest!;
}

export function refusePromise(result: unknown): void {
  if (typeof result !== 'object' || result === null || typeof (result as PromiseLike<unknown>).then !== 'function')
    return;
  // What becomes of it is told by the error.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw fail('TT_STORE_GROUP_ASYNC');
}
