import { StoreTree } from '../../../../src/store/index.js';
import { parse } from 'valibot';
import {
  type Peer,
  Session,
  type SharedText,
  type StoreConnectionOptions,
  type StoreFeed,
  type Task,
  feedOf,
  storeConnectionSchema,
} from '../../../doors/http-store.js';
import {
  type SocketLike,
  type StoreClient,
  type StoreClientEvent,
  type StoreClientHost,
  type StoreClientOptions,
  connectStore,
} from '../../../doors/store-client.js';

/** Time that stands still until it is told to go on. */
export class Hands {
  now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.now + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** How long until the next one is due; `Infinity` for never. */
  get next(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at)) - this.now;
  }

  forward(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.now = due.at;
      due.callback();
    }
    this.now = end;
  }
}

/** One WebSocket without a network: what is sent lies on it until it is delivered. */
export class FakeSocket implements SocketLike, Peer {
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  onerror: SocketLike['onerror'] = null;
  bufferedAmount = 0;
  readonly toServer: string[] = [];
  readonly toPage: string[] = [];
  /** All that was sent to the page. */
  readonly said: string[] = [];
  readonly shared: SharedText[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  session: Session | undefined;
  /** So many messages have room. */
  room = Infinity;
  readonly #world: Line;

  constructor(world: Line) {
    this.#world = world;
  }

  // ---- As the page has it ----

  /** The fake one has no WebSocket's `send(text)`: both sides call it with what is theirs. */
  send(text: string): void;
  send(text: SharedText): boolean;
  send(given: string | SharedText): boolean | void {
    if (this.closed !== undefined) return true;
    if (typeof given === 'string') return void this.toServer.push(given);
    this.shared.push(given);
    this.said.push(given.text);
    this.toPage.push(given.text);
    return this.toPage.length < this.room;
  }

  close(code = 1005, reason = ''): void {
    if (this.closed !== undefined) return;
    this.closed = { code, reason };
    this.session?.end();
    this.onclose?.({ code, reason });
  }

  later(task: Task): void {
    this.#world.tasks.push(task);
  }

  // ---- As the test has it ----

  /** The server takes it. */
  open(): void {
    this.session = this.#world.session(this);
    this.onopen?.(undefined as never);
  }

  deliverToServer(): boolean {
    const text = this.toServer.shift();
    if (text === undefined || this.closed !== undefined) return false;
    this.session!.heard(text);
    return true;
  }

  deliverToPage(): boolean {
    const text = this.toPage.shift();
    if (text === undefined) return false;
    this.onmessage?.({ data: text });
    if (this.toPage.length === 0 && this.closed === undefined) this.session!.drained();
    return true;
  }
}

const EVERYTHING: StoreConnectionOptions = { read: ['**'], write: ['**'], creates: true, messageRate: 1_000_000 };

/** A Store, its server's side, and pages, all in one place. */
export class Line {
  readonly tree = new StoreTree();
  readonly feed: StoreFeed = feedOf(this.tree, this.tree);
  readonly tasks: Task[] = [];
  readonly hands = new Hands();
  readonly sockets: FakeSocket[] = [];
  readonly options: StoreConnectionOptions;
  /** Whether new connections open by themselves. */
  opens = true;
  chance = 0;

  constructor(options: Partial<StoreConnectionOptions> = {}) {
    this.options = { ...EVERYTHING, ...options };
  }

  session(peer: Peer): Session {
    const settings = parse(storeConnectionSchema, this.options);
    return new Session(peer, this.feed, settings, settings, this.bucket(settings.messageRate as number));
  }

  bucket(perSecond: number): never {
    let level = perSecond;
    const take = (count: number): number => ((level -= count), level >= 0 ? 0 : 1);
    return { takeOne: () => take(1) === 0, take } as never;
  }

  get host(): StoreClientHost {
    return {
      connect: () => {
        const socket = new FakeSocket(this);
        this.sockets.push(socket);
        return socket as unknown as SocketLike;
      },
      after: this.hands.after,
      chance: () => this.chance,
    };
  }

  page(paths: readonly string[] = ['**'], options: Partial<StoreClientOptions> = {}): StoreClient {
    return connectStore('ws://here/store', { paths, host: this.host, ...options });
  }

  /** The newest connection. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** A peer that says what it likes. */
  raw(): FakeSocket {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    socket.open();
    return socket;
  }

  look(): void {
    for (const task of this.tasks.splice(0)) task.run();
  }

  /** Everything that is on its way arrives. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await Promise.resolve();
      let moved = this.tasks.length > 0;
      this.look();
      for (const socket of this.sockets) {
        if (this.opens && socket.session === undefined && socket.closed === undefined) {
          socket.open();
          moved = true;
        }
        while (socket.deliverToServer() || socket.deliverToPage()) moved = true;
      }
      if (!moved && this.hands.next <= 20) {
        this.hands.forward(this.hands.next);
        moved = true;
      }
      quiet = moved ? 0 : quiet + 1;
    }
  }
}

/** What a subscriber hears, as text. */
export function heardBy(page: StoreClient, pattern: string | readonly string[] = '**'): string[][] {
  const heard: string[][] = [];
  page.subscribe(pattern, (events) => void heard.push(events.map(textOf)));
  return heard;
}

export function textOf({ path, value, old, source }: StoreClientEvent): string {
  return `${path} ${String(old)} > ${String(value)}${source === undefined ? '' : ` ${source}`}`;
}
