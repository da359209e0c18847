import type { AnyTonic, RemoteHandle } from '../../core/any-tonic.js';
import { fail, toError } from '../../core/errors.js';
import { watchEnd } from '../../core/features/extras.js';
import { parseOptions } from '../../core/options/option-schema.js';
import { runAs } from '../../core/running.js';
import type { Tonic } from '../../core/tonic.js';
import type { StoreOps } from '../ops.js';
import { type StoreTreeOptions, throwLater, treeSchema } from '../store-options.js';
import type { Batch } from '../tree/batch.js';
import type { NewElement } from '../tree/new-element.js';
import { NO_LIMITS } from '../tree/content.js';
import { Tree, type TreeOptions } from '../tree/tree.js';
import { CONFIGURATION, showConfiguration } from './configuration-branch.js';
import { EarlyTree, type EarlyRequestHandler } from './early-tree.js';
import { type SparkleSubscription, MOST_PATHS } from './sparkle-subscription.js';
import { type Persistence, Owner } from './owner.js';
import { Replica } from './replica.js';
import { type HandledStore, StoreHandle } from './store-handle.js';
import { StoreReplica } from './store-replica.js';
import type { MessageSender, OwnerMessages, ReplicaMessages } from './messages.js';

/** The most attempts of a transaction whose values are changed by others each time. */
const MOST_ATTEMPTS = 1_000;

/** The Store that contains the configuration of the app. */
const CONFIGURED = 'store';

/** The Stores of each thread of each app, by the names of their services. */
const places = new WeakMap<object, Map<string, Place>>();

/** The Store as one thread sees it. */
export function placeOf(runtime: object, service: string): Place {
  let all = places.get(runtime);
  if (all === undefined) places.set(runtime, (all = new Map<string, Place>()));
  let place = all.get(service);
  if (place === undefined) all.set(service, (place = new Place(service)));
  return place;
}

/** A Tonic that receives messages of Stores: that of an owner, or of a replica. */
interface MessageReceiver {
  _ttss__storeMessage(kind: string, ...content: readonly unknown[]): void;
}

function senderTo<Messages>(to: RemoteHandle): MessageSender<Messages> {
  return {
    send: (kind, ...content) => (to as unknown as MessageReceiver)._ttss__storeMessage(kind as string, ...content),
  };
}

/**
 * A Store as one thread sees it: its tree (the owner's own tree, or a copy), and its users in this thread. Their
 * subscriptions stay when the owner is started again.
 */
export class Place implements HandledStore, EarlyRequestHandler {
  readonly service: string;
  #tree: Tree | undefined;
  /** Subscribers of this thread that can take no more events. */
  readonly full = new Set<SparkleSubscription>();
  readonly #early: EarlyTree;
  readonly #users = new Map<AnyTonic, StoreHandle>();
  #watchesEnd = false;
  /** Set when the Store has finished, until it is used again. */
  #lost: Error | undefined;
  // In the thread of the owner.
  #owner: Owner | undefined;
  #self: Tonic | undefined;
  #epoch = 0;
  #showsConfiguration = false;
  readonly #replicas = new Map<number, RemoteHandle>();
  /** Transactions that are not settled yet. */
  readonly #open = new Set<Promise<unknown>>();
  // In other threads.
  #replica: Replica | undefined;
  #receiver: StoreReplica | undefined;

  constructor(service: string) {
    this.service = service;
    // Only the owner knows the limits of the Store.
    this.#early = new EarlyTree(service, { ...this.#limits({}), ...NO_LIMITS });
  }

  get tree(): Tree {
    return this.#tree!;
  }

  #limits(given: StoreTreeOptions): TreeOptions {
    const readOnly = this.service === CONFIGURED ? CONFIGURATION : undefined;
    return { ...limitsOf(given), readOnly };
  }

  /** Whether the Store can be read in this thread. */
  get ready(): boolean {
    return this.#owner !== undefined || this.#replica?.ready === true;
  }

  /** The tree that cursors use: before the Store is ready, one that only records requests. */
  get shown(): Tree {
    return this.ready ? this.tree : this.#early;
  }

  // ---- The owner, in its thread ----

  /** The Tonic of the Store starts, without data or with the kept data. */
  begin(self: Tonic, limits: StoreTreeOptions, persistence: Persistence | undefined): void {
    this.#self = self;
    this.#lost = undefined;
    const options = this.#limits(limits);
    const tree = (this.#tree ??= new Tree(options));
    tree.limits = options;
    tree.onCommit = undefined;
    let version = 0;
    tree.reconcile(() => {
      tree.clear();
      version = persistence?.load((ops) => tree.apply(ops)) ?? 0;
      this.showConfiguration();
    });
    const owner = new Owner({ epoch: ++this.#epoch, version, tree, self, persistence, senderTo });
    this.#owner = owner;
    this.#commitsTo((batch) => owner.committed(batch));
    for (const replica of this.#replicas.values()) owner.receive('join', [replica.id, replica]);
    this.#arrived();
  }

  /** Updates the configuration of the app in the Store. */
  showConfiguration(): void {
    if (this.service !== CONFIGURED) return;
    this.#showsConfiguration = true;
    try {
      for (const refused of showConfiguration(this.tree, this.#self!.config.data)) this.#self!.log.warn(refused);
    } catch (thrown) {
      // The update could not be kept. The configuration is shown with its next change.
      this.#self!.log.warn(toError(thrown));
    } finally {
      this.#showsConfiguration = false;
    }
  }

  /** The owner has ended: nothing can be read until another one starts. */
  end(): void {
    this.#owner = undefined;
  }

  /** A message of a replica. */
  toOwner(kind: keyof OwnerMessages, content: readonly unknown[]): void {
    if (kind === 'join') this.#follow(content[1] as RemoteHandle);
    this.#owner?.receive(kind, content as never);
  }

  #follow(replica: RemoteHandle): void {
    if (this.#replicas.has(replica.id)) return;
    this.#replicas.set(replica.id, replica);
    watchEnd(replica, { ended: () => this.#unfollow(replica.id) });
  }

  #unfollow(id: number): void {
    this.#replicas.delete(id);
    this.#owner?.forget(id);
  }

  // ---- The users in this thread ----

  /**
   * The handle of a Tonic of this thread. `service` is the Tonic that it asked for, unless the user is the Store
   * itself.
   */
  use(user: AnyTonic, service: RemoteHandle | undefined): StoreHandle {
    let handle = this.#users.get(user);
    if (handle === undefined) {
      handle = new StoreHandle(this, user);
      this.#users.set(user, handle);
      watchEnd(user, { ended: () => this.#leave(user) });
    }
    if (service !== undefined) {
      if (user.thread !== 0 && this.#replica === undefined) this.#copy(user, service);
      this.#watchEnd(service);
    }
    if (this.ready) handle._ttArrived();
    return handle;
  }

  /** Whether this is still the receiver of the copy, and a Tonic other than the receiver's own base uses the copy. */
  needs(receiver: StoreReplica, base: AnyTonic | undefined): boolean {
    if (this.#receiver !== receiver) return false;
    for (const user of this.#users.keys()) if (user !== base) return true;
    return false;
  }

  #leave(user: AnyTonic): void {
    this.#users.delete(user);
    this.#tree?.unsubscribe(user);
    this.#early.unsubscribe(user);
    if (this.#users.size === 0) this.#dropCopy();
  }

  #dropCopy(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    this.#receiver = this.#replica = this.#tree = undefined;
    receiver._ttRetire();
  }

  #watchEnd(service: RemoteHandle): void {
    if (this.#watchesEnd) return;
    this.#watchesEnd = true;
    watchEnd(service, { ended: () => this.#gone() });
  }

  /** The Store has finished; it may be used again later. */
  #gone(): void {
    this.#watchesEnd = false;
    this.#lost = fail('TT_STORE_LOST', { what: 'its owner has finished' });
    this.#replica?.gone(this.#lost);
    this.#early.lose(this.#lost);
    this.#dropCopy();
  }

  /** The first user in a thread: a copy is requested. */
  #copy(user: AnyTonic, service: RemoteHandle): void {
    const { main } = user._ttScheduler.runtime as { readonly main?: AnyTonic };
    const receiver = runAs(main, () => new StoreReplica(this));
    this.#tree = new Tree({ ...this.#limits({}), isReplica: true });
    const join = (): void => senderTo<OwnerMessages>(service).send('join', receiver.id, receiver);
    const replica = new Replica(this.tree, receiver.id, {
      owner: (self) => senderTo<OwnerMessages>(self),
      join,
      arrived: () => this.#arrived(),
      refused: (error) => receiver.log.warn(error),
    });
    this.#replica = replica;
    this.#receiver = receiver;
    this.#lost = undefined;
    this.#commitsTo((batch) => replica.committed(batch));
    join();
  }

  /** A message of the owner. */
  toReplica(kind: keyof ReplicaMessages, content: readonly unknown[]): void {
    this.#replica?.receive(kind, content as never);
  }

  #arrived(): void {
    this.#early.release(this);
    for (const handle of this.#users.values()) handle._ttArrived();
  }

  #commitsTo(commit: (batch: Batch) => boolean | void): void {
    this.tree.onCommit = (batch) => {
      if (this.full.size > 0 && !this.#showsConfiguration) this.#refuseForFull(batch);
      return commit(batch);
    };
  }

  #refuseForFull({ events }: Batch): void {
    for (const { subscription } of events) {
      const hearing = subscription.subscriber as SparkleSubscription;
      if (this.full.has(hearing))
        throw fail('TT_STORE_FULL', {
          what: `what waits for ${hearing.toString()}`,
          most: `${MOST_PATHS} paths`,
          remedy: 'have it hear of less, or write less at once',
        });
    }
  }

  // ---- Writing ----

  /** Carries out a write that was requested before the Store was ready. */
  write(ops: StoreOps, made: readonly NewElement[]): void {
    try {
      if (this.#replica !== undefined) this.#replica.write(ops, made);
      else this.#owner!.write(ops, made);
    } catch (thrown) {
      this.refused(thrown);
    }
  }

  refused(thrown: unknown): void {
    (this.#receiver ?? this.#self!).log.warn(toError(thrown));
  }

  async saved(): Promise<void> {
    // An open transaction may be tried again, and so write after this call.
    if (this.#open.size > 0) await Promise.allSettled(this.#open);
    if (this.#lost !== undefined) throw this.#lost;
    return this.#saved();
  }

  async #saved(): Promise<void> {
    if (this.#replica !== undefined) return this.#replica.saved();
    if (this.#owner !== undefined) return this.#owner.saved();
    return new Promise((resolve, reject) =>
      this.#early.defer(() => void this.#saved().then(resolve, reject), { lost: reject }),
    );
  }

  /**
   * Runs `body` as one batch that is valid only if the paths still have the values that it has read. If not, `body`
   * runs again.
   */
  async transaction<T>(reads: readonly string[], body: () => T): Promise<T> {
    if (this.shown.inGroup) throw fail('TT_STORE_IN_GROUP');
    if (this.#lost !== undefined) throw this.#lost;
    const outcome = new Promise<T>((resolve, reject) => {
      const begin = (): void => this.#attempt(reads, body, { resolve, reject }, MOST_ATTEMPTS);
      if (this.ready) begin();
      else this.#early.defer(begin, { lost: reject });
    });
    // In the owner's own thread the result is known at once.
    if (this.#owner === undefined) this.#awaitOutcome(outcome);
    return outcome;
  }

  #awaitOutcome(outcome: Promise<unknown>): void {
    const known = (): void => void this.#open.delete(outcome);
    this.#open.add(outcome);
    outcome.then(known, known);
  }

  #attempt<T>(
    reads: readonly string[],
    body: () => T,
    to: { resolve(value: T): void; reject(error: unknown): void },
    left: number,
  ): void {
    const { tree } = this;
    let result: T;
    const waiter = {
      carriedOut: () => to.resolve(result),
      failed: to.reject,
      lost: () => {
        if (left > 0) this.#attempt(reads, body, to, left - 1);
        else to.reject(fail('TT_STORE_CONTENDED', { paths: reads.join(', '), count: MOST_ATTEMPTS }));
      },
    };
    const write = (): void => {
      result = tree.group(body);
    };
    try {
      if (this.#replica === undefined) {
        write();
        waiter.carriedOut();
      } else {
        const expects = reads.flatMap((path) => [path, tree.read(path)]);
        this.#replica.writeWhere(expects, waiter, write);
      }
    } catch (thrown) {
      to.reject(thrown);
    }
  }
}

/** The options of a Store that concern its tree. */
function limitsOf(given: StoreTreeOptions): TreeOptions {
  const { paths, depth, pathLength, subscriptions, valueBytes, onError } = given;
  const own = Object.entries({ paths, depth, pathLength, subscriptions, valueBytes, onError });
  const limits = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  return { onError: throwLater, ...parseOptions(treeSchema, limits, 'Store') } as TreeOptions;
}
