import { isIP } from 'node:net';
import { fail } from '../../core/errors.js';
import type {
  Address,
  BindSettings,
  ConnectSettings,
  DatagramChannel,
  ListenSettings,
  ListenerChannel,
  Network,
  SrvRecord,
  StreamChannel,
} from '../../selector/network.js';
import { TlsStream } from '../../selector/node/tls-stream.js';
import type { TlsSide } from '../../selector/tls.js';
import { covers, familyOf, isAny, isBroadcast, isLoopback, isMulticast, show } from './addresses.js';
import { ChannelDuplex } from './channel-duplex.js';
import type { Caller } from './dial.js';
import type { NetworkView, ListenerView, DatagramInFlight } from './network-view.js';
import { HostDescriptors } from './host-descriptors.js';
import { Paths } from './paths.js';
import { Ports } from './ports.js';
import { type DatagramHost, SimulatedDatagram } from './simulated-datagram.js';
import { type ListenerHost, SimulatedListener } from './simulated-listener.js';
import { SimulatedStream } from './simulated-stream.js';
import { type SystemCode, systemError } from './system-error.js';

/**
 * A host of a {@link SimulatedNetwork}, and the network that its programs see: `new SelectorCatalyst({ network: host })`. Several
 * apps may run on one host: they share its ports and its loopback addresses.
 */
export class SimulatedHost implements Network, Caller, ListenerHost, DatagramHost {
  readonly canReusePort = true;
  readonly canHandOver = false;
  readonly name: string;
  /** Its addresses; the first of each family is the one that it calls from. */
  readonly addresses: readonly string[];
  readonly #view: NetworkView;
  readonly #tcp = new Ports<SimulatedListener>();
  readonly #udp = new Ports<SimulatedDatagram>();
  readonly #paths = new Paths<SimulatedListener>();
  readonly #descriptors: HostDescriptors;
  /** How many datagrams each port has sent, whoever had it. */
  readonly #datagrams = new Map<number, number>();
  readonly #closedPorts = new Map<number | string, 'refuse' | 'drop'>();
  /** The number of clients of UNIX sockets. */
  #callers = 0;
  #up = true;

  /** @internal */
  constructor(view: NetworkView, name: string, addresses: readonly string[]) {
    this.#view = view;
    this.name = name;
    this.addresses = addresses;
    this.#descriptors = new HostDescriptors(view.settings.descriptors);
  }

  /**
   * How many descriptors its sockets may take: at first the option `descriptors` of the network. A test takes them away, and gives them
   * back, at any time, as an app does that opens files. Sockets that are open stay so; peers that come then are turned away.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION` for what is no whole number, 0 or more.
   */
  get descriptors(): number {
    return this.#descriptors.limit;
  }

  set descriptors(limit: number) {
    this.#descriptors.limit = limit;
  }

  /** Whether it runs: it has not crashed, or has started again. */
  get up(): boolean {
    return this.#up;
  }

  // ---- What its programs see ----

  /** @throws {Error} always: sockets of a simulated host are not moved between threads, as `canHandOver` says. */
  receive(): StreamChannel {
    throw fail('TT_BAD_OPTION', { class: 'SimulatedHost', option: 'receive', problem: 'canHandOver is false' });
  }

  listen(settings: ListenSettings): ListenerChannel {
    return new SimulatedListener(this.#view, this, settings);
  }

  connect(settings: ConnectSettings): StreamChannel {
    const stream = new SimulatedStream(this.#view, (closed) => this.forget(closed));
    if (this.takes(stream, 'connection')) stream.connect(this, settings);
    else stream.fail(systemError('EMFILE', 'connect', placeOf(settings)));
    return stream;
  }

  secure(channel: StreamChannel, side: TlsSide): StreamChannel {
    const { work } = this.#view;
    return new TlsStream(new ChannelDuplex(channel as SimulatedStream, work), side, channel, work.goesOn);
  }

  lookup(
    host: string,
    family: 0 | 4 | 6,
    done: (error: Error | undefined, addresses: readonly string[]) => void,
  ): () => void {
    const { events, settings } = this.#view;
    const isNumeric = isIP(host) !== 0;
    const answer = events.after(isNumeric ? 0 : settings.lookup, () => {
      const addresses = isNumeric ? [host] : this.#up ? this.#view.resolve(host, family) : [];
      if (addresses.length > 0) done(undefined, addresses);
      else done(systemError('ENOTFOUND', 'getaddrinfo', { hostname: host }), []);
    });
    return () => void events.cancel(answer);
  }

  lookupSrv(name: string, done: (error: Error | undefined, records: readonly SrvRecord[]) => void): () => void {
    const { events, settings } = this.#view;
    const answer = events.after(settings.lookup, () => {
      const records = this.#up ? this.#view.resolveSrv(name) : [];
      if (records.length > 0) done(undefined, records);
      else done(systemError('ENOTFOUND', 'querySrv', { hostname: name }), []);
    });
    return () => void events.cancel(answer);
  }

  bind(settings: BindSettings): DatagramChannel {
    return new SimulatedDatagram(this.#view, this, settings);
  }

  localAddresses(family: 4 | 6): readonly string[] {
    const loopback = family === 6 ? '::1' : '127.0.0.1';
    return [loopback, ...this.addresses.filter((address) => familyOf(address) === family)];
  }

  watchCapacity(tell: (most: number) => void): () => void {
    return this.#descriptors.watch(tell);
  }

  // ---- Faults ----

  /**
   * Loses its power: no packet of it or to it arrives, and it forgets all its sockets. Its peers notice when they send something, or
   * time out; its own programs hear nothing, and should be dropped: `kill()` of an app under a Distiller.
   */
  crash(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#view.tell('crash', this.name);
    for (const { from, to, client, server } of this.#view.connectionsOf(this)) {
      if (from.host === this) client.vanish();
      if (to.host === this) server.vanish();
    }
    this.#tcp.clear();
    this.#udp.clear();
    this.#paths.clear();
    this.#descriptors.clear();
  }

  /** Starts after a crash, with no socket open: whoever still sends to one from before is reset. */
  restart(): void {
    if (this.#up) return;
    this.#up = true;
    this.#view.tell('restart', this.name);
  }

  /** From now on new connections and datagrams to a port, or to the path of a UNIX socket, are refused, whoever has it. */
  refuse(port: number | string): void {
    this.#closedPorts.set(port, 'refuse');
  }

  /** From now on new connections and datagrams to a port or a path are dropped without a word: connecting there times out. */
  blackhole(port: number | string): void {
    this.#closedPorts.set(port, 'drop');
  }

  /** From now on nobody may listen at a path, or connect to it: the rights of its file do not allow it. */
  forbid(path: string): void {
    this.#paths.forbid(path);
  }

  /** Undoes {@link refuse}, {@link blackhole} and {@link forbid}. */
  allow(port: number | string): void {
    this.#closedPorts.delete(port);
    if (typeof port === 'string') this.#paths.allow(port);
  }

  // ---- What its sockets and others see ----

  /** @internal */
  takes(socket: object, use: 'connection' | 'other'): boolean {
    return this.#descriptors.take(socket, use);
  }

  /** @internal */
  whenRanOut(tell: () => void): () => void {
    return this.#descriptors.listen(tell);
  }

  /** @internal */
  forget(socket: object): void {
    this.#descriptors.giveBack(socket);
    if (socket instanceof SimulatedListener) {
      this.#tcp.release(socket, socket.local?.port ?? 0);
      this.#paths.release(socket, socket.address);
    }
    if (socket instanceof SimulatedDatagram) this.#udp.release(socket, socket.port);
  }

  /** @internal */
  owns(address: string): boolean {
    return isLoopback(address) || this.addresses.includes(address);
  }

  /** @internal */
  sourceFor(address: string): string | undefined {
    const family = familyOf(address);
    if (this.owns(address)) return isLoopback(address) ? (family === 6 ? '::1' : '127.0.0.1') : address;
    return this.addresses.find((own) => familyOf(own) === family);
  }

  /** @internal */
  portFor(from: string, to: Address, wanted: number | undefined): number | undefined {
    const isFree = (port: number): boolean =>
      !this.#view.isConnected(`tcp ${show({ address: from, port })}>${show(to)}`) &&
      !this.#tcp.at(port).some((listener) => covers(listener, from));
    if (wanted === undefined || wanted === 0) return this.#tcp.free(isFree);
    return isFree(wanted) ? wanted : undefined;
  }

  /** @internal */
  bindListener(listener: SimulatedListener, address: string, port: number): Address | Error {
    const code = this.#whyNot(listener, isAny(address) || this.owns(address));
    if (code !== undefined) return systemError(code, 'listen', { address, port });
    const taken = this.#tcp.take(listener, port);
    if (taken === undefined) {
      this.#descriptors.giveBack(listener);
      return systemError('EADDRINUSE', 'listen', { address, port });
    }
    const local = { address, port: taken, family: familyOf(address) === 6 ? 'IPv6' : 'IPv4' } as const;
    this.#view.tell('listen', `tcp ${show(local)}`);
    return local;
  }

  /** @internal */
  bindToPath(listener: SimulatedListener, path: string): Address | Error {
    const code = this.#whyNot(listener, true) ?? this.#paths.take(listener, path);
    const local = { address: path, port: 0, family: 'UNIX' } as const;
    if (code !== undefined) {
      this.#descriptors.giveBack(listener);
      return systemError(code, 'listen', { address: path });
    }
    this.#view.tell('listen', show(local));
    return local;
  }

  /** @internal */
  nextCaller(): number {
    return ++this.#callers;
  }

  /** @internal The first packet of a connection to a path of this host. */
  knockAt(path: string): SystemCode | 'drop' | ListenerView {
    const closed = this.#closedPorts.get(path);
    if (closed !== undefined) return closed === 'drop' ? 'drop' : 'ECONNREFUSED';
    const found = this.#paths.find(path);
    return typeof found === 'object' && found.full ? 'drop' : found;
  }

  /** @internal */
  bindDatagram(socket: SimulatedDatagram, address: string, port: number): number | Error {
    const allowed = isAny(address) || isMulticast(address) || isBroadcast(address) || this.owns(address);
    const code = this.#whyNot(socket, allowed);
    if (code !== undefined) return systemError(code, 'bind', { address, port });
    const taken = this.#udp.take(socket, port);
    if (taken === undefined) {
      this.#descriptors.giveBack(socket);
      return systemError('EADDRINUSE', 'bind', { address, port });
    }
    this.#view.tell('bind', `udp ${show({ address, port: taken })}`);
    return taken;
  }

  #whyNot(socket: object, isOwn: boolean): SystemCode | undefined {
    if (!this.#up) return 'ENETDOWN';
    if (!isOwn) return 'EADDRNOTAVAIL';
    return this.takes(socket, 'other') ? undefined : 'EMFILE';
  }

  /** @internal */
  knock(to: Address): 'refuse' | 'drop' | ListenerView {
    const closed = this.#closedPorts.get(to.port);
    if (closed !== undefined) return closed;
    const listeners = this.#tcp.at(to.port).filter((listener) => covers(listener, to.address));
    if (listeners.length === 0) return 'refuse';
    // Of several listeners that share the port, the one with the fewest connections gets it.
    const listener = listeners.reduce((least, other) => (other.taken < least.taken ? other : least));
    return listener.full ? 'drop' : listener;
  }

  /** @internal */
  deliver(inFlight: DatagramInFlight): boolean {
    const { to, datagram } = inFlight;
    const closed = this.#closedPorts.get(to.port);
    if (closed !== undefined) return closed === 'drop';
    const fitting = this.#udp.at(to.port).filter((socket) => socket.hears(to.address, datagram.from));
    if (isMulticast(to.address) || isBroadcast(to.address)) {
      for (const socket of fitting) socket.receive(datagram);
      return true;
    }
    // A connected socket comes first; of several that share the port, the last one gets it.
    const socket = fitting.findLast(({ connected }) => connected) ?? fitting.at(-1);
    socket?.receive(datagram);
    return socket !== undefined;
  }

  /** @internal */
  nextDatagram(port: number): number {
    const index = this.#datagrams.get(port) ?? 0;
    this.#datagrams.set(port, index + 1);
    return index;
  }

  /** @internal Whether one of its sockets is a member of a multicast group. */
  isMember(group: string): boolean {
    for (const socket of this.#descriptors.others)
      if (socket instanceof SimulatedDatagram && socket.isMember(group)) return true;
    return false;
  }
}

/** The destination of a stream for an error. */
export function placeOf({ path, address, port }: ConnectSettings): { address: string; port?: number } {
  return path === undefined ? { address, port } : { address: path };
}
