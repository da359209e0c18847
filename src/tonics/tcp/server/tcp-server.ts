import type { Socket } from 'node:net';
import type * as v from 'valibot';
import type { AnyTonic, InfusionFailure } from '../../../core/any-tonic.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { type TaskTonicError, fail, toError } from '../../../core/errors.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { badOption } from '../../../core/options/option-problem.js';
import { settingsIn } from '../../../core/options/option-schema.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { running } from '../../../core/running.js';
import { TonicSettings } from '../../../core/options/tonic-options.js';
import type { Address, ListenPlace, ListenSettings, StreamChannel, TurnedAway } from '../../../selector/network.js';
import { inheritedSockets } from '../../../selector/node/inherited-sockets.js';
import { placeKey } from '../../../selector/node/offered-sockets.js';
import { SelectorCatalyst } from '../../../selector/selector-catalyst.js';
import { type ConnectionSettings, connectionSettings, streamSettings } from '../connection/connection-options.js';
import { protocolMaker } from '../connection/protocol.js';
import { PendingConnections, type PendingOwner } from './accept/pending-connections.js';
import { acceptSteps } from './accept/accept-steps.js';
import type { PendingConnection } from './accept/pending-connection.js';
import { Admission } from './server-admission.js';
import { ServerLimits } from './limits/server-limits.js';
import { LimitMaker, limitMemory } from './limits/shared-limits.js';
import { TurnedAwayEvents } from './limits/turned-away-events.js';
import type { Remote } from '../../../core/plan/remote.js';
import { PART, PART_OF, type PartGiven, type PartOf, type ServerWhole } from './server-catalyst.js';
import { type ListenerEvents, ServerListener } from './server-listener.js';
import {
  type ServerSettings,
  type TcpServerOptions,
  listenersOf,
  placedServerSchema,
  serverSchema,
  threadsOf,
} from './server-options.js';
import { type LoadableProtocol, checkLoadable } from './loadable-protocol.js';
import { ServerSpread, type Supervise } from './server-spread.js';
import { type ServerCounts, ServerTally } from './server-tally.js';
import { placeError, placeOf, showPlace } from './server-place.js';
import { showAddress } from '../../socket-errors.js';
import { SocketTonic } from '../../socket-tonic.js';
import { AlpnProtocols, canCross } from '../../tls/alpn-protocols.js';
import { CertificateWatch } from '../../tls/certificate-watch.js';
import { ServerTls } from '../../tls/server-tls.js';
import type { Adoption } from './adoption.js';
import { rateOf } from '../../rate-option.js';
import { TrustedProxies } from '../proxy/trusted-proxies.js';
import { makeConnection } from '../connection/connection-making.js';
import { TcpConnection } from '../connection/tcp-connection.js';

export { type ListenOptions, type TcpServerOptions, serverSchema } from './server-options.js';

/** The argument of `onListening`. */
export interface ListenInfo extends Address {
  readonly transport: 'tcp' | 'udp';
  /** The Tonic that listens. */
  readonly tonic: SocketTonic<string>;
  /** The most connections at once; of a UdpServer `maxPeers`, and `Infinity` of a UdpSocket. */
  readonly maxConnections: number;
}

/** The life of a server, apart from the state machine of a subclass. */
export type ServerPhase = 'opening' | 'listening' | 'draining' | 'closed';

/**
 * Listens, and makes a Tonic for each connection. A failed connection does not affect others: it is logged, counted and
 * closed.
 */
export class TcpServer<State extends string = never> extends SocketTonic<State> {
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: ['onListening', 'onTurnedAway', 'onError'],
    mistaken: { onConnection: 'onConnected' },
  };
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = placedServerSchema;
  /** It listens; tells the real address and port. */
  ttse__onListening?(info: ListenInfo): void | undefined;
  /**
   * A peer was accepted and closed without a Tonic, because of a limit, or because it may not connect. Very many in a
   * second are reported together.
   */
  ttse__onTurnedAway?(turnedAway: TurnedAway): void | undefined;
  /** The socket reported an error. If it cannot listen, it finishes; without this event that is a failure. */
  ttse__onError?(error: TaskTonicError): void | undefined;

  readonly #settings: ServerSettings;
  /** Where else than on a port it listens. */
  readonly #place: ListenPlace | undefined;
  readonly #connection: ConnectionSettings;
  readonly #make: () => TcpConnection<string>;
  readonly #tls: ServerTls | undefined;
  /** Which protocol it is, by what was agreed; `undefined` where there is one only. */
  readonly #alpn: AlpnProtocols | undefined;
  #certificateWatch: CertificateWatch | undefined;
  readonly #tally: ServerTally;
  readonly #admission: Admission;
  readonly #limits: ServerLimits | undefined;
  readonly #proxies: TrustedProxies;
  readonly #turnedAwayEvents: TurnedAwayEvents<TurnedAway>;
  /** The threads that run its connections, where there are some. */
  readonly #spread: ServerSpread<ServerTally> | undefined;
  /** How many listeners of this thread share its port. */
  readonly #listeners: number;
  /** Where peers are that have something to do before there is a Tonic for them; `undefined` where they have not. */
  readonly #pending: PendingConnections | undefined;
  #listener: ServerListener | undefined;
  /** Tells no process that its threads listen any more. */
  #unannounce: (() => void) | undefined;
  #phase: ServerPhase = 'opening';

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: TcpServerOptions) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const settings = settingsIn(serverSchema, options, name);
    // Looked at before it enters the app: what is refused leaves nothing behind.
    const make = protocolMaker(settings.protocol ?? RelayedConnection, name);
    const { host, ipv6Only, reusePort, listeners } = settings;
    const place = placeOf(settings, { host, ipv6Only, reusePort, listeners }, name);
    // Whatever machine it is on.
    if (settings.catalysts !== 1) checkForThreads(settings, name);
    checkInside(settings, name);
    const listensAt = placeKey('tcp', { ...settings, place });
    const tls =
      settings.tls &&
      new ServerTls(
        {
          ...settings.tls,
          ticketKeys: settings.tls.ticketKeys ?? inheritedSockets.ticketKeysOf(listensAt, settings.name),
        },
        `of ${name}`,
        (resumed) => this.#tally.add(resumed ? 'resumed' : 'full'),
      );
    const alpn = settings.tls && AlpnProtocols.of(settings.tls, make, name);
    const base = settings.base ?? running.tonic;
    if (reusePort && base !== undefined && !SelectorCatalyst.of(base, name).network.canReusePort)
      throw noReusePort(name, '"reusePort"', '');
    super(TonicSettings.of(settings));
    const { [PART]: part, [PART_OF]: of } = options as { readonly [PART]?: PartGiven; readonly [PART_OF]?: PartOf };
    const { network } = this._ttCatalyst;
    this.#settings = settings;
    this.#place = place;
    const { clock } = this._ttCatalyst;
    const totalRate = rateOf(settings.totalReadRate);
    const limits = new LimitMaker(clock, part?.limits, part?.index);
    const sharedRead = totalRate && limits.rate('read', totalRate);
    this.#connection = connectionSettings(settings, tls?.startFor(settings.handshakeTimeout), sharedRead);
    this.#proxies = new TrustedProxies(settings.proxyProtocol?.trusted);
    this.#limits = ServerLimits.of(settings, limits, (peer) => this.#proxies.has(peer));
    this.#turnedAwayEvents = new TurnedAwayEvents(this._ttCatalyst, (peer) => this.#tellTurnedAway(peer));
    this.#make = make;
    this.#tls = tls;
    this.#alpn = alpn;
    const threads = threadsOf(settings.catalysts);
    if (threads > 1) this.#spread = this.#newSpread(threads, of);
    this.#tally = this.#spread?.tally ?? new ServerTally(part?.tally, part?.index);
    this.#admission = new Admission(this.#tally, network, settings.maxConnections);
    this.#listeners = network.canReusePort && place === undefined ? listenersOf(settings, this.maxConnections) : 1;
    // Other listeners let peers in as well: in this thread, or in those that its connections run on.
    this.#admission.isShared = part !== undefined || this.#listeners > 1;
    this.#pending = this.#newPending();
    if (tls !== undefined) this.#watchCertificates(tls);
    if (part?.listens === false) {
      this.#phase = 'listening';
      (part.whole as Remote<ServerWhole>).tts__partLoaded(part.index);
    } else this._ttss__listen();
  }

  /** The phase of the server, independent of the states of a subclass. */
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

  /**
   * The most connections at once: the option, or less if the free descriptors of the process, minus a reserve, allow
   * less at present.
   */
  get maxConnections(): number {
    return this.#admission.maxConnections;
  }

  /** Turns new connections away until `ttsc__resume`. (Node cannot leave them in the kernel's queue.) */
  ttsc__pause(): void {
    this.#listener?.pause();
    this.#spread?.pause();
  }

  /** Takes new connections again. */
  ttsc__resume(): void {
    this.#listener?.resume();
    this.#spread?.resume();
  }

  /**
   * Reads the files of its certificates again, for new connections; open ones stay as they are. If the files are not
   * valid, `onError` gets `TT_BAD_CERTIFICATE`, and the server keeps the old ones.
   */
  ttsc__reloadCertificates(): void {
    if (this.#tls === undefined) return;
    try {
      this.#tls.reload();
    } catch (thrown) {
      return void this._ttReport(toError(thrown));
    }
    this.#spread?.reloadCertificates();
    this.log.info('has read its certificates again');
    this.#warnOfExpired(this.#tls);
  }

  #watchCertificates(tls: ServerTls): void {
    this.#warnOfExpired(tls);
    const { looksEvery } = tls;
    if (looksEvery === undefined) return;
    this.#certificateWatch = new CertificateWatch(this._ttCatalyst, looksEvery, () => {
      if (tls.filesChanged) this.ttsc__reloadCertificates();
    });
  }

  #warnOfExpired(tls: ServerTls): void {
    const expired = tls.expired(this._ttCatalyst.clock.wallTime());
    if (expired !== undefined) this._ttScheduler.logs.warn(this, fail('TT_OWN_CERTIFICATE_EXPIRED', expired));
  }

  /** Stops listening, lets its connections finish, and finishes. */
  ttsc__close(): void {
    this.ttsc__finish();
  }

  /** A connection failed, which the log has told: the others go on. A thread that failed is started again. */
  ttse__onInfusionFailed({ tonic }: InfusionFailure): void | undefined {
    if (tonic instanceof TcpConnection) this.#tally.add('failed');
  }

  /** @internal */
  override _ttInfusionLeft(infusion: AnyTonic): void {
    if (infusion instanceof TcpConnection) {
      this.#limits?.leave(infusion);
      return this.#tally.closed();
    }
    const lost = this.#spread?.left(infusion) ?? 0;
    const details = { count: lost, what: 'connections', tonic: infusion.name };
    if (lost > 0) this._ttScheduler.logs.warn(this, fail('TT_CONNECTIONS_LOST', details));
  }

  // ---- Listening ----

  /** @internal */
  _ttss__listen(): void {
    if (!this._ttMayInfuse) return;
    this.#spread?.start(this.#infuse);
    if (this.#spread === undefined) this.#listen();
  }

  #listen(): void {
    this.#listener = new ServerListener(this._ttCatalyst, this.#listenSettings, this.#listenerEvents);
    if (this.#spread?.isPaused === true) this.#listener.pause();
  }

  get #listenSettings(): ListenSettings {
    const { name, host, port = 0, backlog, ipv6Only, reusePort, maxConnections } = this.#settings;
    const place = this.#place;
    const stream = streamSettings(this.#settings);
    const handsOver = this.#spread !== undefined;
    const listeners = this.#listeners;
    const tls = this.#tls;
    const successor = {
      name,
      get ticketKeys() {
        return tls?.ticketKeys;
      },
    };
    const how = { reusePort, listeners, handsOver, maxConnections, stream, successor };
    return { place, host, port, backlog, ipv6Only, ...how };
  }

  readonly #listenerEvents: ListenerEvents = {
    listens: () => this.#listening(this.#listener?.local),
    // In sparkles: what a peer makes, and what nobody hears of, is this Tonic's doing.
    peersWait: () => this._ttss__accept(),
    failed: (error) => this._ttss__failed(error),
    turnedAway: (peer) => this.#turnedAway(peer),
  };

  #listening(local: Address | undefined): void {
    this.#phase = 'listening';
    if (local === undefined) return;
    const { maxConnections } = this;
    this._ttListens({ ...local, transport: 'tcp', tonic: this as SocketTonic<string>, maxConnections });
  }

  /** @internal It listens there. */
  _ttListens(info: ListenInfo): void {
    tellListening(this, info);
  }

  /** @internal For rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    this.#failedWith(placeError(cause, this.#place, this.#settings));
  }

  #failedWith(error: TaskTonicError): void {
    const opening = this.#phase === 'opening';
    const heard = this._ttReport(error);
    if (!opening) return;
    this.#closeListener();
    if (!heard) throw error;
    this.ttsc__finish();
  }

  // ---- Its connections ----

  /** @internal Takes what waits in the listener: which closes what is still there when it is closed. */
  _ttss__accept(): void {
    const listener = this.#listener;
    if (listener === undefined || !this._ttMayInfuse) return;
    for (let channel = listener.take(); channel !== undefined; channel = listener.take()) this.#accept(channel);
    if (this.#spread === undefined) return;
    for (let socket = listener.takeSocket(); socket !== undefined; socket = listener.takeSocket())
      this.#handOver(this.#spread, socket as Socket);
  }

  #accept(channel: StreamChannel): void {
    const reason = this.#limits?.accept(channel, channel.remote) ?? this.#admission.enter();
    if (reason === undefined) return this.#receive(channel);
    this.#limits?.leave(channel);
    this.#turnedAway({ remote: channel.remote, reason });
    return channel.close();
  }

  #handOver(spread: ServerSpread<ServerTally>, socket: Socket): void {
    const { remoteAddress: address, remotePort: port, remoteFamily: family } = socket;
    const remote = address === undefined ? undefined : { address, port: port!, family: family as Address['family'] };
    const reason = this.#limits?.handOver(remote) ?? this.#admission.whyNot;
    try {
      if (reason === undefined && spread.handOver(socket)) return;
      if (reason === undefined) throw new Error('none of its threads runs');
      this.#turnedAway({ remote, reason });
    } catch (thrown) {
      // Its peer has gone already, most likely.
      this.#tally.add('failed');
      this._ttScheduler.logs.debug(this, `a connection could not be handed over: ${String(thrown)}`);
    }
    return void socket.destroy();
  }

  /** @internal A connection that was accepted for this part of a server: it is counted already. */
  _ttss__take(socket: unknown): void {
    const channel = this._ttCatalyst.network.receive(socket, streamSettings(this.#settings));
    const reason = this.#limits?.take(channel, channel.remote);
    if (reason === undefined) return this.#receive(channel);
    this.#tally.closed();
    this.#turnedAway({ remote: channel.remote, reason });
    return channel.close();
  }

  #receive(channel: StreamChannel): void {
    if (this.#pending === undefined) this.#adopt({ channel, settings: this.#connection }, channel);
    else this.#pending.receive(channel);
  }

  #newPending(): PendingConnections | undefined {
    const { handshakeTimeout: timeout, handshakes: most } = this.#settings;
    const steps = acceptSteps(this.#settings, {
      network: this._ttCatalyst.network,
      tls: this.#tls,
      proxies: this.#proxies,
      limits: this.#limits,
    });
    if (steps.length === 0 || this.#spread !== undefined) return undefined;
    return new PendingConnections(this._ttCatalyst, { steps, timeout, most }, this.#tally, this.#doorOwner);
  }

  get #doorOwner(): PendingOwner {
    return {
      // In a sparkle: what a peer makes is this Tonic's doing.
      passed: (pending) => this._ttss__welcome(pending),
      left: (accepted, peer) => {
        this.#limits?.leave(accepted);
        this.#tally.closed();
        if (peer !== undefined) this.#turnedAway(peer);
      },
    };
  }

  /** @internal A peer has done all that it must before there is a Tonic for it. */
  _ttss__welcome(pending: PendingConnection): void {
    if (!this._ttMayInfuse || !this.#pending!.take(pending)) return;
    const { channel, key, acceptedPeer, accepted } = pending;
    this.#adopt({ channel, key, acceptedPeer, settings: this.#connection }, accepted);
  }

  /** @param accepted the limits know it by this. */
  #adopt(given: Adoption, accepted: StreamChannel): void {
    const made = makeConnection(this, given, this.#alpn?.makerFor(given.channel) ?? this.#make);
    const connection = made instanceof TcpConnection ? made : made.connection;
    this.#tally.add(made === connection ? 'accepted' : 'failed');
    if (connection !== undefined) return this.#limits?.move(accepted, connection);
    this.#limits?.leave(accepted);
    given.key?.cancel();
    return this.#tally.closed();
  }

  /** @internal Those that its connections are made with. */
  get _ttConnectionSettings(): ConnectionSettings {
    return this.#connection;
  }

  /** @internal In a sparkle: another Tonic takes a connection over, and counts for it. `undefined` where it has gone, or the other one threw. */
  _ttReplace<C extends TcpConnection<string>>(
    before: TcpConnection<string>,
    settings: ConnectionSettings,
    make: () => C,
  ): C | undefined {
    const given = before._ttHandOver();
    if (given === undefined) return undefined;
    const made = makeConnection(this, { ...given, settings }, make);
    const connection = made instanceof TcpConnection ? made : made.connection;
    if (made !== connection) this.#tally.add('failed');
    // The one before is counted as closed when it has finished.
    if (connection === undefined) given.key?.cancel();
    else {
      this.#tally.opened();
      this.#limits?.move(before, connection);
    }
    return made === connection ? (made as C) : undefined;
  }

  #turnedAway(peer: TurnedAway): void {
    this.#admission.turnedAway(peer);
    this.#turnedAwayEvents.add(peer);
  }

  /** Where nobody hears why, the log says it. */
  #tellTurnedAway(peer: TurnedAway): void {
    if (!this._ttEmit('ttse__onTurnedAway', peer) && peer.error !== undefined)
      this._ttScheduler.logs.warn(this, peer.error);
  }

  // ---- Its connections on several threads ----

  #newSpread(threads: number, of: PartOf | undefined): ServerSpread<ServerTally> | undefined {
    const { protocol, catalysts: ___, base: _, name, tls, ...others } = this.#settings;
    // Only TCP sockets can be moved; and of one that others have opened it is not known what it is.
    if (this.#place !== undefined) {
      const address = showPlace(this.#place, this.#settings);
      this._ttScheduler.logs.warn(this, fail('TT_ONE_THREAD', { class: this._ttPlan.className, address }));
      return undefined;
    }
    // Sessions go on in any of them; this thread looks at the files for all.
    const shared = tls && { ...tls, ticketKeys: this.#tls!.ticketKeys, watchFiles: false };
    const { canHandOver: handsOver, canReusePort } = this._ttCatalyst.network;
    const options = {
      ...others,
      port: inheritedSockets.portOf(placeKey('tcp', this.#settings), name) ?? others.port,
      tls: shared,
      // Where this thread accepts for all it keeps the rate.
      ...(handsOver && { acceptRate: undefined }),
    };
    const limits = limitMemory(threads, others, this._ttCatalyst.runtime.random.next() * 2 ** 32);
    const loadable = protocol as unknown as LoadableProtocol;
    if (handsOver || canReusePort) {
      const tally = ServerTally.shared(threads);
      const tonic = 'TcpServer';
      return new ServerSpread({ threads, tally, handsOver, protocol: loadable, options, tonic, of, limits });
    }
    const error = noReusePort(this._ttPlan.className, '"catalysts"', '; its connections run on one thread');
    this._ttScheduler.logs.warn(this, error);
    return undefined;
  }

  readonly #infuse: Supervise = (make) => this.supervise(make);

  /** @internal A thread listens. */
  tts__partListens(index: number, address: string, port: number, family: string | undefined): void {
    if (this.#phase !== 'opening') return;
    const at = { address, port, family: family as Address['family'] };
    if (!this.#spread!.listens(index, at, this.#infuse)) return;
    this.#unannounce = this._ttCatalyst.network.announce?.(this.#listenSettings, at);
    this.#listening(at);
  }

  /** @internal A thread can take connections. Nobody is let in before all of them can: he would wait for it. */
  tts__partLoaded(index: number): void {
    if (this.#phase === 'opening' && this.#spread!.loaded(index)) this.#listen();
  }

  /** @internal It has turned a peer away, and counted it. */
  tts__partTurnedAway(peer: TurnedAway): void {
    this.#tellTurnedAway(peer);
  }

  /** @internal */
  tts__partFailed(error: TaskTonicError): void {
    // All threads tell of the descriptors of the one process.
    if (this.#phase === 'listening' && error.code === 'TT_OUT_OF_DESCRIPTORS' && !this.#admission.ranOut()) return;
    this.#failedWith(error);
  }

  // ---- Its end ----

  /** @internal Its own errors and those of its connections have one name: the latter go on to its base. */
  override _ttHearsFor(key: string): boolean {
    return key !== 'ttse__onError' && super._ttHearsFor(key);
  }

  #closeListener(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.#unannounce = this.#unannounce?.() as undefined;
    this.#pending?.close();
    this.#turnedAwayEvents.flush();
    this.#certificateWatch = this.#certificateWatch?.stop();
    this.#admission.close();
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
takesOptions(TcpServer, serverSchema);

/** @throws {TaskTonicError} `TT_BAD_OPTION` where a thread could not load the protocol. */
function checkForThreads(settings: ServerSettings, className: string): void {
  const { tls } = settings;
  if (tls !== undefined && !canCross(tls))
    throw badOption(
      className,
      'tls',
      'with "catalysts" it cannot have contexts, nor protocols by "alpn": threads cannot be given these',
    );
  checkLoadable(settings, className, 'TcpConnection');
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` where a header is to be inside a TLS that no connection begins with. */
function checkInside({ proxyProtocol, tls }: ServerSettings, className: string): void {
  if (proxyProtocol?.inside === undefined || (tls !== undefined && tls.mode === 'implicit')) return;
  const problem =
    'its "inside" is for a server whose connections all begin with TLS: give "tls", with the mode implicit';
  throw badOption(className, 'proxyProtocol', problem);
}

function noReusePort(className: string, option: string, instead: string): Error {
  return fail('TT_NO_REUSE_PORT', { node: process.versions.node, class: className, option, instead });
}

/** A connection without a protocol of its own: its events are the server's, or else those of the server's base. */
class RelayedConnection extends TcpConnection {}
ofFramework(RelayedConnection);

/** `onListening` is heard with the info alone, by the Tonic itself or by its base; and the log says it. */
export function tellListening(tonic: SocketTonic<string>, info: ListenInfo): void {
  const { address, port, family, transport } = info;
  const kind = family === 'UNIX' ? '' : ` (${transport})`;
  tonic.log.info({ address, port, transport }, `listens on ${showAddress(address, port, family)}${kind}`);
  const handler = tonic._ttHearerOf('ttse__onListening');
  const sparkle = handler?._ttPlan.sparkles.get('ttse__onListening');
  if (handler !== undefined && sparkle !== undefined)
    handler._ttScheduler.queue.put(handler, sparkle, 1, info, undefined);
}
