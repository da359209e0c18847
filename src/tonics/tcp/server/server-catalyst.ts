import { type TaskTonicError, fail } from '../../../core/errors.js';
import { loadModule } from '../../../core/load-module.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { appPorts } from '../../../app/app-ports.js';
import type { RemoteHandle } from '../../../core/any-tonic.js';
import type { Remote } from '../../../core/plan/remote.js';
import type { TurnedAway } from '../../../selector/network.js';
import { SelectorCatalyst, type SelectorCatalystOptions } from '../../../selector/selector-catalyst.js';
import type { LimitMemory } from './limits/shared-limits.js';

/** A thread's part of a server. */
export interface ServerPart {
  /** The options of the server there; its protocol is loaded there. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The module that has the protocol's class, and its name. */
  readonly protocolModule: string;
  readonly protocolName: string;
  /** Its line in the counts. */
  readonly index: number;
  /** Which of the threads it is that have had this line, one after the other. */
  readonly life: number;
  readonly tally: SharedArrayBuffer;
  /** What its limits are counted in; `undefined` where it has none. */
  readonly limits: LimitMemory | undefined;
  /** Whether it listens itself; else it is handed its connections. */
  readonly listens: boolean;
  /** The class of the server, as the TonicStore names it, and what its parts share. */
  readonly tonic: string;
  readonly shared: SharedArrayBuffer | undefined;
}

/** What a part of a server knows of the whole. */
export interface PartGiven extends Pick<ServerPart, 'index' | 'life' | 'tally' | 'limits' | 'listens' | 'shared'> {
  /** The server that it is a part of. */
  readonly whole: RemoteHandle;
}

/** Of a server that is more than a TcpServer: what its parts are made of. */
export interface PartOf {
  readonly tonic: string;
  readonly shared: SharedArrayBuffer;
  /** Those that a TcpServer does not know. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Those of a TcpServer that it does not take. */
  readonly without: readonly string[];
}

/** What a thread tells the server that it is a part of. */
export interface ServerWhole {
  tts__partListens(index: number, address: string, port: number, family: string | undefined): void;
  /** It does not listen itself, and can take what it is given. */
  tts__partLoaded(index: number): void;
  tts__partTurnedAway(peer: TurnedAway): void;
  tts__partFailed(error: TaskTonicError): void;
}

/** How a server is told that it is a part: an option that users do not have. */
export const PART = Symbol('part');
/** How a class that extends TcpServer says what its parts are: an option of {@link PartOf}. */
export const PART_OF = Symbol('part of');

/** A server that is a part. */
interface PartServer {
  ttsc__pause(): void;
  ttsc__resume(): void;
  ttsc__reloadCertificates(): void;
  _ttss__take(given: unknown): void;
}

/**
 * The Catalyst of a thread that runs a part of a server's connections or sessions: see the option `catalysts`.
 */
export class ServerCatalyst extends SelectorCatalyst {
  // The entry of the package, which compose.ts knows: in a thread nothing else has loaded it.
  declare static readonly module: string;
  /** @internal */
  declare readonly base: Remote<ServerWhole>;
  readonly #part: ServerPart;
  #server: PartServer | undefined;
  #paused = false;
  /** What it was given before the protocol was loaded. */
  #early: unknown[] = [];

  /** @internal */
  constructor({ part, ...options }: SelectorCatalystOptions & { readonly part: ServerPart }) {
    super(options);
    this.#part = part;
  }

  ttse__onStart(): void {
    this.pipe(this.runtime.held(loadModule(this.#part.protocolModule)), this.ttse__onModule);
  }

  ttse__onModule(module: Readonly<Record<string, unknown>>): void {
    const { options, index, life, tally, limits, listens, tonic, shared } = this.#part;
    const protocol = this.#protocolIn(module);
    const part: PartGiven = { index, life, tally, limits, listens, shared, whole: this.base };
    const server = appPorts.tonicStore!.make(tonic, { ...options, protocol, [PART]: part } as never) as PartServer;
    this.#server = server;
    if (this.#paused) server.ttsc__pause();
    for (const given of this.#early.splice(0)) server._ttss__take(given);
  }

  /** A connection that was accepted for it. */
  tts__take(socket: unknown): void {
    this.#give(socket);
  }

  /** @internal What belongs to sessions of its part, and passes every bound of a queue: it has its own. */
  _ttss__give(given: unknown): void {
    this.#give(given);
  }

  #give(given: unknown): void {
    if (this.#server === undefined) this.#early.push(given);
    else this.#server._ttss__take(given);
  }

  /** A bundler may have given the class a shorter name than that of its export. */
  #protocolIn(module: Readonly<Record<string, unknown>>): unknown {
    const { protocolModule, protocolName } = this.#part;
    const found = [module[protocolName], ...Object.values(module)].find(
      (value) => typeof value === 'function' && value.name === protocolName,
    );
    if (found === undefined) throw fail('TT_NOT_IN_MODULE', { class: protocolName, module: protocolModule });
    return found;
  }

  ttsc__pause(): void {
    this.#paused = true;
    this.#server?.ttsc__pause();
  }

  ttsc__resume(): void {
    this.#paused = false;
    this.#server?.ttsc__resume();
  }

  ttsc__reloadCertificates(): void {
    this.#server?.ttsc__reloadCertificates();
  }

  ttse__onListening(info: { address: string; port: number; family?: string }): void {
    this.base.tts__partListens(this.#part.index, info.address, info.port, info.family);
  }

  ttse__onTurnedAway(_server: unknown, peer: TurnedAway): void {
    this.base.tts__partTurnedAway(peer);
  }

  ttse__onError(_tonic: unknown, error: TaskTonicError): void {
    this.base.tts__partFailed(error);
  }

  static override readonly events = ['onModule'];
}
ofFramework(ServerCatalyst);
