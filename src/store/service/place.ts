import type { AnyTonic, RemoteHandle } from '../../core/any-tonic.js';
import { fail, toError } from '../../core/errors.js';
import { watchEnd } from '../../core/guests/extras.js';
import { parseOptions } from '../../core/options/option-schema.js';
import { runAs } from '../../core/running.js';
import type { Tonic } from '../../core/tonic.js';
import type { StoreOps } from '../ops.js';
import { type StoreTreeOptions, throwLater, treeSchema } from '../store-options.js';
import type { Batch } from '../tree/batch.js';
import type { Made } from '../tree/made.js';
import { NO_LIMITS } from '../tree/content.js';
import { Tree, type TreeOptions } from '../tree/tree.js';
import { CONFIGURATION, showConfiguration } from './configuration-branch.js';
import { EarlyTree, type Latecomer } from './early-tree.js';
import { type Hearing, MOST_PATHS } from './hearing.js';
import { type Keeper, Owner } from './owner.js';
import { Replica } from './replica.js';
import { type HandledStore, StoreHandle } from './store-handle.js';
import { StoreReplica } from './store-replica.js';
import type { Mouth, OwnerWords, ReplicaWords } from './words.js';

/** So often a transaction is tried again where others are quicker. */
const MOST_ATTEMPTS = 1_000;

/** The Store that has the configuration of the app in it. */
const CONFIGURED = 'store';

/** The Stores of each thread of each app, by the names of their services. */
const places = new WeakMap<object, Map<string, Place>>();

/** A Store as one thread has it. */
export function placeOf(runtime: object, service: string): Place {
  let all = places.get(runtime);
  if (all === undefined) places.set(runtime, (all = new Map<string, Place>()));
  let place = all.get(service);
  if (place === undefined) all.set(service, (place = new Place(service)));
  return place;
}

/** One that hears words of Stores: the Tonic of an owner, or of a replica. */
interface HearsWords {
  _ttss__ofStore(word: string, ...said: readonly unknown[]): void;
}

function mouthOf<Words>(to: RemoteHandle): Mouth<Words> {
  return { tell: (word, ...said) => (to as unknown as HearsWords)._ttss__ofStore(word as string, ...said) };
}

/**
 * A Store as one thread has it: its tree, which is the owner's or a copy of that, and those who use it here. What they have subscribed to
 * stays when the owner is started again.
 */
export class Place implements HandledStore, Latecomer {
  readonly service: string;
  #tree: Tree | undefined;
  /** Subscribers of this thread for which so much waits that no more may come. */
  readonly full = new Set<Hearing>();
  readonly #early: EarlyTree;
  readonly #users = new Map<AnyTonic, StoreHandle>();
  #watchesEnd = false;
  /** Set where the Store has finished for good, until somebody asks for it again. */
  #lost: Error | undefined;
  // In the thread of the owner.
  #owner: Owner | undefined;
  #self: Tonic | undefined;
  #epoch = 0;
  #showsConfiguration = false;
  readonly #replicas = new Map<number, RemoteHandle>();
  /** Transactions whose outcome is not known yet. */
  readonly #open = new Set<Promise<unknown>>();
  // In other threads.
  #replica: Replica | undefined;
  #ear: StoreReplica | undefined;

  constructor(service: string) {
    this.service = service;
    // What the Store may hold only its owner knows.
    this.#early = new EarlyTree(service, { ...this.#limits({}), ...NO_LIMITS });
  }

  get tree(): Tree {
    return this.#tree!;
  }

  #limits(given: StoreTreeOptions): TreeOptions {
    const readOnly = this.service === CONFIGURED ? CONFIGURATION : undefined;
    return { ...limitsOf(given), readOnly };
  }

  /** Whether what is in the Store can be read here. */
  get ready(): boolean {
    return this.#owner !== undefined || this.#replica?.ready === true;
  }

  /** What cursors see: until something can be read, what only takes note of what is asked for. */
  get shown(): Tree {
    return this.ready ? this.tree : this.#early;
  }

  // ---- The owner, in its thread ----

  /** The Tonic that is the Store begins: with nothing, or with what was kept. */
  begin(self: Tonic, limits: StoreTreeOptions, keeper: Keeper | undefined): void {
    this.#self = self;
    this.#lost = undefined;
    const options = this.#limits(limits);
    const tree = (this.#tree ??= new Tree(options));
    tree.limits = options;
    tree.onCommit = undefined;
    let version = 0;
    tree.reconcile(() => {
      tree.clear();
      version = keeper?.load((ops) => tree.apply(ops)) ?? 0;
      this.showConfiguration();
    });
    const owner = new Owner({ epoch: ++this.#epoch, version, tree, self, keeper, mouthOf });
    this.#owner = owner;
    this.#commitsTo((batch) => owner.committed(batch));
    for (const replica of this.#replicas.values()) owner.heard('join', [replica.id, replica]);
    this.#arrived();
  }

  /** The configuration of the app is in its Store, as it is now. */
  showConfiguration(): void {
    if (this.service !== CONFIGURED) return;
    this.#showsConfiguration = true;
    try {
      for (const refused of showConfiguration(this.tree, this.#self!.config.data)) this.#self!.log.warn(refused);
    } catch (thrown) {
      // It could not be kept: it is shown with the next change.
      this.#self!.log.warn(toError(thrown));
    } finally {
      this.#showsConfiguration = false;
    }
  }

  /** It has ended: nothing can be read until another one begins. */
  end(): void {
    this.#owner = undefined;
  }

  /** What a replica has told. */
  toOwner(word: keyof OwnerWords, said: readonly unknown[]): void {
    if (word === 'join') this.#follow(said[1] as RemoteHandle);
    this.#owner?.heard(word, said as never);
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

  // ---- Those who use it in this thread ----

  /** What a Tonic of this thread holds of the Store; `service` is what it has asked for, unless it is the Store itself. */
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

  /** Whether this is the ear of the copy still, and somebody uses that besides the Tonic that the ear belongs to. */
  needs(ear: StoreReplica, base: AnyTonic | undefined): boolean {
    if (this.#ear !== ear) return false;
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
    const ear = this.#ear;
    if (ear === undefined) return;
    this.#ear = this.#replica = this.#tree = undefined;
    ear._ttRetire();
  }

  #watchEnd(service: RemoteHandle): void {
    if (this.#watchesEnd) return;
    this.#watchesEnd = true;
    watchEnd(service, { ended: () => this.#gone() });
  }

  /** The Store has finished for good; it may be asked for anew. */
  #gone(): void {
    this.#watchesEnd = false;
    this.#lost = fail('TT_STORE_LOST', { what: 'its owner has finished' });
    this.#replica?.gone(this.#lost);
    this.#early.lose(this.#lost);
    this.#dropCopy();
  }

  /** The first of a thread: a copy is asked for. */
  #copy(user: AnyTonic, service: RemoteHandle): void {
    const { main } = user._ttScheduler.runtime as { readonly main?: AnyTonic };
    const ear = runAs(main, () => new StoreReplica(this));
    this.#tree = new Tree({ ...this.#limits({}), isReplica: true });
    const join = (): void => mouthOf<OwnerWords>(service).tell('join', ear.id, ear);
    const replica = new Replica(this.tree, ear.id, {
      owner: (self) => mouthOf<OwnerWords>(self),
      join,
      arrived: () => this.#arrived(),
      refused: (error) => ear.log.warn(error),
    });
    this.#replica = replica;
    this.#ear = ear;
    this.#lost = undefined;
    this.#commitsTo((batch) => replica.committed(batch));
    join();
  }

  /** What the owner has told. */
  toReplica(word: keyof ReplicaWords, said: readonly unknown[]): void {
    this.#replica?.heard(word, said as never);
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

  #refuseForFull({ told }: Batch): void {
    for (const { subscription } of told) {
      const hearing = subscription.hearer as Hearing;
      if (this.full.has(hearing))
        throw fail('TT_STORE_FULL', {
          what: `what waits for ${hearing.toString()}`,
          most: `${MOST_PATHS} paths`,
          remedy: 'have it hear of less, or write less at once',
        });
    }
  }

  // ---- Writing ----

  /** What was asked for before anything was there. */
  write(ops: StoreOps, made: readonly Made[]): void {
    try {
      if (this.#replica !== undefined) this.#replica.write(ops, made);
      else this.#owner!.write(ops, made);
    } catch (thrown) {
      this.refused(thrown);
    }
  }

  refused(thrown: unknown): void {
    (this.#ear ?? this.#self!).log.warn(toError(thrown));
  }

  async saved(): Promise<void> {
    // One that others were quicker than is written again, after what is asked for here.
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

  /** Does `body` as one batch that holds only where the paths have the values that it has seen; again where they have others meanwhile. */
  async transaction<T>(reads: readonly string[], body: () => T): Promise<T> {
    if (this.shown.inGroup) throw fail('TT_STORE_IN_GROUP');
    if (this.#lost !== undefined) throw this.#lost;
    const outcome = new Promise<T>((resolve, reject) => {
      const begin = (): void => this.#attempt(reads, body, { resolve, reject }, MOST_ATTEMPTS);
      if (this.ready) begin();
      else this.#early.defer(begin, { lost: reject });
    });
    // The owner's own thread knows it now.
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

/** Those among the options of a Store that its tree has. */
function limitsOf(given: StoreTreeOptions): TreeOptions {
  const { paths, depth, pathLength, subscriptions, valueBytes, onError } = given;
  const own = Object.entries({ paths, depth, pathLength, subscriptions, valueBytes, onError });
  const said = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  return { onError: throwLater, ...parseOptions(treeSchema, said, 'Store') } as TreeOptions;
}
