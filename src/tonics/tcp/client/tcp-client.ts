import * as v from 'valibot';
import type { AnyTonic, InfusionFailure } from '../../../core/any-tonic.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { abortError, forgetAbort, hearAbort, signalOption } from '../../../core/asking/abort-signals.js';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import { badOption } from '../../../core/options/option-problem.js';
import {
  bytes,
  callable,
  count,
  flag,
  ms,
  oneOf,
  port,
  settingsIn,
  text,
} from '../../../core/options/option-schema.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { runAs } from '../../../core/running.js';
import type { TonicConstructor, With } from '../../../core/plan/said.js';
import { type TonicOptions, tonicOptions } from '../../../core/options/tonic-options.js';
import type { Address, StreamChannel } from '../../../selector/network.js';
import type { SelectorCatalyst } from '../../../selector/selector-catalyst.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import type { TlsInfo } from '../../../selector/tls.js';
import {
  connectionOptions,
  connectionSettings,
  streamSettings,
  type ConnectionOptions,
} from '../connection/connection-options.js';
import { Dialler } from './dialler.js';
import type { Greeting } from './greeting.js';
import { meansOf } from './dialler-means.js';
import type { DisconnectInfo, DisconnectReason } from '../connection/disconnect.js';
import { type IdleSide, withIdleTimeout } from '../connection/watches/idle-watch.js';
import { Pause } from '../connection/pause.js';
import { protocolMaker, protocolOption } from '../connection/protocol.js';
import type { SaidOfSocket, StatesOf } from '../../said-of-socket.js';
import { showAddress } from '../../socket-errors.js';
import { type HostAndPort, type HostOption, hostList } from './host-option.js';
import {
  HostPlaces,
  type Places,
  type ResolveSrv,
  type SharedHosts,
  SrvPlaces,
  areShared,
  domainOf,
} from './places.js';
import type { SendResult, Sendable } from '../../socket-tonic.js';
import { AdoptedSettings } from '../server/adoption.js';
import { checkPath } from '../server/server-place.js';
import { TcpConnection, type ConnectionPhase } from '../connection/tcp-connection.js';
import { makeConnection } from '../connection/connection-making.js';
import { SentProxy, sentProxyOption } from '../proxy/sent-proxy.js';
import { ClientTls } from '../../tls/client-tls.js';
import { type ClientTlsSettings, clientTlsSchema } from '../../tls/tls-options.js';
import { WaitingSends } from './waiting-sends.js';

export const clientSchema = v.strictObject({
  ...tonicOptions,
  ...connectionOptions,
  /**
   * Whether reading pauses above the high-water mark. Off for clients: if both sides stopped reading until the other
   * one reads, neither would go on.
   */
  pauseReading: v.optional(flag, false),
  /** The server's name or address. Default: `localhost`. */
  host: v.optional(text),
  /** The server's port, 1 to 65535. Required, unless `path` is given. */
  port: v.optional(port(1)),
  /**
   * Several servers, instead of host and port: up to 100 of `{ host, port }` or texts such as `'10.0.0.1:80'`; or a TcpBackends, which many clients share. A try goes from
   * one to the next until one of them opens. Each name is looked up again with each try.
   */
  hosts: v.optional(
    v.union([v.custom<SharedHosts>(areShared), hostList], 'must be a list of hosts, 1 to 100, or a TcpBackends'),
  ),
  /** Which one of `hosts` a try begins with: the first one, or in turn the one behind the last that was tried; then the first time with any by chance. Default: `firstAlive`. */
  order: v.optional(oneOf('firstAlive', 'roundRobin')),
  /** The service whose servers it connects to, by their SRV records (RFC 2782), instead of host and port: `_redis._tcp.example.org`. Looked up again with each try. */
  srv: v.optional(text),
  /** Looks the records of `srv` up: a function that promises them, such as `(name) => resolver.resolveSrv(name)` with a `Resolver` of `node:dns/promises`. Default: that of the network. */
  resolveSrv: v.optional(callable<ResolveSrv>('a function')),
  /** The path of the server's UNIX socket (unix(7)), instead of host and port. An abstract name begins with NUL: on Linux, from Node 22 on. */
  path: v.optional(text),
  /** Uses only addresses of this family of the host; 0 for both, the first that answers. */
  family: v.optional(v.picklist([0, 4, 6], 'must be 0, 4 or 6'), 0),
  /** The address to connect from. */
  localAddress: v.optional(v.pipe(text, v.ip('must be an IP address'))),
  /** The port to connect from. */
  localPort: v.optional(port(0)),
  /** The timeout of an attempt, in ms, for the name lookup and all addresses together. */
  connectTimeout: v.optional(ms(1), 10_000),
  /**
   * Further attempts after one that failed; 0 for none, `Infinity` for as many as `giveUpAfter` allows. Counted anew
   * after each success.
   */
  retries: v.optional(v.union([count(0), v.literal(Infinity)], 'must be a whole number from 0, or Infinity'), Infinity),
  /**
   * The longest delay before the first retry, in ms; doubled with each one. The actual delay is random, between half of
   * it and all of it.
   */
  retryDelay: v.optional(ms(), 500),
  /** The longest delay that retries grow to, in ms. */
  retryCap: v.optional(ms(), 5_000),
  /** How long it tries without a success, in ms; then it makes a last attempt. `Infinity` for no limit. */
  giveUpAfter: v.optional(ms(), 30_000),
  /**
   * A connection counts as a success when it has stayed open this long, in ms. One that ends before counts as a failed
   * attempt.
   */
  stableAfter: v.optional(ms(), 5_000),
  /** Whether it reconnects when an open connection was lost (ended or reset by the peer, or by an error). */
  reconnect: v.optional(flag, false),
  /** What happens to sends while there is no connection: they wait for one, or are refused. */
  whileDisconnected: v.optional(oneOf('queue', 'fail'), 'queue'),
  /** The most bytes that wait for a connection; more are refused. */
  queueLimit: v.optional(bytes(0), 1_048_576),
  /**
   * Begins each connection with a PROXY header of version 1 or 2, before TLS: it tells the server the address of the
   * real client. A number alone means this client itself; `{ of: connection }` the peer of that connection. See [A
   * PROXY header of a TcpClient](#a-proxy-header-of-a-tcpclient).
   */
  proxyProtocol: v.optional(sentProxyOption),
  /** Uses TLS; `true` for the defaults. See [TLS of a TcpClient](#tls-of-a-tcpclient). */
  tls: v.optional(v.union([flag, clientTlsSchema], 'must be true, false, or options of TLS')),
  /** When it is aborted the client gives up: no further try is made, and what is open is reset, as by `ttsc__abort`. `onDisconnected` hears `TT_SIGNAL_ABORTED`. */
  signal: v.optional(signalOption),
  /** Makes a Tonic for each connection; without it the client is the connection. */
  protocol: protocolOption,
});

// What a schema spreads loses its doc comments in the declarations; the types that are added bring them back.
/** Options of a {@link TcpClient}. */
export type TcpClientOptions = Omit<Input, Wherever> & ConnectionOptions & TonicOptions & ConnectOptions;
type Input = Readonly<v.InferInput<typeof clientSchema>>;
type OfAddress = 'family' | 'localAddress' | 'localPort';
type OfPort = 'port' | 'host' | OfAddress;
type OfHosts = 'hosts' | 'order';
type OfService = 'srv' | 'resolveSrv';
type Wherever = OfPort | OfHosts | OfService | 'path';
type Settings = v.InferOutput<typeof clientSchema>;

/** Where a TcpClient connects to: a port of a host, one of several hosts, a server of a service, or the path of a UNIX socket. Give only one of them. */
export type ConnectOptions =
  | (Pick<Input, OfPort> & { readonly port: number } & Without<'path' | OfHosts | OfService>)
  | (Pick<Input, OfAddress | 'order'> & { readonly hosts: readonly HostOption[] | SharedHosts } & Without<
        'host' | 'port' | 'path' | OfService
      >)
  | (Pick<Input, OfAddress | OfService> & { readonly srv: string } & Without<'host' | 'port' | 'path' | OfHosts>)
  | (Pick<Input, 'path'> & { readonly path: string } & Without<OfPort | OfHosts | OfService>);
/** None of these is given; an editor shows what they would mean. */
type Without<K extends Wherever> = { readonly [Key in keyof Pick<Input, K>]?: undefined };

/** Where it connects to is said by one of these; and what else may stand beside it. */
const PLACES = {
  port: ['host', 'localAddress', 'localPort'],
  hosts: ['order', 'localAddress', 'localPort'],
  srv: ['resolveSrv', 'localAddress', 'localPort'],
  path: [],
} as const satisfies Partial<Record<Wherever, readonly Wherever[]>>;

/** @throws {TaskTonicError} `TT_BAD_OPTION` if more than one place is given, or none, or the path is not valid. */
function checkPlace(settings: Settings, className: string): void {
  const given = (option: Wherever): boolean => settings[option] !== undefined;
  const place = (['path', 'hosts', 'srv', 'port'] as const).find(given);
  if (place === undefined)
    throw badOption(className, 'port', 'it is missing: give "port", with "host", or "hosts", "srv" or "path"');
  const fitting: readonly Wherever[] = PLACES[place];
  for (const option of ['port', 'hosts', 'srv', ...PLACES.port, 'order', 'resolveSrv'] as const)
    if (option !== place && given(option) && !fitting.includes(option))
      throw badOption(className, option, `it cannot be given together with "${place}"`);
  if (areShared(settings.hosts) && given('order'))
    throw badOption(className, 'order', 'it is for a list of hosts: a TcpBackends has its own order');
  if (settings.path !== undefined) checkPath(settings.path, className);
}

/**
 * What becomes of it next: it wants a connection; one that ends or closes when what waits has left; or none any more.
 */
type Wish = 'connection' | 'end' | 'close' | 'none';

/** Who has made it for the requests of others: a pool. */
export interface Lender {
  /** Which of several hosts it begins with. */
  readonly turn: number;
  /** It is connected, and has had its `onConnected`. */
  opened(): void;
  /** No more answers will come on the connection that it has. */
  lost(): void;
  tryFailed(error: TaskTonicError): void;
}

/** Reasons that a client does not answer with a new connection: they were meant here. */
const MEANT: readonly DisconnectInfo['reason'][] = ['closedHere', 'aborted', 'finished', 'idle'];

/**
 * A TCP connection that it opens itself: it retries when that fails, and with `reconnect` also when the connection is
 * lost.
 *
 * Each failed attempt is an `onError`. When it has given up, or the connection has ended and it does not reconnect,
 * `onDisconnected` follows and it finishes.
 *
 * Without a protocol it is itself the connection, also after a reconnect. With a protocol it makes a Tonic for each
 * connection, as a TcpServer does; however that one ends, also by an exception, the client gets the same events, and
 * reconnects if `reconnect` is set.
 */
export class TcpClient<State extends string = never, Frame = unknown, Sent = Frame> extends TcpConnection<
  State,
  Frame,
  Sent
> {
  /** As {@link Tonic.with}. */
  declare static with: <
    C extends TonicConstructor,
    const State extends string = StatesOf<C>,
    Frame = unknown,
    Sent = Frame,
  >(
    this: C,
    said: SaidOfSocket<State, Frame, Sent>,
  ) => With<C, TcpClient<State, Frame, Sent>>;

  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = clientSchema;
  readonly #settings: Settings;
  readonly #dialler: Dialler<SelectionKey>;
  readonly #places: Places | undefined;
  /** The one of them that it tries, or is connected to. */
  #towards: HostAndPort | undefined = undefined;
  /** The one of them whose connection is not over. */
  #isAt: HostAndPort | undefined = undefined;
  readonly #makeProtocol: (() => TcpConnection<string>) | undefined;
  #protocol: TcpConnection<string> | undefined;
  readonly #waiting: WaitingSends;
  #wish: Wish = 'connection';
  /** @internal The pool that it is of, if any. */
  _ttLender: Lender | undefined = undefined;
  /** The connection that is there is given up for another one. */
  #replaces = false;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: TcpClientOptions) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const settings = settingsIn(clientSchema, options, name);
    // Looked at before it enters the app: what is refused leaves nothing behind.
    checkPlace(settings, name);
    const makeProtocol = settings.protocol && protocolMaker(settings.protocol, name);
    const tls = tlsOf(settings, name);
    const { secure, startTls } = tls?.start(settings.connectTimeout) ?? {};
    super(new AdoptedSettings(settings, { settings: connectionSettings(settings, startTls), channel: undefined }));
    tls?.share(this._ttCatalyst);
    this.#settings = settings;
    this.#waiting = new WaitingSends(settings.queueLimit);
    this.#makeProtocol = makeProtocol;
    const begins = settings.proxyProtocol && new SentProxy(settings.proxyProtocol);
    const { host = 'localhost', port: toPort = 0 } = settings;
    this.#places = placesOf(settings, this._ttCatalyst);
    const dial = {
      ...settings,
      host,
      port: toPort,
      places: this.#places,
      towards: (place: HostAndPort) => {
        this.#towards = place;
        if (settings.hosts !== undefined) tls?.towards(place.host);
      },
      begins,
      secure,
      greeting: () => this._ttGreeting(),
      stream: streamSettings(settings),
    };
    this.#dialler = new Dialler(meansOf(this._ttCatalyst), dial, {
      opened: (channel, key) => this.#opened(channel, key),
      tryFailed: (error) => this.#tryFailed(error),
      gaveUp: (error) => this.#gaveUp(error),
    });
    this._ttss__connect();
    if (settings.signal !== undefined) this.#watch(settings.signal);
  }

  #watch(signal: AbortSignal): void {
    if (signal.aborted) this._ttss__run({ run: () => this.signalAborted(signal) });
    else hearAbort(signal, this);
  }

  /** @internal */
  signalAborted(signal: AbortSignal): void {
    const error = abortError(this.name, signal);
    const protocol = this.#protocol;
    this.#giveUp('aborted', error);
    (protocol ?? this)._ttAbort('aborted', error);
  }

  /** The Tonic of the connection that is open, where it has a protocol. */
  get protocol(): TcpConnection<string> | undefined {
    return this.#protocol;
  }

  /** @internal Whether it makes a Tonic for each connection. */
  get _ttHasOwnProtocol(): boolean {
    return this.#makeProtocol !== undefined;
  }

  /** The phase of its connection. */
  override get phase(): ConnectionPhase {
    if (this.#protocol !== undefined) return this.#protocol.phase;
    if (this._ttChannel !== undefined) return super.phase;
    return this.#wish === 'none' || this.#dialler.phase === 'waiting' ? 'closed' : 'connecting';
  }

  override get local(): Address | undefined {
    return this.#protocol?.local ?? super.local;
  }

  override get remote(): Address | undefined {
    return this.#protocol?.remote ?? super.remote;
  }

  override get tls(): TlsInfo | undefined {
    return this.#protocol === undefined ? super.tls : this.#protocol.tls;
  }

  override get unsentBytes(): number {
    return super.unsentBytes + this.#waiting.bytes + (this.#protocol?.unsentBytes ?? 0);
  }

  // ---- Connecting ----

  /** @internal What a connection begins with, where its protocol has a handshake. */
  _ttGreeting(): Greeting | undefined {
    return undefined;
  }

  /** @internal */
  override get _ttHasOther(): boolean {
    return this.#makeProtocol !== undefined;
  }

  /** @internal */
  override get _ttWillConnect(): boolean {
    return this.#wish !== 'none';
  }

  /** @internal Its protocol has a connection. */
  _ttHasProtocol(_protocol: TcpConnection<string>): void {}

  /** @internal */
  _ttss__connect(): void {
    if (this.#wish === 'none' || !this._ttMayInfuse) return;
    // Clients of many processes do not all begin with the same one.
    if (this.#places instanceof HostPlaces) this.#places.beginAt(this._ttLender?.turn ?? anyTurn(this._ttCatalyst));
    this.#dialler.dial();
  }

  #opened(channel: StreamChannel, key: SelectionKey): void {
    key.handOver(this);
    this.#isAt = this.#towards;
    // It failed meanwhile, and waits for what it has infused.
    if (!this._ttMayInfuse) {
      key.cancel();
      return this.#neverConnected({ reason: 'error', error: this._ttEnding?.error, discarded: 0 });
    }
    const { address, port, family } = channel.remote ?? {};
    this.log.info({ address, port }, `is connected to ${showAddress(address, port, family)}`);
    if (this.#makeProtocol !== undefined) return this._ttss__makeProtocol(channel, key);
    this._ttOpened(channel, key);
    this.#sendWaiting();
    // What its protocol says first is to be sent first.
    if (this._ttLender !== undefined) this._ttss__run({ run: () => this._ttLender!.opened() });
  }

  /** @internal */
  override _ttNoMoreAnswers(): void {
    super._ttNoMoreAnswers();
    this._ttLender?.lost();
  }

  /** @internal In a sparkle: what the protocol's constructor infuses has a base. */
  _ttss__makeProtocol(channel: StreamChannel, key: SelectionKey): void {
    if (this.#wish === 'none' || !this._ttMayInfuse) return key.cancel();
    const made = makeConnection(this, { channel, key, settings: this._ttSettings }, this.#makeProtocol!);
    if (!(made instanceof TcpConnection)) {
      const info: DisconnectInfo = { reason: 'error', error: made.error, discarded: 0 };
      if (made.connection === undefined) {
        key.cancel();
        this._ttEmit('ttse__onDisconnected', info);
      }
      return this._ttss__disconnected(info);
    }
    this.#protocol = made;
    this._ttHasProtocol(made);
    this.#handOver(made);
    return this.#sendWaiting();
  }

  /** Its protocol has the connection: what was asked of the client holds for that. */
  #handOver(to: TcpConnection<string>): void {
    if ((this._ttPauses & Pause.user) !== 0) to._ttPause(Pause.user);
    this._ttPauses = 0;
    const backlog = this._ttBacklog;
    if (backlog?.blocked !== true) return;
    // What waited for a connection has one; who relays here is from now on held back by the protocol.
    backlog.blocked = false;
    backlog.releaseRelays();
    this._ttEmit('ttse__onDrain');
  }

  #sendWaiting(): void {
    const { count } = this.#waiting;
    const protocol = this.#protocol;
    this.#waiting.sendAll((data, size) => {
      if (protocol === undefined) this._ttSend(data, size);
      else protocol.ttsc__send(data);
    });
    // They were told that onDrain follows, and who relays here may be waiting for it.
    if (protocol === undefined) {
      if (count > 0) this._ttBlock();
      this._ttDrainIfEmpty();
    }
    const wish = this.#wish;
    if (wish === 'end' || wish === 'close') this.#wish = 'connection';
    if (wish === 'end') this.ttsc__end();
    if (wish === 'close') this.ttsc__close();
  }

  /** @internal */
  override _ttEstablished(): void {
    this.#dialler.established();
  }

  // ---- Sending while disconnected ----

  /** @internal Whether a send of no bytes is something nevertheless: an empty message. */
  get _ttSendsNothing(): boolean {
    return false;
  }

  /** @internal */
  override _ttUnsendable(data: Sendable, size: number): SendResult {
    const here = this.#here;
    if (here === 'protocol') {
      // On behalf of whoever sends here: one that relays is held back by the protocol.
      runAs(this.source?.tonic, () => this.#protocol!.ttsc__send(data));
      return 'sent';
    }
    // The connection that is there may be ended: what comes after that is not for the next one.
    if (here === 'self' || this.#wish !== 'connection') return super._ttUnsendable(data, size);
    if (this.#settings.whileDisconnected === 'fail')
      return this._ttRefuse(size, 'there is no connection ("whileDisconnected" is fail)');
    // A protocol may make something of a send of nothing; by itself it is nothing that could wait.
    const isNothing = size === 0 && this.#makeProtocol === undefined && !this._ttSendsNothing;
    const problem = isNothing ? undefined : this.#waiting.put(data, size);
    if (problem !== undefined) return this._ttRefuse(size, problem);
    this._ttBlock();
    return 'waiting';
  }

  // ---- Trying again ----

  #tryFailed(error: TaskTonicError): void {
    this._ttReport(error);
    this._ttLender?.tryFailed(error);
    // It was the last one: it is to be closed.
    if (this.#wish === 'close') this.#gaveUp(error);
  }

  #gaveUp(error: TaskTonicError | undefined): void {
    // Where no try has failed, the end of the last connection was told before.
    if (error === undefined) return this._ttss__over({ reason: 'error', error, discarded: 0 });
    return this.#neverConnected({ reason: 'error', error, discarded: 0 });
  }

  /** There was no connection, and there will be none. */
  #neverConnected(info: DisconnectInfo): void {
    this.#leavesPlace();
    this.#stopDialling();
    const told = { ...info, discarded: info.discarded + this.#waiting.drop() };
    this._ttTakerOver(told);
    this._ttEmit('ttse__onDisconnected', told);
    this._ttss__over(told);
  }

  /** @internal The connection is over, and that was heard. */
  override _ttss__disconnected(info: DisconnectInfo): void {
    this.#leavesPlace();
    const { reconnect } = this.#settings;
    const replaces = this.#replaces;
    this.#replaces = false;
    if (!this._ttMayInfuse || this.#wish === 'none') return this.#over(info);
    if (replaces) return this.#dialler.dial();
    if (!reconnect || this.#wish === 'close' || MEANT.includes(info.reason)) return this.#over(info);
    return this.#dialler.lost();
  }

  /** @internal It finishes. */
  _ttss__over(info: DisconnectInfo): void {
    this.#over(info);
  }

  #over(info: DisconnectInfo): void {
    this.#stopDialling();
    const lost = this.#waiting.drop();
    if (lost > 0) this._ttRefuse(lost, 'the client was ended before it was connected again');
    super._ttss__disconnected(info);
  }

  #leavesPlace(): void {
    const place = this.#isAt;
    this.#isAt = undefined;
    if (place !== undefined) this.#places?.left(place);
  }

  #stopDialling(): void {
    const { signal } = this.#settings;
    if (signal !== undefined) forgetAbort(signal, this);
    this.#wish = 'none';
    this.#dialler.stop();
  }

  /** @internal */
  override _ttProtocolClosed(info: DisconnectInfo, connection: TcpConnection<string>): void {
    if (connection !== this.#protocol) return;
    this.#protocol = undefined;
    this._ttss__disconnected(info);
  }

  /** Its protocol failed, which the log has told: that is the end of a connection. */
  ttse__onInfusionFailed(failure: InfusionFailure): void | undefined {
    if (failure.tonic instanceof TcpConnection) return;
    throw fail('TT_INFUSION_FAILED', { tonic: failure.name, base: this.name }, failure.error);
  }

  /** @internal */
  override _ttProtocolListener(): AnyTonic | undefined {
    return this._ttListeningBase();
  }

  /** @internal */
  override _ttPeer(): string {
    const {
      path,
      host = 'localhost',
      port,
    }: Pick<Settings, 'path' | 'host' | 'port'> = this.#towards ?? this.#settings;
    return path === undefined ? showAddress(host, port) : showAddress(path, 0, 'UNIX');
  }

  /** @internal */
  override _ttDrain(): boolean {
    if (this.#isDialling) {
      const info: DisconnectInfo = { reason: 'finished', error: undefined, discarded: this.#waiting.drop() };
      this._ttTakerOver(info);
      this._ttEmit('ttse__onDisconnected', info);
    }
    this.#stopDialling();
    return super._ttDrain();
  }

  /** @internal */
  override _ttRelease(): void {
    const error = this._ttEnding?.error;
    const isDialling = this.#isDialling;
    this.#stopDialling();
    super._ttRelease();
    this.#leavesPlace();
    if (!isDialling) return;
    const discarded = this.#waiting.drop() + this._ttOrders.bytes;
    const info: DisconnectInfo = { reason: error === undefined ? 'finished' : 'error', error, discarded };
    this._ttTakerOver(info);
    this._ttTellLast('ttse__onDisconnected', info);
  }

  /** Whether a try is under way, or is waited for. */
  get #isDialling(): boolean {
    const { phase } = this.#dialler;
    return phase === 'trying' || phase === 'waiting';
  }

  // ---- Commands: they are for the connection of the protocol, where it has one ----

  override ttsc__end(): void {
    const here = this.#here;
    if (here === 'protocol') return this.#protocol!.ttsc__end();
    if (here === 'self') return super.ttsc__end();
    if (this.#waiting.count === 0) return this.#giveUp('closedHere');
    if (this.#wish === 'connection') this.#wish = 'end';
    return undefined;
  }

  /** Closes, after all bytes sent before have left; if it is not connected, the present attempt is the last one. */
  override ttsc__close(): void {
    if (this.#waiting.count > 0 && this.#dialler.phase !== 'waiting') {
      if (this.#wish !== 'none') this.#wish = 'close';
      return undefined;
    }
    const protocol = this.#protocol;
    this.#giveUp('closedHere');
    return protocol === undefined ? super.ttsc__close() : protocol.ttsc__close();
  }

  override ttsc__abort(): void {
    const protocol = this.#protocol;
    this.#giveUp('aborted');
    return protocol === undefined ? super.ttsc__abort() : protocol.ttsc__abort();
  }

  /** @internal */
  override _ttCutOff(error: TaskTonicError): void {
    this.#giveUp('aborted', error);
    super._ttCutOff(error);
  }

  /**
   * Aborts the connection and connects again at once, even with `reconnect: false`: for a dead peer that the protocol
   * has detected (a ping without an answer).
   *
   * The connection is reset, as by `ttsc__abort`: unsent data is discarded, and counted in `onDisconnected` (reason
   * `aborted`). Later data waits for the new connection, unless `whileDisconnected` is `fail`. `retries` and
   * `giveUpAfter` start again. If it waits before an attempt, it tries at once; if it is connecting, that attempt goes
   * on. If it is closed, finishing or has given up, nothing happens.
   */
  ttsc__reconnect(): void {
    if (this.#wish === 'none') return undefined;
    if (this.#isDialling) return this.#dialler.dial();
    this.#replaces = true;
    return this.#protocol === undefined ? super.ttsc__abort() : this.#protocol.ttsc__abort();
  }

  override ttsc__pause(): void {
    if (this.#protocol !== undefined) this.#protocol.ttsc__pause();
    else super.ttsc__pause();
  }

  override ttsc__resume(): void {
    if (this.#protocol !== undefined) this.#protocol.ttsc__resume();
    else super.ttsc__resume();
  }

  /** @internal */
  override _ttSetIdle(timeout: number | false, side: IdleSide): void {
    // Settings are shared by all that are made with them.
    const idleTimeout = withIdleTimeout(this._ttSettings.idleTimeout, timeout, side);
    this._ttSettings = { ...this._ttSettings, idleTimeout };
    if (this.#protocol !== undefined) this.#protocol._ttSetIdle(timeout, side);
    else super._ttSetIdle(timeout, side);
  }

  /** Whose the connection is that commands and sends are for; `undefined` where they are for the next one, if any. */
  get #here(): 'protocol' | 'self' | undefined {
    if (this.#replaces) return undefined;
    if (this.#protocol !== undefined) return 'protocol';
    return this._ttChannel === undefined ? undefined : 'self';
  }

  /** Makes no further try; where none is under way and none is open, it finishes. */
  #giveUp(reason: DisconnectReason, error?: Error): void {
    if (this.#wish === 'none') return;
    if (this.#isDialling) this.#neverConnected({ reason, error, discarded: 0 });
    this.#wish = 'none';
  }
}
ofFramework(TcpClient);
takesOptions(TcpClient, clientSchema);

function placesOf(
  { hosts, order = 'firstAlive', srv, resolveSrv }: Settings,
  by: SelectorCatalyst<string>,
): Places | undefined {
  if (areShared(hosts)) return hosts._ttPlaces;
  if (hosts !== undefined) return new HostPlaces(hosts, order);
  return srv === undefined ? undefined : new SrvPlaces(srv, by.network, by.runtime.random, resolveSrv);
}

function anyTurn({ runtime }: SelectorCatalyst<string>): number {
  return Math.floor(runtime.random.next() * 2 ** 32);
}

function tlsOf({ tls, hosts, srv, host: only = 'localhost' }: Settings, className: string): ClientTls | undefined {
  if (tls === undefined || tls === false) return undefined;
  // What an unsigned record names is no proof of who that is: the certificate is to be that of the service's own domain.
  const host = srv === undefined ? ((areShared(hosts) ? undefined : hosts?.[0]?.host) ?? only) : domainOf(srv);
  const given = tls === true ? v.parse(clientTlsSchema, {}) : (tls as ClientTlsSettings);
  return new ClientTls(given, host, `of ${className}`);
}
