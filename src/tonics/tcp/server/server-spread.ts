import type { AnyTonic } from '../../../core/any-tonic.js';
import type { Remote } from '../../../core/plan/remote.js';
import type { Supervised } from '../../../core/features/supervised.js';
import type { Address } from '../../../selector/network.js';
import { transfer } from '../../../links/packing/transfer.js';
import { type LimitMemory, forgetThread } from './limits/shared-limits.js';
import { type PartOf, ServerCatalyst, type ServerPart } from './server-catalyst.js';
import { ServerTally } from './server-tally.js';

type Part = Remote<ServerCatalyst>;
/** Infuses a thread and looks after it, in a sparkle of the server. */
export type Supervise = (make: () => Part) => Supervised<Part>;

/** The protocol's class, which the threads load. */
export interface LoadableProtocol {
  readonly name: string;
  readonly module: string;
}

/** Whether a thread can load a protocol: a class that says where it is. */
export function isLoadable(protocol: unknown): protocol is LoadableProtocol {
  const { module } = (protocol ?? {}) as { readonly module?: unknown };
  return typeof protocol === 'function' && Object.hasOwn(protocol, 'module') && typeof module === 'string';
}

/** How a server is spread. */
export interface SpreadSettings {
  readonly threads: number;
  /** Whether its threads are handed their connections, or listen themselves. */
  readonly handsOver: boolean;
  readonly protocol: LoadableProtocol;
  /** Those of the server that its threads are given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Which class of servers it is; default a TcpServer. */
  readonly of?: PartOf | undefined;
  /** What its limits are counted in. */
  readonly limits: LimitMemory;
  /** Starts a thread: `ServerCatalyst.spawn`. */
  readonly spawn?: (part: ServerPart) => Part;
}

/** The place of a thread: another one takes it when that has died. */
interface Place {
  thread: Supervised<Part> | undefined;
  /** From when a thread is started to when it is known to have gone: until another one runs there, nothing may be sent to it. */
  runs: boolean;
  listens: boolean;
}

/**
 * The threads that run a server's connections. Either each of them listens on the one port, and the kernel spreads the connections; or
 * the server accepts them all, where Node can move a socket to another thread, and gives each to the thread that has the fewest.
 *
 * What a thread was given is counted as open there. When it has gone, so have its connections, and those that were under way to it.
 */
export class ServerSpread {
  readonly tally: ServerTally;
  readonly handsOver: boolean;
  /** Where they listen. */
  at: Address | undefined;
  readonly #settings: SpreadSettings;
  readonly #places: readonly Place[];
  #paused = false;

  constructor(settings: SpreadSettings) {
    this.#settings = settings;
    this.handsOver = settings.handsOver;
    this.tally = ServerTally.shared(settings.threads);
    this.#places = Array.from({ length: settings.threads }, () => ({ thread: undefined, runs: false, listens: false }));
  }

  /** Starts the first thread, where the port may be any: the others follow when it listens. Those that are handed sockets start at once. */
  start(supervise: Supervise): void {
    this.#start(0, supervise);
    if (this.handsOver) this.#startOthers(supervise);
  }

  /** A thread listens; tells whether all do now. */
  listens(index: number, at: Address, supervise: Supervise): boolean {
    this.at = at;
    this.#places[index]!.listens = true;
    if (index === 0) this.#startOthers(supervise);
    return this.#places.every(({ listens }) => listens);
  }

  #startOthers(supervise: Supervise): void {
    this.#places.forEach(({ thread }, index) => thread === undefined && this.#start(index, supervise));
  }

  #start(index: number, supervise: Supervise): void {
    const { protocol, options, of, limits, spawn = (part) => ServerCatalyst.spawn({ part }) } = this.#settings;
    const place = this.#places[index]!;
    place.thread = supervise(() => {
      // One that is started again listens where the others do.
      const port = this.at?.port ?? options['port'];
      const thread = spawn({
        tonic: of?.tonic ?? 'TcpServer',
        shared: of?.shared,
        options: { ...without(options, of?.without), ...of?.options, port, reusePort: !this.handsOver },
        protocolModule: protocol.module,
        protocolName: protocol.name,
        index,
        tally: this.tally.buffer!,
        limits,
        listens: !this.handsOver,
      });
      place.runs = true;
      if (this.#paused) thread.ttsc__pause();
      return thread;
    });
  }

  /**
   * Moves a socket to the thread with the fewest connections, of those that run.
   *
   * @returns false where none runs just now.
   * @throws what Node says of a socket that it cannot move.
   */
  handOver(socket: unknown): boolean {
    const index = this.#leastBusy();
    if (index === undefined) return false;
    this.tally.opened(index);
    try {
      this.#places[index]!.thread!.current.tts__take(transfer(socket));
      return true;
    } catch (thrown) {
      this.tally.closed(index);
      throw thrown;
    }
  }

  #leastBusy(): number | undefined {
    let least: number | undefined;
    for (let index = 0; index < this.#places.length; index++) {
      if (!this.#places[index]!.runs) continue;
      if (least === undefined || this.tally.openIn(index) < this.tally.openIn(least)) least = index;
    }
    return least;
  }

  pause(): void {
    this.#paused = true;
    for (const { thread } of this.#places) thread?.current.ttsc__pause();
  }

  resume(): void {
    this.#paused = false;
    for (const { thread } of this.#places) thread?.current.ttsc__resume();
  }

  reloadCertificates(): void {
    for (const { thread } of this.#places) thread?.current.ttsc__reloadCertificates();
  }

  /** An infusion of the server has gone. With a thread its connections have: tells how many. */
  left(infusion: AnyTonic): number {
    const index = this.#places.findIndex(({ thread }) => (thread?.current as unknown) === infusion._ttFace);
    if (index < 0) return 0;
    Object.assign(this.#places[index]!, { runs: false, listens: false });
    forgetThread(this.#settings.limits, index);
    return this.tally.closeAll(index);
  }
}

function without(options: SpreadSettings['options'], keys: readonly string[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key)));
}
