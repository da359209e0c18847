import { Owner, Replica, Tree, type TreeOptions } from '../../doors/store.js';
import { LIMITS } from '../support/trees.js';
import type { StoreEvent } from '../../../src/store/index.js';

const EVERYTHING = {
  recursive: true,
  ignoreSource: undefined,
  exclude: undefined,
  extract: undefined,
  triggerNow: false,
  latest: false,
};

/** Messages on their way: they arrive in order, when the test delivers them. */
export class Way {
  readonly #messages: (readonly [kind: string, content: readonly unknown[]])[] = [];
  readonly #to: (kind: string, content: readonly unknown[]) => void;

  constructor(to: (kind: string, content: readonly unknown[]) => void) {
    this.#to = to;
  }

  /** As between threads: a message is a copy. */
  readonly send = (kind: unknown, ...content: readonly unknown[]): void => {
    this.#messages.push([kind as string, content.map(copied)]);
  };

  get waits(): number {
    return this.#messages.length;
  }

  bring(): void {
    const next = this.#messages.shift();
    if (next !== undefined) this.#to(...next);
  }

  lose(): void {
    this.#messages.shift();
  }
}

/** Takes the place of the Tonic that receives messages. */
class Receiver {
  readonly id: number;
  readonly way: Way;

  constructor(id: number, way: Way) {
    this.id = id;
    this.way = way;
  }
}

function copied(value: unknown): unknown {
  return value instanceof Receiver || value instanceof Error ? value : structuredClone(value);
}

/** One thread with a copy of the Store. */
export class Thread {
  readonly tree = new Tree({ ...LIMITS, isReplica: true });
  readonly replica: Replica;
  readonly toOwner: Way;
  readonly fromOwner: Way;
  readonly receiver: Receiver;
  /** What somebody who subscribed to everything has been told, by path: it must come to the same as what is there. */
  readonly heard = new Map<string, unknown>();
  readonly refused: Error[] = [];

  constructor(world: World, number: number) {
    this.toOwner = new Way((kind, content) => world.owner.receive(kind as never, content as never));
    this.fromOwner = new Way((kind, content) => this.replica.receive(kind as never, content as never));
    this.receiver = new Receiver(number, this.fromOwner);
    const join = (): void => this.toOwner.send('join', number, this.receiver);
    this.replica = new Replica(this.tree, number, {
      owner: () => this.toOwner,
      join,
      arrived: () => {
        for (const [path, value] of contentOf(this.tree)) this.heard.set(path, value);
        hearAll(this.tree, this.heard);
      },
      refused: (error) => this.refused.push(error),
    });
    this.tree.onCommit = (batch) => this.replica.committed(batch);
    join();
  }
}

/** An owner and some threads, with what they tell each other on its way. */
export class World {
  readonly tree: Tree;
  owner!: Owner;
  readonly threads: Thread[];
  readonly heard = new Map<string, unknown>();
  #epoch = 0;

  /** @param more what the tree of the owner is told; its replicas do not know. */
  constructor(count: number, more: Partial<TreeOptions> = {}) {
    this.tree = new Tree({ ...LIMITS, ...more });
    this.#begin();
    hearAll(this.tree, this.heard);
    this.threads = Array.from({ length: count }, (_, at) => new Thread(this, at + 1));
  }

  #begin(): void {
    const owner = new Owner({
      epoch: ++this.#epoch,
      version: 0,
      tree: this.tree,
      self: new Receiver(0, undefined as never) as never,
      persistence: undefined,
      senderTo: (replica) => (replica as unknown as Receiver).way,
    });
    this.owner = owner;
    this.tree.onCommit = (batch) => owner.committed(batch);
  }

  /** The owner is started again, with nothing in it. */
  restart(): void {
    this.tree.onCommit = undefined;
    this.tree.reconcile(() => this.tree.clear());
    this.#begin();
    for (const { receiver } of this.threads) this.owner.receive('join', [receiver.id, receiver as never]);
  }

  /** Brings all that is on its way, and what that brings on its way. */
  settle(): void {
    const ways = this.threads.flatMap(({ toOwner, fromOwner }) => [toOwner, fromOwner]);
    while (ways.some(({ waits }) => waits > 0)) for (const way of ways) way.bring();
  }
}

/** All paths that have a value. */
export function contentOf(tree: Tree): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const piece of tree.contents())
    for (let at = 0; at < piece.length; at += 3)
      if (piece[at + 2] !== undefined) found.set(piece[at + 1] as string, piece[at + 2]);
  return found;
}

function hearAll(tree: Tree, heard: Map<string, unknown>): void {
  const deliver = (events: readonly StoreEvent[]): void => {
    for (const { path, value } of events) {
      if (value === undefined) heard.delete(path);
      else heard.set(path, value);
    }
  };
  tree.subscribe([''], EVERYTHING, { deliver, known: [] });
}
