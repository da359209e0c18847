import type { AnyTonic } from '../../../core/any-tonic.js';
import type { Remote } from '../../../core/plan/remote.js';
import type { Supervised } from '../../../core/features/supervised.js';
import type { Address } from '../../../selector/network.js';
import { transfer } from '../../../links/packing/transfer.js';
import type { RemoteTonic } from '../../../links/remote-tonic.js';
import { type LimitMemory, forgetThread } from './limits/shared-limits.js';
import type { LoadableProtocol } from './loadable-protocol.js';
import { type PartOf, ServerCatalyst, type ServerPart } from './server-catalyst.js';
import type { ThreadTally } from './thread-tally.js';

type Part = Remote<ServerCatalyst>;
/** Infuses a thread and looks after it, in a sparkle of the server. */
export type Supervise = (make: () => Part) => Supervised<Part>;

/** How a server is spread. */
export interface SpreadSettings<Tally> {
  readonly threads: number;
  /** What its threads count in: a line for each. */
  readonly tally: Tally;
  /** Whether its threads are handed their connections, or listen themselves. */
  readonly handsOver: boolean;
  readonly protocol: LoadableProtocol;
  /** Those of the server that its threads are given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Which class of servers it is, as the TonicStore names it. */
  readonly tonic: string;
  readonly of?: PartOf | undefined;
  /** What its limits are counted in; `undefined` where this thread keeps them. */
  readonly limits?: LimitMemory | undefined;
  /** Starts a thread: `ServerCatalyst.spawn`. */
  readonly spawn?: (part: ServerPart) => Part;
}

/** The place of a thread: another one takes it when that has died. */
interface Place {
  thread: Supervised<Part> | undefined;
  /** From when a thread is started to when it is known to have gone: until another one runs there, nothing may be sent to it. */
  runs: boolean;
  serves: boolean;
  /** Which of them it is, from 1 on. */
  life: number;
}

/**
 * The threads that run a server's connections or sessions. Either each of them listens on the one port, and the kernel spreads the
 * connections; or the server gives each to the thread that has the fewest: connections where Node can move a socket to another thread,
 * sessions of datagrams everywhere.
 *
 * What a thread was given is counted as open there. When it has gone, so have its connections, and those that were under way to it.
 */
export class ServerSpread<Tally extends ThreadTally<string, string>> {
  readonly tally: Tally;
  readonly handsOver: boolean;
  /** Where they listen. */
  at: Address | undefined;
  readonly #settings: SpreadSettings<Tally>;
  readonly #places: readonly Place[];
  #paused = false;

  constructor(settings: SpreadSettings<Tally>) {
    this.#settings = settings;
    this.handsOver = settings.handsOver;
    this.tally = settings.tally;
    this.#places = Array.from({ length: settings.threads }, newPlace);
  }

  /** Starts the first thread, where the port may be any: the others follow when it listens. Those that are handed sockets start at once. */
  start(supervise: Supervise): void {
    this.#start(0, supervise);
    if (this.handsOver) this.#startOthers(supervise);
  }

  /** A thread listens; tells whether all do now. */
  listens(index: number, at: Address, supervise: Supervise): boolean {
    this.at = at;
    if (index === 0) this.#startOthers(supervise);
    return this.loaded(index);
  }

  /** A thread takes connections; tells whether all do now. */
  loaded(index: number): boolean {
    this.#places[index]!.serves = true;
    return this.#places.every(({ serves }) => serves);
  }

  #startOthers(supervise: Supervise): void {
    this.#places.forEach(({ thread }, index) => thread === undefined && this.#start(index, supervise));
  }

  #start(index: number, supervise: Supervise): void {
    const { protocol, options, tonic, of, limits } = this.#settings;
    const { spawn = (part) => ServerCatalyst.spawn({ part }) } = this.#settings;
    const place = this.#places[index]!;
    place.thread = supervise(() => {
      // One that is started again listens where the others do.
      const listening = this.handsOver ? undefined : { port: this.at?.port ?? options['port'], reusePort: true };
      place.life++;
      const thread = spawn({
        tonic: of?.tonic ?? tonic,
        shared: of?.shared,
        options: { ...without(options, of?.without), ...of?.options, ...listening },
        protocolModule: protocol.module,
        protocolName: protocol.name,
        index,
        life: place.life,
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
    const index = this.leastBusy;
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

  /** Gives something to a thread that runs, past every bound of its queue. */
  give(index: number, what: unknown): void {
    const thread = this.#places[index]!.thread!.current as unknown as RemoteTonic;
    thread._ttCall('_ttss__give', [what]);
  }

  /** Whether what has come from a thread is of the one that runs there now. */
  isOf(index: number, life: number): boolean {
    const { runs, life: now } = this.#places[index]!;
    return runs && now === life;
  }

  /** The thread with the fewest connections or sessions, of those that run. */
  get leastBusy(): number | undefined {
    let least: number | undefined;
    for (let index = 0; index < this.#places.length; index++) {
      if (!this.#places[index]!.runs) continue;
      if (least === undefined || this.tally.openIn(index) < this.tally.openIn(least)) least = index;
    }
    return least;
  }

  get isPaused(): boolean {
    return this.#paused;
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

  /** Which of its threads an infusion of the server is; `undefined` where it is none. */
  indexOf(infusion: AnyTonic): number | undefined {
    const index = this.#places.findIndex(({ thread }) => (thread?.current as unknown) === infusion._ttFace);
    return index < 0 ? undefined : index;
  }

  /** An infusion of the server has gone. With a thread its connections have: tells how many. */
  left(infusion: AnyTonic): number {
    const index = this.indexOf(infusion);
    if (index === undefined) return 0;
    Object.assign(this.#places[index]!, { runs: false, serves: false });
    const { limits } = this.#settings;
    if (limits !== undefined) forgetThread(limits, index);
    return this.tally.closeAll(index);
  }
}

function newPlace(): Place {
  return { thread: undefined, runs: false, serves: false, life: 0 };
}

function without(
  options: Readonly<Record<string, unknown>>,
  keys: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key)));
}
