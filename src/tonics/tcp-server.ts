import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { AnyTonic, InfusionFailure } from '../core/any-tonic.js';
import { type TaskTonicError, fail, toError } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { ofFramework } from '../core/plan.js';
import { running } from '../core/running.js';
import type { TonicOptions } from '../core/tonic-options.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { Address, ListenerChannel, StreamChannel, TurnedAway } from '../selector/network.js';
import { descriptors } from '../selector/node/descriptors.js';
import type { SelectionKey } from '../selector/selection-key.js';
import { SelectorCatalyst } from '../selector/selector-catalyst.js';
import {
  type ConnectionSettings,
  connectionOptions,
  connectionSettings,
  streamSettings,
  type ConnectionOptions,
} from './connection-options.js';
import { count, flag, parseOptions, port, text } from '../core/option-schema.js';
import { tonicOptions } from './options.js';
import { protocolMaker, protocolOption } from './protocol.js';
import { showAddress, socketError } from './socket-errors.js';
import { PART, type ServerPart } from './server-catalyst.js';
import { type LoadableProtocol, ServerSpread, type Supervise, isLoadable } from './server-spread.js';
import { type ServerCounts, ServerTally } from './server-tally.js';
import { SocketTonic } from './socket-tonic.js';
import { TcpConnection, adopt } from './tcp-connection.js';

export const serverSchema = v.strictObject({
  ...tonicOptions,
  ...connectionOptions,
  /** The port to listen on; 0 takes a free one, which `onListening` tells. */
  port: port(0),
  /** The address to listen on. Default: all, IPv6 and IPv4. */
  host: v.optional(text),
  /** Whether `::` leaves IPv4 alone (`IPV6_V6ONLY`, ipv6(7)). */
  ipv6Only: v.optional(flag, false),
  /** How many connections may wait in the kernel to be accepted (listen(2)); the system has a bound of its own. */
  backlog: v.optional(count(1), 511),
  /** How many connections may be open; more are accepted and closed, with `onTurnedAway`. Default: as the descriptors of the process allow, less a reserve. */
  maxConnections: v.optional(count(0)),
  /** Lets others (threads, processes) listen on the port as well: the kernel spreads the connections (`SO_REUSEPORT`, socket(7)). Needs Node 22.12 or 23.1. */
  reusePort: v.optional(flag, false),
  /**
   * How many listeners of this thread share its port, 1 to 64. The kernel hands Node one new connection a poll and listener, so beside a
   * thousand busy connections a new one waits a quarter as long where there are four. A port that somebody else has is refused nevertheless.
   * Needs Node 22.12 or 23.1, and neither macOS nor Windows: there the default is 4, or 1 with `reusePort` or a limit below 256
   * connections; on others there is one.
   */
  listeners: v.optional(v.pipe(count(1), v.maxValue(64, 'must be 64 or less'))),
  /**
   * How many threads run its connections, each with a SelectorCatalyst of its own; 1 for none but this one. The protocol is then a class
   * that says where it is: `static readonly module = import.meta.url`. From Node 24.20 and 26.6 each connection goes to the thread that has
   * the fewest; from 22.12 and 23.1 the kernel spreads them; on others there is a warning and no further thread.
   */
  catalysts: v.optional(count(1), 1),
  /** Makes the Tonic of each connection. Default: a connection whose events go to the server, and on to its base. */
  protocol: protocolOption,
});

// What a schema spreads loses its doc comments in the declarations; the types that are added bring them back.
/** Where several can share a port. More make the longest wait no shorter. */
const LISTENERS = 4;
/** With fewer connections than this, or descriptors for them, one listener is enough. */
const MANY = 256;

/** Options of a {@link TcpServer}. */
export type TcpServerOptions = v.InferInput<typeof serverSchema> & ConnectionOptions & TonicOptions;

/** What `onListening` is given. */
export interface ListenInfo extends Address {
  readonly transport: 'tcp' | 'udp';
  /** The Tonic that listens. */
  readonly tonic: SocketTonic<string>;
  /** The most connections at once; `Infinity` for UDP. */
  readonly maxConnections: number;
}

/** The life of a server, apart from the state machine of a subclass. */
export type ServerPhase = 'opening' | 'listening' | 'draining' | 'closed';

/**
 * Listens, and makes a Tonic for each connection. A connection that fails hurts only itself: it is logged, counted and closed.
 */
export class TcpServer<State extends string = never> extends SocketTonic<State> {
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = serverSchema;
  /** It listens; tells the real address and port. */
  ttse__onListening?(info: ListenInfo): void;
  /** A peer was accepted and closed at once: too many connections, no descriptor left, or the server is paused. */
  ttse__onTurnedAway?(turnedAway: TurnedAway): void;
  /** The socket reported an error. One that keeps it from listening finishes it; where nobody hears of that, as a failure. */
  ttse__onError?(error: TaskTonicError): void;

  readonly #settings: v.InferOutput<typeof serverSchema>;
  readonly #connection: ConnectionSettings;
  readonly #make: () => TcpConnection<string>;
  readonly #tally: ServerTally;
  /** Whether other listeners accept for the same limit: in this thread, or in those that its connections run on. */
  readonly #sharesLimit: boolean;
  /** The threads that run its connections, where there are some. */
  #spread: ServerSpread | undefined;
  #listener: ListenerChannel | undefined;
  #key: SelectionKey | undefined;
  #phase: ServerPhase = 'opening';

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: TcpServerOptions) {
    const settings = parseOptions(serverSchema, options, 'TcpServer');
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const make = protocolMaker(settings.protocol ?? RelayedConnection, new.target.name);
    if (settings.catalysts > 1) checkLoadable(settings.protocol, new.target.name);
    const base = settings.base ?? running.tonic;
    if (settings.reusePort && base !== undefined && !SelectorCatalyst.of(base, new.target.name).network.canReusePort)
      throw noReusePort(new.target.name, '"reusePort"', '');
    super(settings);
    this.#settings = settings;
    this.#connection = connectionSettings(settings);
    this.#make = make;
    const { [PART]: part } = options as { readonly [PART]?: Pick<ServerPart, 'index' | 'tally' | 'listens'> };
    this.#sharesLimit = part !== undefined || this.#listeners() > 1;
    if (settings.catalysts > 1) this.#spread = this.#newSpread();
    this.#tally = this.#spread?.tally ?? new ServerTally(part?.tally, part?.index);
    if (part?.listens === false) this.#phase = 'listening';
    else this._ttss__listen();
  }

  /** How far the server is, apart from the states of a subclass. */
  get phase(): ServerPhase {
    return this.#phase;
  }

  /** Where it listens; `undefined` before and after. */
  get local(): Address | undefined {
    return this.#listener?.local ?? this.#spread?.at;
  }

  /** Its connections, over all its threads: accepted, open, turned away, failed. */
  get counts(): ServerCounts {
    return this.#tally.counts;
  }

  /** Turns new connections away until `ttsc__resume`. (Node cannot leave them in the kernel's queue.) */
  ttsc__pause(): void {
    this.#key?.modify(Interest.CONNECT);
    this.#spread?.pause();
  }

  /** Takes new connections again. */
  ttsc__resume(): void {
    this.#key?.modify(Interest.CONNECT | Interest.ACCEPT);
    this.#spread?.resume();
  }

  /** Stops listening, lets its connections finish, and finishes. */
  ttsc__close(): void {
    this.ttsc__finish();
  }

  /** A connection failed, which the log has told: the others go on. A thread that failed is started again. */
  ttse__onInfusionFailed({ tonic }: InfusionFailure): void {
    if (tonic instanceof TcpConnection) this.#tally.add('failed');
  }

  /** @internal */
  override _ttInfusionLeft(infusion: AnyTonic): void {
    if (infusion instanceof TcpConnection) this.#tally.add('open', -1);
    else this.#spread?.left(infusion);
  }

  // ---- Its connections on several threads ----

  /** @internal A thread listens. */
  tts__partListens(index: number, address: string, port: number, family: string | undefined, most: number): void {
    if (this.#phase !== 'opening') return;
    const at = { address, port, family: family as Address['family'] };
    if (this.#spread!.listens(index, at, this.#infuse)) this.#listening(at, most);
  }

  /** @internal */
  tts__partTurnedAway(peer: TurnedAway): void {
    this._ttEmit('ttse__onTurnedAway', peer);
  }

  /** @internal */
  tts__partFailed(error: TaskTonicError): void {
    this.#failedWith(error);
  }

  readonly #infuse: Supervise = (make) => this.supervise(make);

  #newSpread(): ServerSpread | undefined {
    const { protocol, catalysts, base: _, name: __, ...options } = this.#settings;
    const { canHandOver, canReusePort } = this._ttCatalyst.network;
    const maxConnections = this.#mostConnections();
    if (canHandOver || canReusePort)
      return new ServerSpread(catalysts, canHandOver, protocol as unknown as LoadableProtocol, {
        ...options,
        maxConnections,
      });
    const error = noReusePort(this._ttPlan.className, '"catalysts"', '; its connections run on one thread');
    this._ttScheduler.logs.warn(this, error);
    return undefined;
  }

  /** The limit of all its threads together. */
  #mostConnections(): number | undefined {
    const most = this.#settings.maxConnections ?? descriptors.most;
    return most === Infinity ? undefined : most;
  }

  // ---- Listening here ----

  /** @internal */
  _ttss__listen(): void {
    if (!this._ttMayInfuse) return;
    this.#spread?.start(this.#infuse);
    if (this.#spread === undefined || this.#spread.handsOver) this.#listen();
  }

  /** How many it has here. */
  #listeners(): number {
    const { listeners, reusePort } = this.#settings;
    if (!this._ttCatalyst.network.canReusePort) return 1;
    return listeners ?? (reusePort || (this.#mostConnections() ?? Infinity) < MANY ? 1 : LISTENERS);
  }

  #listen(): void {
    const { host, port: at, backlog, ipv6Only, reusePort, maxConnections } = this.#settings;
    const { network } = this._ttCatalyst;
    const listeners = this.#listeners();
    const stream = streamSettings(this.#settings);
    const handsOver = this.#spread !== undefined;
    const settings = { host, port: at, backlog, ipv6Only, reusePort, listeners, handsOver, maxConnections, stream };
    this.#listener = network.listen(settings);
    this.#key = this._ttCatalyst.selector.register(this.#listener, Interest.CONNECT | Interest.ACCEPT, this);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const listener = this.#listener!;
    if ((ready & Interest.CONNECT) !== 0) this.#listening(listener.local, listener.maxConnections);
    if ((ready & Interest.ACCEPT) !== 0) this._ttss__accept();
    if ((ready & Interest.HANGUP) !== 0) {
      for (let peer = listener.takeTurnedAway(); peer !== undefined; peer = listener.takeTurnedAway()) {
        this.#turnedAway(peer);
      }
      const error = listener.takeError();
      if (error !== undefined) this._ttss__failed(error);
    }
  }

  /** @internal Takes what waits in the listener: which closes what is still there when it is closed. */
  _ttss__accept(): void {
    const listener = this.#listener;
    if (listener === undefined || !this._ttMayInfuse) return;
    for (let channel = listener.take(); channel !== undefined; channel = listener.take()) this.#accept(channel);
    if (this.#spread === undefined) return;
    for (let socket = listener.takeSocket(); socket !== undefined; socket = listener.takeSocket())
      this.#handOver(this.#spread, socket as Socket);
  }

  #handOver(spread: ServerSpread, socket: Socket): void {
    const { remoteAddress: address, remotePort: port, remoteFamily: family } = socket;
    try {
      if (this.#tally.open < (this.#mostConnections() ?? Infinity)) return spread.handOver(socket);
      const remote = address === undefined ? undefined : { address, port: port!, family: family as Address['family'] };
      this.#turnedAway({ remote, reason: 'maxConnections' });
    } catch (thrown) {
      // Its peer has gone already, most likely.
      this.#tally.add('failed');
      this._ttScheduler.logs.debug(this, `a connection could not be handed over: ${String(thrown)}`);
    }
    return void socket.destroy();
  }

  /** @internal A connection that was accepted for this part of a server: it is counted already. */
  _ttss__take(socket: unknown): void {
    this.#adopt(this._ttCatalyst.network.receive(socket, streamSettings(this.#settings)));
  }

  #turnedAway(peer: TurnedAway): void {
    this.#tally.add(peer.reason);
    this._ttEmit('ttse__onTurnedAway', peer);
  }

  /** @internal In a sparkle, for rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    this.#failedWith(socketError(cause, showAddress(this.#settings.host, this.#settings.port)));
  }

  #failedWith(error: TaskTonicError): void {
    const opening = this.#phase === 'opening';
    const heard = this._ttReport(error);
    if (!opening) return;
    this.#closeListener();
    if (!heard) throw error;
    this.ttsc__finish();
  }

  #listening(local: Address | undefined, maxConnections: number): void {
    this.#phase = 'listening';
    if (local === undefined) return;
    const info: ListenInfo = {
      ...local,
      transport: 'tcp',
      tonic: this as SocketTonic<string>,
      maxConnections,
    };
    tellListening(this, info);
  }

  #accept(channel: StreamChannel): void {
    // The limit of each of several listeners is that of the whole server.
    // Counted first, until its Tonic leaves: two threads that accept at once must not both take the last place.
    this.#tally.add('open');
    if (this.#sharesLimit && this.#tally.open > (this.#mostConnections() ?? Infinity)) {
      this.#tally.add('open', -1);
      this.#turnedAway({ remote: channel.remote, reason: 'maxConnections' });
      return channel.close();
    }
    return this.#adopt(channel);
  }

  #adopt(channel: StreamChannel): void {
    const born = running.born?.length ?? 0;
    try {
      adopt({ channel, settings: this.#connection }, this.#make);
      this.#tally.add('accepted');
    } catch (thrown) {
      // One bad connection is no reason for the server to fail.
      this.#tally.add('failed');
      channel.close(true);
      this._ttScheduler.logs.failure(this, toError(thrown), failureInfo('_ttss__accept', this));
      const infused = running.born?.splice(born) ?? [];
      if (!infused.some((infusion) => infusion instanceof TcpConnection)) this.#tally.add('open', -1);
      for (const infusion of infused) infusion.ttsc__finish();
    }
  }

  /** @internal Its own errors and those of its connections have one name: the latter go on to its base. */
  override _ttHearsFor(key: string): boolean {
    return key !== 'ttse__onError' && super._ttHearsFor(key);
  }

  #closeListener(): void {
    this.#key?.cancel();
    this.#key = this.#listener = undefined;
    this.#phase = 'closed';
  }

  /** @internal New peers are refused by the kernel; the connections finish as infusions. */
  override _ttDrain(): boolean {
    this.#closeListener();
    this.#phase = 'draining';
    return true;
  }

  /** @internal */
  override _ttRelease(): void {
    this.#closeListener();
  }
}
ofFramework(TcpServer);

/** @throws {TaskTonicError} `TT_BAD_OPTION` where a thread could not load the protocol. */
function checkLoadable(protocol: unknown, className: string): void {
  if (isLoadable(protocol)) return;
  const problem =
    'with "catalysts" its threads load it: give an exported class with "static readonly module = import.meta.url"';
  throw fail('TT_BAD_OPTION', { class: className, option: 'protocol', problem });
}

function noReusePort(className: string, option: string, instead: string): Error {
  return fail('TT_NO_REUSE_PORT', { node: process.versions.node, class: className, option, instead });
}

/** A connection without a protocol of its own: its events are the server's, or else those of the server's base. */
class RelayedConnection extends TcpConnection {}

/** `onListening` is heard with the info alone, by the Tonic itself or by its base. */
export function tellListening(tonic: SocketTonic<string>, info: ListenInfo): void {
  const hearer = tonic._ttPlan.has('ttse__onListening') ? tonic : tonic._ttBase;
  const sparkle = hearer?._ttPlan.sparkles.get('ttse__onListening');
  if (hearer !== undefined && sparkle !== undefined) hearer._ttScheduler.queue.put(hearer, sparkle, 1, info, undefined);
}
