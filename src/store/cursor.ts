import { fail } from '../core/errors.js';
import { isElement } from '../core/options/element-names.js';
import { ListPaths, standsForElement } from '../core/options/list-paths.js';
import { parseOptions } from '../core/options/option-schema.js';
import { type Dump, type DumpEntry, dumpOf, dumpText, loadDump } from './dump.js';
import type { EventOf, StoreCallback } from './event.js';
import { ANY_PATH, above, badPath, joined, keyOf, segmentsOf } from './paths.js';
import { type Pair, isStructure, pairsIn } from './set-data.js';
import {
  type LinkOptions,
  type StoreGroupOptions,
  type SubscribeOptions,
  groupSchema,
  linkSchema,
  subscribeSchema,
} from './store-options.js';
import { type NewElement, pathOf } from './tree/new-element.js';
import { PatternTrie } from '../collections/pattern-trie.js';
import type { Subscriber } from './tree/subscription.js';
import type { SubscriptionWishes, Tree } from './tree/tree.js';
import type {
  AnyShape,
  Below,
  ElementOf,
  Joined,
  Pattern,
  Readable,
  SetPairs,
  SetPath,
  SetRecord,
  SetShapeAt,
  Settable,
  ShapeAt,
  ValueOf,
} from './typed-paths.js';
import type { StoreValue } from './values.js';

/** What `subscribe()` gives. */
export interface StoreSubscription {
  /** Ends the subscription. */
  unsubscribe(): void;
}

/** A place in a Store, of any shape. */
export interface Placed {
  readonly path: string;
}

/** What a cursor needs to know about its Store. */
export interface CursorHost {
  /** Throws while the tree cannot be read. */
  readonly tree: Tree;
  /** Makes the subscriber of a subscription, which calls the callback. */
  subscriber(callback: StoreCallback, owner: unknown): Subscriber;
}

/**
 * A place in a Store, by its path, whether something is there or not: it reads and writes there and below. Paths are relative to it, their
 * segments joined by `/`. It stays right whatever happens to the Store.
 */
export abstract class Cursor<Shape = AnyShape, Path extends string = string> {
  readonly #host: CursorHost;
  #lists: ListPaths<NewElement> | undefined;

  /** @internal */
  constructor(host: CursorHost) {
    this.#host = host;
  }

  /** Where it is, from the root on, without slashes around it; the root has `''`. */
  abstract get path(): Path;

  /**
   * The path, also of an element that is not confirmed yet, within the batch that makes it.
   * @internal
   */
  protected abstract get _ttPath(): string;

  get #tree(): Tree {
    return this.#host.tree;
  }

  get #paths(): ListPaths<NewElement> {
    return (this.#lists ??= new ListPaths<NewElement>());
  }

  /** Its value; `undefined` if it has none. For an alias it is that of its target. */
  get v(): ValueOf<Shape> | undefined {
    return this.#tree.read(this._ttPath) as ValueOf<Shape> | undefined;
  }

  set v(value: Settable<Shape>) {
    this.#tree.write(this._ttPath, value);
  }

  /** Its value, or another one if it has none. */
  val<D>(otherwise: D): ValueOf<Shape> | D {
    const value = this.v;
    return value === undefined ? otherwise : value;
  }

  /** The value at a path below, or another one if there is none. */
  get<const P extends string>(path: Readable<Shape, P>): ValueOf<ShapeAt<Shape, P>> | undefined;
  get<const P extends string, D>(path: Readable<Shape, P>, otherwise: D): ValueOf<ShapeAt<Shape, P>> | D;
  get(path: string, otherwise?: unknown): unknown {
    const value = this.#tree.read(joined(this._ttPath, path));
    return value === undefined ? otherwise : value;
  }

  /** Whether there is something at a path below, with a value or without. */
  has<const P extends string>(path: Readable<Shape, P>): boolean {
    return this.#tree.exists(joined(this._ttPath, path));
  }

  /** The cursor of a path below. */
  at<const P extends string>(path: Pattern<Shape, P>): Item<ShapeAt<Shape, P>, Joined<Path, P>> {
    const below = segmentsOf(path, ANY_PATH).join('/');
    return new Item(this.#host, joined(this._ttPath, below));
  }

  /** Its name: the last segment of its path. */
  get key(): string {
    return keyOf(this.path);
  }

  /** The cursor one level up; that of the root is the root. */
  get parent(): Item {
    return new Item(this.#host, above(this._ttPath));
  }

  /** The element of a list that this is in, or that it is; of lists in lists the innermost. */
  get listRoot(): Item | undefined {
    for (let path = this._ttPath; path !== ''; path = above(path))
      if (isElement(keyOf(path))) return new Item(this.#host, path);
    return undefined;
  }

  /**
   * The names below it, sorted: by text, elements of a list by their numbers. With a prefix only elements of that list.
   */
  keys(prefix?: string): string[] {
    return this.#tree.keys(this._ttPath, prefix);
  }

  /**
   * The cursors of the paths directly below it. With a prefix only elements of that list; `''` is the list without a
   * name.
   */
  children(): Item<Below<Shape>>[];
  children<const Prefix extends string>(prefix: Prefix | undefined): Item<ElementOf<Shape, Prefix>>[];
  children(prefix?: string): unknown[] {
    return this.keys(prefix).map((key) => new Item(this.#host, joined(this._ttPath, key)));
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys().values();
  }

  /**
   * Sets the value at a path below; or values by path, of an object or a list of pairs, in one batch. In these paths `#` makes the next
   * element of a list (`name#` of the list of that name), and `.` is the last one that this cursor made, or that there is.
   *
   * @throws {TaskTonicError} `TT_STORE_PATH`, `TT_STORE_VALUE`, `TT_STORE_DATA`; nothing is set then.
   */
  set<const P extends string>(
    path: SetPath<Shape, P>,
    value: NoInfer<Settable<SetShapeAt<Shape, P>>>,
    options?: StoreGroupOptions,
  ): this;
  set<const D extends readonly Pair[]>(pairs: D & NoInfer<SetPairs<Shape, D>>, options?: StoreGroupOptions): this;
  set<const D extends Readonly<Record<string, unknown>>>(
    values: D & NoInfer<SetRecord<Shape, D>>,
    options?: StoreGroupOptions,
  ): this;
  set(data: unknown, second?: unknown, third?: StoreGroupOptions): this {
    if (typeof data === 'string') {
      // The fast way for a path that was used before. Such a path has no `#` that makes an element.
      if (third === undefined && this.#tree.writeKnown(joined(this._ttPath, data), second)) return this;
      if (third === undefined && !standsForElement(data)) this.#tree.write(joined(this._ttPath, data), second);
      else this.group(() => this.#setPairs([[data, second]]), third);
    } else {
      this.group(() => this.#setPairs(pairsIn(data)), second as StoreGroupOptions | undefined);
    }
    return this;
  }

  /** Makes the next element of the list here (of the list with that prefix), without a value and without an event. */
  append<const Prefix extends string = ''>(prefix?: Prefix): Item<ElementOf<Shape, Prefix>>;
  append(prefix = ''): unknown {
    return new Item(this.#host, this.#paths.make(this.#tree, this._ttPath, prefix));
  }

  /** Makes an element for each of a list, in one batch: with its value, or, of a list of pairs, with what that sets below it. */
  extend(values: readonly unknown[], prefix = ''): this {
    const all = Array.from(values);
    this.group(() => {
      for (const value of all) {
        const item = new Item(this.#host, this.#paths.make(this.#tree, this._ttPath, prefix));
        if (isStructure(value)) item.set(value as readonly Pair[]);
        else item.v = value;
      }
    });
    return this;
  }

  /** Sets the value at a path below each of its children, in one batch; with a prefix below each element of that list. */
  setEach<const P extends string>(
    path: SetPath<Below<Shape>, P>,
    value: NoInfer<Settable<SetShapeAt<Below<Shape>, P>>>,
    prefix?: string,
  ): this;
  setEach(path: string, value: unknown, prefix?: string): this {
    this.group(() => {
      for (const key of this.keys(prefix)) new Item(this.#host, joined(this._ttPath, key)).set(path, value);
    });
    return this;
  }

  /**
   * Removes a path below (or this one), with all below it. For an alias only the alias is removed, for the root only
   * its value.
   */
  remove<const P extends string = ''>(path?: Readable<Shape, P>): void;
  remove(path = ''): void {
    this.#tree.remove(joined(this._ttPath, path));
  }

  /** The same, and gives the value that it had. */
  pop<const P extends string = ''>(path?: Readable<Shape, P>): ValueOf<ShapeAt<Shape, P>> | undefined;
  pop(path = ''): unknown {
    return this.group(() => {
      const at = joined(this._ttPath, path);
      const value = this.#tree.read(at);
      this.#tree.remove(at);
      return value;
    });
  }

  /**
   * Makes this an alias of another path, given from the root, which need not exist: reads and writes here and below go
   * there. Old values here are removed. With `bubbleEvents` it is removed with its target, and a change is an event of
   * at most 1,000 paths through such links.
   *
   * @throws {TaskTonicError} `TT_STORE_LINK_CIRCLE`
   */
  linkTo(target: string | Placed, options: LinkOptions = {}): this {
    const { bubbleEvents } = parseOptions(linkSchema, options, 'linkTo()');
    const at = typeof target === 'string' ? target : target instanceof Cursor ? target._ttPath : target.path;
    this.#tree.link(this._ttPath, at, bubbleEvents);
    return this;
  }

  /**
   * Subscribes to changes of this path, of a path below, or of several. In a path `*` matches any name, `**` one name
   * or more, and `sens*` any name that begins with `sens`.
   */
  subscribe<const O extends SubscribeOptions = Record<never, never>>(
    callback: NoInfer<StoreCallback<EventOf<Shape, Path, '', O>>>,
    options?: O,
  ): StoreSubscription;
  subscribe<const P extends string, const O extends SubscribeOptions = Record<never, never>>(
    path: Pattern<Shape, P>,
    callback: NoInfer<StoreCallback<EventOf<Shape, Path, P, O>>>,
    options?: O,
  ): StoreSubscription;
  subscribe<const P extends readonly string[], const O extends SubscribeOptions = Record<never, never>>(
    paths: { readonly [I in keyof P]: Pattern<Shape, P[I]> },
    callback: NoInfer<StoreCallback<EventOf<Shape, Path, P[number], O>>>,
    options?: O,
  ): StoreSubscription;
  subscribe(
    first: StoreCallback | string | readonly string[],
    second?: StoreCallback | SubscribeOptions,
    third?: SubscribeOptions,
  ): StoreSubscription {
    const [paths, callback, options] =
      typeof first === 'function'
        ? [[''], first, second as SubscribeOptions | undefined]
        : [typeof first === 'string' ? [first] : first, second as StoreCallback, third];
    const wanted = parseOptions(subscribeSchema, options ?? {}, 'subscribe()');
    if (typeof callback !== 'function')
      throw fail('TT_BAD_OPTION', { class: 'subscribe()', option: 'callback', problem: 'must be a function' });
    const subscriber = this.#host.subscriber(callback, wanted.owner);
    for (const field of wanted.extract ?? []) this.#tree.segments(field);
    const exclude = wanted.exclude && this.#patterns(wanted.exclude);
    const { recursive, ignoreSource, extract, triggerNow, latest } = wanted;
    const all = paths.map((path) => joined(this._ttPath, path));
    const wishes = { recursive, ignoreSource, exclude, extract, triggerNow, latest };
    return { unsubscribe: this.#tree.subscribe(all, wishes, subscriber) };
  }

  /** Ends all subscriptions, in the whole Store, of a callback, of an owner, or of each of a list. */
  unsubscribe(target: unknown): void {
    for (const one of Array.isArray(target) ? (target as readonly unknown[]) : [target]) this.#tree.unsubscribe(one);
  }

  /** Makes all writes of `body` one batch: subscribers are told at its end. If `body` throws, nothing is written. */
  group<T>(body: () => T, options?: StoreGroupOptions): T {
    return this.#tree.group(body, options === undefined ? {} : parseOptions(groupSchema, options, 'group()'));
  }

  /** The same, with a source, which its events contain. */
  source<T>(source: string, body: () => T): T {
    return this.group(body, { source });
  }

  /** All values and links here and below, as `load()` takes them. */
  dump(): DumpEntry[] {
    return dumpOf(this.#tree, this._ttPath);
  }

  /** The same as a text, for people. */
  dumps(): string {
    return dumpText(this._ttPath, this.dump());
  }

  /**
   * Sets all values of a dump, here and below, in one batch. `replace`: old values here are removed first. At the root,
   * read-only values (the configuration, under `formula`) do not change, and those of the dump are ignored.
   */
  load(dump: Dump, { replace = false }: { readonly replace?: boolean } = {}): this {
    this.group(() => {
      const path = this._ttPath;
      if (replace && path === '')
        for (const key of this.keys()) if (!this.#tree.isReadOnly(key)) this.#tree.remove(key);
      if (replace) this.#tree.remove(path);
      loadDump(this.#tree, path, dump);
    });
    return this;
  }

  toString(): string {
    return `Item ${JSON.stringify(this.path)}`;
  }

  /**
   * @internal Hears each batch within the write that makes it, whatever Tonic writes. @returns a function that ends
   * this.
   */
  _ttFollow(paths: readonly string[], deliver: Subscriber['deliver']): () => void {
    return this.#tree.subscribe(paths, FOLLOWED, { deliver, known: [] });
  }

  /** @internal See {@link Tree.hearTurns}. */
  _ttHearTurns(subscriber: (paths: readonly string[]) => void): () => void {
    return this.#tree.hearTurns(subscriber);
  }

  /** @internal See {@link Tree.present}. */
  _ttPresent(pattern: string, under: string, take: (path: string, value: StoreValue) => boolean): void {
    this.#tree.present(pattern, under, take);
  }

  #patterns(paths: readonly string[]): PatternTrie<true> {
    const trie = new PatternTrie<true>();
    for (const path of paths) trie.add(this.#tree.segments(path), true, true);
    return trie;
  }

  #setPairs(pairs: readonly Pair[]): void {
    for (const [path, value] of pairs) this.#tree.write(this.#meant(String(path)), value);
  }

  /** The full path. Elements of lists that the path asks for are made. */
  #meant(path: string): string {
    if (!standsForElement(path)) return joined(this._ttPath, path);
    const segments = segmentsOf(path, ANY_PATH);
    return this.#paths.resolve(this.#tree, this._ttPath, segments, (problem) => badPath(path, problem));
  }
}

const FOLLOWED: SubscriptionWishes = {
  recursive: false,
  ignoreSource: undefined,
  exclude: undefined,
  extract: undefined,
  latest: false,
  triggerNow: false,
};

/** A cursor: see {@link Cursor}. It is cheap, and stays valid when the value at its path is removed. */
export class Item<Shape = AnyShape, Path extends string = string> extends Cursor<Shape, Path> {
  readonly #at: string | NewElement;

  /** @internal */
  constructor(host: CursorHost, at: string | NewElement) {
    super(host);
    this.#at = at;
  }

  /** @throws {TaskTonicError} `TT_STORE_NOT_CONFIRMED` of an element of a list that the owner of the Store has not numbered yet. */
  get path(): Path {
    const path = typeof this.#at === 'string' ? this.#at : pathOf({ path: this.#at.path, provisional: undefined });
    return path as Path;
  }

  protected override get _ttPath(): string {
    return typeof this.#at === 'string' ? this.#at : pathOf(this.#at);
  }
}
