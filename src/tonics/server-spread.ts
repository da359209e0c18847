import type { AnyTonic } from '../core/any-tonic.js';
import type { Remote } from '../core/remote.js';
import type { Supervised } from '../core/supervised.js';
import type { Address } from '../selector/network.js';
import { transfer } from '../threads/transfer.js';
import { ServerCatalyst } from './server-catalyst.js';
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

/**
 * The threads that run a server's connections. Either each of them listens on the one port, and the kernel spreads the connections; or
 * the server accepts them all, where Node can move a socket to another thread, and gives each to the thread that has the fewest.
 */
export class ServerSpread {
  readonly tally: ServerTally;
  readonly handsOver: boolean;
  /** Where they listen. */
  at: Address | undefined;
  readonly #threads: number;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #protocol: LoadableProtocol;
  readonly #parts: Supervised<Part>[] = [];
  #listening = 0;

  /** @param options those of the server that its threads are given. */
  constructor(
    threads: number,
    handsOver: boolean,
    protocol: LoadableProtocol,
    options: Readonly<Record<string, unknown>>,
  ) {
    this.handsOver = handsOver;
    this.tally = ServerTally.shared(threads);
    this.#threads = threads;
    this.#protocol = protocol;
    this.#options = options;
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
    return ++this.#listening === this.#threads;
  }

  #startOthers(supervise: Supervise): void {
    for (let index = 1; index < this.#threads; index++) this.#start(index, supervise);
  }

  #start(index: number, supervise: Supervise): void {
    const { name: protocolName, module: protocolModule } = this.#protocol;
    const { buffer: tally } = this.tally;
    this.#parts[index] = supervise(() => {
      // One that is started again listens where the others do.
      const port = this.at?.port ?? this.#options['port'];
      const options = { ...this.#options, port, reusePort: !this.handsOver };
      const part = { options, protocolModule, protocolName, index, tally: tally!, listens: !this.handsOver };
      return ServerCatalyst.spawn({ part });
    });
  }

  /**
   * Moves a socket to the thread with the fewest connections.
   * @throws what Node says of a socket that it cannot move.
   */
  handOver(socket: unknown): void {
    const index = this.tally.leastOpen(this.#threads);
    this.tally.addTo(index, 'open');
    try {
      this.#parts[index]!.current.tts__take(transfer(socket));
    } catch (thrown) {
      this.tally.addTo(index, 'open', -1);
      throw thrown;
    }
  }

  pause(): void {
    for (const { current } of this.#parts) current.ttsc__pause();
  }

  resume(): void {
    for (const { current } of this.#parts) current.ttsc__resume();
  }

  /** An infusion of the server has gone: with a thread its connections have. */
  left(infusion: AnyTonic): void {
    const index = this.#parts.findIndex(({ current }) => (current as unknown) === infusion._ttFace);
    if (index >= 0) this.tally.closeAll(index);
  }
}
