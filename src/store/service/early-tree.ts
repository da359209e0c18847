import { fail } from '../../core/errors.js';
import { Op, type OpKind, type StoreOps } from '../ops.js';
import { segmentsOf } from '../paths.js';
import type { NewElement } from '../tree/new-element.js';
import type { Subscriber } from '../tree/subscription.js';
import { type GroupOptions, type SubscriptionWishes, Tree, type TreeOptions, refusePromise } from '../tree/tree.js';
import { withoutCopy, toStored } from '../values.js';
import { weightOf } from './weight.js';

/** The most that may be requested before the Store is ready: the number of requests, and about how many bytes. */
const MOST = { count: 10_000, bytes: 16 * 1024 * 1024 } as const;

/** The steps of a group that runs before the Store is ready. */
interface Request {
  readonly ops: unknown[];
  readonly made: NewElement[];
}

interface Waiting {
  /** Carries out the request when the tree is ready. */
  readonly what: (handler: EarlyRequestHandler) => void;
  /** Called with an error if the Store has finished and the tree will not become ready. */
  readonly lost: ((error: Error) => void) | undefined;
}

/** Carries out the requests that were made before the Store was ready. */
export interface EarlyRequestHandler {
  write(ops: StoreOps, made: readonly NewElement[]): void;
  /** A request could not be carried out; its caller has already returned. */
  refused(thrown: unknown): void;
  readonly tree: Tree;
}

/** Takes the place of the tree until the Store is ready: nothing can be read, and requests are carried out later. */
export class EarlyTree extends Tree {
  readonly #service: string;
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** Subscriptions that begin when the Store is ready. */
  readonly #asked = new Set<{ readonly subscriber: Subscriber; end(): void }>();
  #request: Request | undefined;
  #mode: { readonly source: string | undefined; readonly silent: boolean } = { source: undefined, silent: false };

  readonly #limits: TreeOptions;

  constructor(service: string, limits: TreeOptions) {
    super(limits);
    this.#limits = limits;
    this.#service = service;
  }

  /** The Store is ready: all requests are carried out in their order. */
  release(handler: EarlyRequestHandler): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const { what } of waiting) what(handler);
  }

  /**
   * The Store has finished: requests whose callers wait for the result fail. The others wait for the next start of the
   * Store.
   */
  lose(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ lost }) => lost === undefined);
    for (const { lost } of waiting) lost?.(error);
  }

  override read(): never {
    throw this.#notReady();
  }

  /** Elements that were made in the group that is running exist. */
  override exists(path: string): boolean {
    if (path.startsWith('\0')) return true;
    throw this.#notReady();
  }

  override keys(): never {
    throw this.#notReady();
  }

  override lastElement(): never {
    throw this.#notReady();
  }

  override entries(): never {
    throw this.#notReady();
  }

  override present(): never {
    throw this.#notReady();
  }

  override write(path: string, value: unknown, silent = false): void {
    this.#ask(Op.set, path, withoutCopy(toStored(value, path, this.#limits.valueBytes)), silent);
  }

  override make(container: string, prefix: string): NewElement {
    return this.group(() => {
      const { made } = this.#request!;
      const next: NewElement = { path: undefined, provisional: `\0${made.length}` };
      this.#ask(Op.next, container, prefix);
      made.push(next);
      return next;
    });
  }

  override remove(path: string): void {
    this.#ask(Op.remove, path, undefined);
  }

  override link(path: string, target: string, bubbles: boolean): void {
    this.#ask(Op.link, path, [target, bubbles]);
  }

  override group<T>(body: () => T, { source, notify = true }: GroupOptions = {}): T {
    const outer = this.#request;
    const before = this.#mode;
    const request = outer ?? { ops: [Op.request, '', undefined], made: [] };
    const mark = [request.ops.length, request.made.length] as const;
    this.#request = request;
    this.#mode = { source: source ?? before.source, silent: before.silent || !notify };
    try {
      const result = body();
      refusePromise(result);
      if (outer === undefined) this.#keep(request);
      return result;
    } catch (thrown) {
      [request.ops.length, request.made.length] = mark;
      throw thrown;
    } finally {
      this.#request = outer;
      this.#mode = before;
      if (outer === undefined) for (const one of request.made) one.provisional = undefined;
    }
  }

  override subscribe(paths: readonly string[], wishes: SubscriptionWishes, subscriber: Subscriber): () => void {
    let end = (): void => void this.#asked.delete(asked);
    const asked = { subscriber, end: () => end() };
    for (const path of paths) this.segments(path);
    this.#asked.add(asked);
    this.defer((handler) => {
      if (!this.#asked.delete(asked)) return;
      try {
        end = handler.tree.subscribe(paths, wishes, subscriber);
      } catch (thrown) {
        handler.refused(thrown);
      }
    });
    return asked.end;
  }

  override unsubscribe(known: unknown): void {
    for (const { subscriber, end } of this.#asked) if (subscriber.known.includes(known)) end();
  }

  /** Records a step of the running group, or of a batch of its own. */
  #ask(kind: OpKind, path: string, value: unknown, silent = false): void {
    if (this.#request === undefined || silent)
      return this.group(() => this.#ask(kind, path, value), { notify: !silent });
    // The path of an element that is made in this group begins with a placeholder, which the user did not write.
    segmentsOf(path.replace(/^\0\d+/, ''), this.#limits);
    this.checkWritable(path);
    const { source, silent: isSilent } = this.#mode;
    this.#request.ops.push(Op.source, '', [source, isSilent], kind, path, value);
    return undefined;
  }

  #keep({ ops, made }: Request): void {
    if (ops.length > 3) this.defer((handler) => handler.write(ops, made), { bytes: weightOf(ops) });
  }

  /**
   * Postpones an action until the Store is ready. `bytes`: its size until then; `lost`: called if the Store will not
   * become ready.
   */
  defer(what: Waiting['what'], { bytes = 0, lost }: { bytes?: number; lost?: Waiting['lost'] } = {}): void {
    if (this.#waiting.length >= MOST.count || (this.#bytes > 0 && this.#bytes + bytes > MOST.bytes))
      throw fail('TT_STORE_FULL', {
        what: 'what was asked of the Store before it was there',
        most: `${this.#waiting.length} batches`,
        remedy: 'wait for ttse__onStoreReady',
      });
    this.#bytes += bytes;
    this.#waiting.push({ what, lost });
  }

  #notReady(): Error {
    return fail('TT_STORE_NOT_READY', { service: this.#service });
  }
}
