import { fail } from '../../core/errors.js';
import { indexIn } from '../../core/options/element-names.js';
import type { HasLists } from '../../core/options/list-paths.js';
import { same } from '../equality.js';
import { Op, type StoreOps } from '../ops.js';
import { joined } from '../paths.js';
import { type StoredValue, type StoreValue, readable } from '../values.js';
import { Batch } from './batch.js';
import { Content, type Limits, NO_LIMITS } from './content.js';
import { contents } from './contents.js';
import { Delivery } from './delivery.js';
import { highest, sorted } from './elements.js';
import { eachExisting } from './existing.js';
import { Listeners } from './listeners.js';
import { type NewElement, pathOf } from './new-element.js';
import type { Link, Node } from './node.js';
import { Operations } from './operations.js';
import { type ReadOnly, isIn, readOnlyError } from './read-only.js';
import { present } from './present.js';
import { eventsBySubscription } from './events-by-subscription.js';
import { SingleWrites } from './single-writes.js';
import { Steps } from './steps.js';
import type { Subscriber, Subscription, Wanted } from './subscription.js';

/** The options of a tree. */
export interface TreeOptions extends Limits {
  /** Gets what a subscriber threw. */
  readonly onError: (error: unknown) => void;
  /** The branch that only the owner of the tree may write. */
  readonly readOnly?: ReadOnly | undefined;
  /** Whether an owner elsewhere numbers the elements of lists: they have no path until it has confirmed them. */
  readonly isReplica?: boolean;
}

/** The options of a subscription. */
export interface SubscriptionWishes extends Wanted {
  readonly triggerNow: boolean;
}

export interface GroupOptions {
  readonly source?: string | undefined;
  readonly notify?: boolean | undefined;
}

/**
 * The structure of a Store: values by path, batches, links and subscriptions. Cursors are its public interface; the
 * Store service and its replicas are built on it.
 */
export class Tree implements HasLists<NewElement> {
  /**
   * Called with each batch that a user writes here, before subscribers are called, but not for batches of `apply`. If
   * it throws, the batch is rolled back, and the writer gets the exception. If it returns `false`, the batch is undone
   * for now, without events.
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

  /** The limits of the tree. */
  get limits(): Limits {
    return this.#content.limits;
  }

  set limits(limits: Limits) {
    this.#content.limits = limitsOf(limits);
  }

  /** The number of paths, without the root. */
  get size(): number {
    return this.#content.size;
  }

  /** Whether it contains an alias. */
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

  /** Whether a path, as written, is read-only. A link may lead to a read-only path, too. */
  isReadOnly(path: string): boolean {
    return this.#options.readOnly !== undefined && isIn(path, this.#options.readOnly);
  }

  /** @throws {TaskTonicError} `TT_STORE_READ_ONLY` if a path, as written, is read-only. */
  protected checkWritable(path: string): void {
    if (this.isReadOnly(path)) throw readOnlyError(path, this.#options.readOnly!);
  }

  /** Runs `body` with the right to write read-only paths. */
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

  /** The names below a path, sorted; with a prefix only elements of that list. */
  keys(path: string, prefix?: string): string[] {
    const children = this.#content.find(path)?.branch?.children;
    if (children === undefined) return [];
    const keys = sorted(children.keys());
    return prefix === undefined ? keys : keys.filter((key) => indexIn(key, prefix) >= 0);
  }

  /** Values and links at and below a path, in order, with relative paths. Links are not followed. */
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

  /** The name of the list element with the highest number. */
  lastElement(container: string, prefix: string): string | undefined {
    const branch = this.#content.find(container)?.branch;
    const index = branch === undefined ? -1 : highest(branch, prefix);
    return index < 0 ? undefined : `${prefix}#${index}`;
  }

  write(path: string, value: unknown, silent = false): void {
    if (this.writeKnown(path, value, silent) || this.#writeNew(path, value, silent)) return;
    this.#run(silent, () => this.#operations.set(path, value));
  }

  /**
   * The fast path for most writes: a simple value of a path that was used before. Returns false, and does nothing, for
   * other writes.
   */
  writeKnown(path: string, value: unknown, silent = false): boolean {
    const node = this.#content.known(path);
    if (node === undefined || !this.#single.takes(value) || this.isReadOnly(path)) return false;
    if (this.onCommit === undefined) return this.#single.write(node, value, silent);
    this.#commit(this.#single.batchOf(node, path, value, silent));
    return true;
  }

  /** The fast path for a path that was not used before. */
  #writeNew(path: string, value: unknown, silent: boolean): boolean {
    const isSingle = this.onCommit === undefined && this.#single.takes(value) && !this.isReadOnly(path);
    return isSingle && this.#single.writeNew(path, value, silent);
  }

  /** @throws {TaskTonicError} `TT_STORE_NOT_CONFIRMED` */
  pathOf(made: NewElement): string {
    return pathOf(made);
  }

  /** Makes the next list element, without a value. */
  make(container: string, prefix: string): NewElement {
    return this.#run(false, () => this.#makeNext(container, prefix));
  }

  remove(path: string): void {
    this.#run(false, () => this.#operations.remove(path));
  }

  /** Makes a path an alias of another; `bubbles`: events of the target are also events of the alias. */
  link(path: string, target: string, bubbles: boolean): void {
    this.#run(false, () => this.#operations.link(path, target, bubbles));
  }

  /**
   * Runs `body` as one batch. Its events are delivered when the outermost group ends. If `body` throws, its changes are
   * undone.
   *
   * @throws {TaskTonicError} `TT_STORE_GROUP_ASYNC` if `body` returns a promise.
   */
  group<T>(body: () => T, { source, notify = true }: GroupOptions = {}): T {
    return this.#run(!notify, body, source);
  }

  /** Makes a subscription for each of the paths, which may have wildcards. */
  subscribe(
    paths: readonly string[],
    { triggerNow, ...wanted }: SubscriptionWishes,
    subscriber: Subscriber,
  ): () => void {
    const patterns = paths.map((path) => this.#content.segments(path));
    const begun = this.#listeners.addAll(patterns, wanted, subscriber);
    if (triggerNow) for (const one of begun) this.#triggerNow(one);
    return () => begun.forEach((one) => this.#listeners.remove(one));
  }

  /**
   * Calls `take` with each value that matches a pattern and is at or below a path, in order, until it returns false.
   */
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

  /**
   * Calls `subscriber` with the paths at and below which other values may be seen, when a link is made or removed, also
   * within a batch.
   */
  hearTurns(subscriber: (paths: readonly string[]) => void): () => void {
    const { turnHearers } = this.#content;
    turnHearers.add(subscriber);
    return () => void turnHearers.delete(subscriber);
  }

  /** Ends the subscriptions of a callback or an owner. */
  unsubscribe(known: unknown): void {
    for (const subscription of this.#listeners.of(known)) this.#listeners.remove(subscription);
  }

  /**
   * Applies a batch that was carried out, or is requested, elsewhere, and calls subscribers.
   *
   * @param commit is called before subscribers. If it throws, the batch is undone.
   * @throws what one of the steps throws; then the tree is unchanged.
   */
  apply(ops: StoreOps, commit?: (batch: Batch) => void): Batch {
    const steps = this.#steps;
    if (steps.batch !== undefined) throw fail('TT_STORE_BAD_OPS', { problem: 'a group is under way' });
    const batch = new Batch();
    steps.batch = batch;
    const { limits } = this.#content;
    // A batch that was carried out elsewhere was checked there.
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

  /** Undoes a batch without events. Nothing that it changed may have been changed since. */
  undo(batch: Batch): void {
    if (batch.undone) return;
    batch.undone = true;
    for (let at = batch.changes.length - 1; at >= 0; at--) this.#steps.revert(batch.changes[at]!);
  }

  /**
   * Runs `body`, which undoes and applies batches, without events. Then each path whose value has changed gets one
   * event.
   */
  reconcile(body: () => void, source?: string): void {
    if (this.#listeners.size === 0) return body();
    const steps = this.#steps;
    const touched = new Map<string, StoredValue | undefined>();
    steps.touched = touched;
    steps.linksCame = false;
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
   * All at and below a path, in batches of about `size` steps. The tree may change between two batches. The result is
   * correct when the changes of that time are applied after them.
   */
  *contents(path = '', size = 1_000): Generator<StoreOps> {
    const node = this.#content.findItself(path);
    if (node !== undefined) yield* contents(node, node.path, size);
  }

  /** Removes all content. Subscriptions stay. `onCommit` is not called. */
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

  #makeNext(container: string, prefix: string): NewElement {
    const path = this.#operations.makeNext(container, prefix);
    const made: NewElement = { path: this.#options.isReplica === true ? undefined : path, provisional: path };
    this.#steps.batch!.made.push(made);
    return made;
  }

  /** Runs `body` as a batch of its own, or as a part of the running batch that is undone alone if it throws. */
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
    if (batch.events.length === 0) return;
    if (this.#delivery.isEndless) {
      this.undo(batch);
      throw fail('TT_STORE_ENDLESS');
    }
    this.#delivery.deliver(eventsBySubscription(batch.events, (path) => this.#content.shownAt(path)));
  }

  #takeBack(batch: Batch, mark: Mark): void {
    const { changes } = batch;
    while (changes.length > mark.changes) this.#steps.revert(changes.pop()!);
    batch.events.length = mark.events;
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

/** The lengths of the lists of a batch. */
type Mark = ReturnType<Batch['mark']>;
const NOTHING: Mark = { changes: 0, events: 0, made: 0 };

/** After their batch, elements have no temporary paths any more. */
function settle({ made }: Batch): void {
  for (const one of made) one.provisional = undefined;
}

/** A path of a request, with the paths of the elements that the request made. */
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
  // The caller already gets an error, so a rejection is ignored.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw fail('TT_STORE_GROUP_ASYNC');
}
