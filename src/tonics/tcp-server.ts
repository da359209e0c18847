import * as v from 'valibot';
import type { InfusionFailure } from '../core/any-tonic.js';
import { type TaskTonicError, toError } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { ofFramework } from '../core/plan.js';
import { running } from '../core/running.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { Address, ListenerChannel, StreamChannel, TurnedAway } from '../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../selector/selection-key.js';
import { type ConnectionSettings, connectionOptions, connectionSettings } from './connection-options.js';
import { count, flag, parseOptions, port, text, tonicOptions } from './options.js';
import { protocolMaker, protocolOption } from './protocol.js';
import { showAddress, socketError } from './socket-errors.js';
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
  /** Makes the Tonic of each connection. Default: a connection whose events go to the server, and on to its base. */
  protocol: protocolOption,
});

/** Options of a {@link TcpServer}. */
export type TcpServerOptions = v.InferInput<typeof serverSchema>;

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

/** What a server has counted. */
export interface ServerCounts {
  readonly accepted: number;
  readonly open: number;
  /** By why they were turned away. */
  readonly turnedAway: Readonly<Record<TurnedAway['reason'], number>>;
  /** Connections whose protocol threw. */
  readonly failed: number;
}

/**
 * Listens, and makes a Tonic for each connection. A connection that fails hurts only itself: it is logged, counted and closed.
 */
export class TcpServer<State extends string = never> extends SocketTonic<State> implements ReadyHandler {
  /** It listens; tells the real address and port. */
  ttse__onListening?(info: ListenInfo): void;
  /** A peer was accepted and closed at once: too many connections, no descriptor left, or the server is paused. */
  ttse__onTurnedAway?(turnedAway: TurnedAway): void;
  /** The socket reported an error. One that keeps it from listening finishes it; where nobody hears of that, as a failure. */
  ttse__onError?(error: TaskTonicError): void;

  readonly #settings: v.InferOutput<typeof serverSchema>;
  readonly #connection: ConnectionSettings;
  readonly #make: () => TcpConnection<string>;
  readonly #turnedAway = { maxConnections: 0, descriptors: 0, paused: 0 };
  #listener: ListenerChannel | undefined;
  #key: SelectionKey | undefined;
  #phase: ServerPhase = 'opening';
  #accepted = 0;
  #failed = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: TcpServerOptions) {
    const settings = parseOptions(serverSchema, options, 'TcpServer');
    super(settings);
    this.#settings = settings;
    this.#connection = connectionSettings(settings);
    this.#make = protocolMaker(settings.protocol ?? RelayedConnection, this._ttPlan.className);
    this._ttss__listen();
  }

  get phase(): ServerPhase {
    return this.#phase;
  }

  /** Where it listens; `undefined` before and after. */
  get local(): Address | undefined {
    return this.#listener?.local;
  }

  get counts(): ServerCounts {
    return {
      accepted: this.#accepted,
      open: this.#open,
      turnedAway: { ...this.#turnedAway },
      failed: this.#failed,
    };
  }

  /** Turns new connections away until `ttsc__resume`. (Node cannot leave them in the kernel's queue.) */
  ttsc__pause(): void {
    this.#key?.modify(Interest.CONNECT);
  }

  ttsc__resume(): void {
    this.#key?.modify(Interest.CONNECT | Interest.ACCEPT);
  }

  /** Stops listening, lets its connections finish, and finishes. */
  ttsc__close(): void {
    this.ttsc__finish();
  }

  /** A connection failed, which the log has told: the others go on. */
  ttse__onInfusionFailed(_failure: InfusionFailure): void {
    this.#failed++;
  }

  /** @internal */
  _ttss__listen(): void {
    if (!this._ttMayInfuse) return;
    const { host, port: at, backlog, ipv6Only, maxConnections, noDelay, keepAlive } = this.#settings;
    const stream = { noDelay, keepAlive: keepAlive === false ? undefined : keepAlive };
    this.#listener = this._ttCatalyst.network.listen({ host, port: at, backlog, ipv6Only, maxConnections, stream });
    this.#key = this._ttCatalyst.selector.register(this.#listener, Interest.CONNECT | Interest.ACCEPT, this);
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    const listener = this.#listener!;
    if ((ready & Interest.CONNECT) !== 0) this.#listening(listener);
    if ((ready & Interest.ACCEPT) !== 0) this._ttss__accept();
    if ((ready & Interest.HANGUP) !== 0) {
      for (let peer = listener.takeTurnedAway(); peer !== undefined; peer = listener.takeTurnedAway()) {
        this.#turnedAway[peer.reason]++;
        this._ttEmit('ttse__onTurnedAway', peer);
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
  }

  /** @internal In a sparkle, for rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    const opening = this.#phase === 'opening';
    const error = socketError(cause, showAddress(this.#settings.host, this.#settings.port));
    const heard = this._ttReport(error);
    if (!opening) return;
    this.#closeListener();
    if (!heard) throw error;
    this.ttsc__finish();
  }

  #listening(listener: ListenerChannel): void {
    this.#phase = 'listening';
    const local = listener.local;
    if (local === undefined) return;
    const info: ListenInfo = {
      ...local,
      transport: 'tcp',
      tonic: this as SocketTonic<string>,
      maxConnections: listener.maxConnections,
    };
    tellListening(this, info);
  }

  #accept(channel: StreamChannel): void {
    const born = running.born?.length ?? 0;
    try {
      adopt({ channel, settings: this.#connection }, this.#make);
      this.#accepted++;
    } catch (thrown) {
      // One bad connection is no reason for the server to fail.
      this.#failed++;
      channel.close(true);
      this._ttScheduler.logs.failure(this, toError(thrown), failureInfo('_ttss__accept', this));
      for (const infusion of running.born?.splice(born) ?? []) infusion.ttsc__finish();
    }
  }

  /** @internal Its own errors and those of its connections have one name: the latter go on to its base. */
  override _ttHearsFor(key: string): boolean {
    return key !== 'ttse__onError' && super._ttHearsFor(key);
  }

  /** Connections only: a subclass may infuse other Tonics too. */
  get #open(): number {
    let open = 0;
    for (const infusion of this.infusions) if (infusion instanceof TcpConnection) open++;
    return open;
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

/** A connection without a protocol of its own: its events are the server's, or else those of the server's base. */
class RelayedConnection extends TcpConnection {}

/** `onListening` is heard with the info alone, by the Tonic itself or by its base. */
export function tellListening(tonic: SocketTonic<string>, info: ListenInfo): void {
  const hearer = tonic._ttPlan.has('ttse__onListening') ? tonic : tonic._ttBase;
  const sparkle = hearer?._ttPlan.sparkles.get('ttse__onListening');
  if (hearer !== undefined && sparkle !== undefined) hearer._ttScheduler.queue.put(hearer, sparkle, 1, info, undefined);
}
