import {
  type AddressInfo,
  type DropArgument,
  type ListenOptions,
  type Server,
  type Socket,
  createServer,
} from 'node:net';
import type { SocketOffer } from '../../core/socket-handover.js';
import { nodeWorkerThreads } from '../../core/lazy-node.js';
import { nodeClock } from '../../core/time/clock.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, ListenPlace, ListenSettings, ListenerChannel, StreamChannel, TurnedAway } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';
import { inheritedSockets } from './inherited-sockets.js';
import { NodePathStream, UNNAMED, unixAddress } from './node-path-stream.js';
import { NodeStream } from './node-stream.js';
import { type OfferedSocket, offeredSockets, placeKey } from './offered-sockets.js';
import { passedSockets } from './passed-sockets.js';
import { SocketFile } from './socket-file.js';
import { socketFacts } from './socket-facts.js';
import { checkAbstract } from './unix-names.js';

/** A listening socket of Node's as a channel. */
export class NodeListener implements ListenerChannel {
  /**
   * One server, or several on one port, of which the first listens before the others are made; or one for each socket
   * that systemd has passed.
   */
  readonly #servers: Server[] = [];
  /** The addresses of UNIX sockets, since Node does not report them. */
  readonly #paths = new Map<Server, Address>();
  /** The file of a UNIX socket. */
  #file: SocketFile | undefined;
  #settings: ListenSettings;
  #key: ChannelKey | undefined;
  #accepting = true;
  readonly #handsOver: boolean;
  readonly #accepted: NodeStream[] = [];
  readonly #sockets: Socket[] = [];
  readonly #turnedAway: TurnedAway[] = [];
  #error: Error | undefined;
  #closed = false;
  /** Ends the watch of descriptors. */
  #unheard: (() => void) | undefined;
  readonly #placeKey: string;
  /** Where it listens while another process has its sockets: before they have come, and after they were given away. */
  #elsewhere: Address | undefined;
  #unoffered: (() => void) | undefined;
  /** The number of accepted connections. */
  #connections = 0;

  constructor(settings: ListenSettings) {
    this.#settings = settings;
    this.#handsOver = settings.handsOver;
    this.#placeKey = placeKey('tcp', settings);
    const offer = inheritedSockets.claim(this.#placeKey, settings.successor?.name, this);
    if (offer?.isShared === true)
      this.#settings = { ...settings, reusePort: true, port: offer.local?.port ?? settings.port };
    if (offer === undefined || offer.isShared) this.#openAnew();
    else this.#inherit(offer);
  }

  // ---- Where another process has opened it: see InheritedSockets ----

  #inherit({ local, file }: SocketOffer): void {
    const { place } = this.#settings;
    this.#elsewhere = local;
    if (place !== undefined && 'path' in place && file !== undefined) {
      this.#file = new SocketFile(place.path, place.mode);
      this.#file.inherit(file);
    }
    // As for all channels, nothing is signalled within the constructor.
    process.nextTick(() => this.#listens());
  }

  /** @internal */
  takes(received: Server): void {
    if (this.#closed) return void received.close();
    const address = received.address();
    // The one that has come has Node's own options; over TCP one with ours can listen on the same handle, and over UNIX sockets it cannot.
    if (typeof address === 'object' && address !== null)
      return void this.#newServer(() => {}).listen(received, this.#settings.backlog);
    this.#paths.set(received, this.#elsewhere ?? UNNAMED);
    this.#hear(received);
    return descriptors.opened('other');
  }

  /** @internal */
  opensAnew(): void {
    if (this.#closed) return;
    this.#file?.disown();
    const { port } = this.#elsewhere ?? this.#settings;
    this.#elsewhere = undefined;
    this.#settings = { ...this.#settings, port };
    this.#openAnew();
  }

  /** @internal */
  get offered(): OfferedSocket | undefined {
    const { local } = this;
    if (local === undefined || this.#servers.length === 0) return undefined;
    const { name, ticketKeys } = this.#settings.successor ?? {};
    const place = this.#placeKey;
    return { place, name, local, file: this.#file?.own, ticketKeys, handles: this.#servers };
  }

  /** @internal */
  letGo(): void {
    this.#elsewhere = this.local;
    this.#file?.disown();
    if (nodeWorkerThreads().isMainThread) this.#closeServers();
    else this.#closeWhenEmpty(-1);
  }

  /** Nobody else has the sockets of a thread: what waits in one when it is closed is reset. So they are closed after a poll that has brought nothing. */
  #closeWhenEmpty(before: number): void {
    if (this.#connections === before) return this.#closeServers();
    const now = this.#connections;
    return nodeClock.afterPoll(() => nodeClock.afterPoll(() => this.#closeWhenEmpty(now)));
  }

  #openAnew(): void {
    const { place, port, reusePort, listeners } = this.#settings;
    if (place !== undefined) this.#openAt(place);
    else if (listeners === 1) this.#open(port, reusePort, () => this.#listens());
    else if (reusePort) this.#openFirst(port);
    // A shared port would hide that another program uses it, so it is first opened without sharing.
    else this.#open(port, false, (probe) => this.#replace(probe));
  }

  // ---- Where it is not on a port ----

  #openAt(place: ListenPlace): void {
    try {
      if ('fd' in place) this.#openAll([place.fd]);
      else if ('systemd' in place) this.#openAll(passedSockets.take(place.systemd, 'stream'));
      else if (place.path.startsWith('\0')) this.#openAbstract(place.path);
      else if (process.platform === 'win32') this.#openPath(place.path, place.path, () => this.#listens());
      else this.#openFile(place.path, place.mode);
    } catch (thrown) {
      // As for a port, nothing is signalled within the constructor.
      process.nextTick(() => this.#failed(thrown as Error));
    }
  }

  #openFile(path: string, mode: number): void {
    const file = (this.#file = new SocketFile(path, mode));
    file.prepare((at) => {
      if (this.#closed) return file.remove();
      if (at instanceof Error) return this.#failed(at);
      return this.#openPath(path, at, () => {
        const error = file.publish();
        if (error === undefined) this.#listens();
        else this.#failed(error);
      });
    });
  }

  #openAbstract(name: string): void {
    checkAbstract();
    this.#openPath(name, name, () => this.#listens());
  }

  /** @param at where it is bound, under a name that is not the one to be. */
  #openPath(path: string, at: string, listening: () => void): void {
    const server = this.#newServer(listening);
    this.#paths.set(server, unixAddress(path));
    server.listen({ path: at, backlog: this.#settings.backlog, exclusive: true });
  }

  /** Descriptors that are open already. */
  #openAll(fds: readonly number[]): void {
    let missing = fds.length;
    for (const fd of fds) {
      const server = this.#newServer(() => {
        if (server.address() === null) this.#paths.set(server, unixAddress(socketFacts(fd)?.path ?? ''));
        if (--missing === 0) this.#listens();
      });
      // Node throws nothing for a number that is not an open descriptor.
      server.listen({ fd, backlog: this.#settings.backlog, exclusive: true } as ListenOptions);
    }
  }

  // ---- On a port ----

  #replace(probe: Server): void {
    const { port } = probe.address() as AddressInfo;
    this.#servers.length = 0;
    descriptors.closed('other');
    probe.close(() => this.#openFirst(port));
  }

  #openFirst(port: number): void {
    if (this.#closed) return;
    this.#open(port, true, (first) => {
      const { port: taken } = first.address() as AddressInfo;
      let missing = this.#settings.listeners - 1;
      const opened = (): void => {
        if (--missing === 0) this.#listens();
      };
      for (let n = missing; n > 0; n--) this.#open(taken, true, opened);
    });
  }

  #open(port: number, reusePort: boolean, listening: (server: Server) => void): void {
    const { host, backlog, ipv6Only } = this.#settings;
    const server = this.#newServer(listening);
    const options = { port, backlog, ipv6Only, exclusive: true, ...(host !== undefined && { host }) };
    // Newer than the types of the oldest Node that is supported.
    server.listen(reusePort ? Object.assign(options, { reusePort }) : options);
  }

  #newServer(listening: (server: Server) => void): Server {
    const { stream } = this.#settings;
    const server = createServer({
      allowHalfOpen: true,
      // Nothing may be read from a socket that will be moved.
      pauseOnConnect: this.#handsOver,
      noDelay: stream.noDelay,
      keepAlive: stream.keepAlive !== undefined,
      keepAliveInitialDelay: stream.keepAlive ?? 0,
    });
    this.#hear(server);
    server.on('listening', () => {
      descriptors.opened('other');
      listening(server);
    });
    return server;
  }

  #hear(server: Server): void {
    const { maxConnections } = this.#settings;
    this.#servers.push(server);
    // Node does not count connections that were handed over.
    if (maxConnections !== undefined && !this.#handsOver) server.maxConnections = maxConnections;
    server.on('connection', (socket) => this.#onConnection(server, socket));
    server.on('drop', (peer) => this.#turnAway(this.#paths.has(server) ? UNNAMED : addressOf(peer), 'maxConnections'));
    server.on('error', (error) => this.#failed(error));
  }

  #listens(): void {
    if (this.#closed || this.#unheard !== undefined) return;
    this.#unoffered = offeredSockets.add(this);
    this.#unheard = descriptors.listen(() => this.#failed(outOfDescriptors()));
    this.#key?.signal(Interest.CONNECT);
  }

  #failed(error: Error): void {
    this.#error ??= error;
    this.#key?.signal(Interest.HANGUP);
  }

  get local(): Address | undefined {
    const [first] = this.#servers;
    if (first === undefined) return this.#elsewhere;
    const path = this.#paths.get(first);
    // The socket is first bound under another name.
    if (path !== undefined) return first.listening ? path : undefined;
    const address = first.address();
    if (address === null || typeof address === 'string') return undefined;
    return { address: address.address, port: address.port, family: address.family as Address['family'] };
  }

  get closed(): boolean {
    return this.#closed;
  }

  take(): StreamChannel | undefined {
    return this.#accepted.shift();
  }

  takeSocket(): unknown {
    return this.#sockets.shift();
  }

  takeTurnedAway(): TurnedAway | undefined {
    return this.#turnedAway.shift();
  }

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  attach(key: ChannelKey): void {
    this.#key = key;
  }

  /** Node cannot stop accepting: with ACCEPT off it accepts, closes and counts. */
  interestChanged(interest: InterestSet): void {
    this.#accepting = (interest & Interest.ACCEPT) !== 0;
  }

  detach(): void {
    this.#key = undefined;
    this.#unheard?.();
    this.#unoffered?.();
    this.#closeServers();
    this.#elsewhere = undefined;
    this.#file?.remove();
    this.#closed = true;
    for (const stream of this.#accepted.splice(0)) stream.close(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #closeServers(): void {
    for (const server of this.#servers.splice(0)) {
      if (server.listening) descriptors.closed('other');
      server.close();
    }
  }

  #onConnection(server: Server, socket: Socket): void {
    this.#connections++;
    // A server that has arrived from another process does not have these options.
    socket.allowHalfOpen = true;
    if (this.#key === undefined) return void socket.destroy();
    // Node keeps what it was asked for: so errors name the peer when its socket has gone, too.
    const reason = this.#whyNot();
    const path = this.#paths.get(server);
    if (reason !== undefined) {
      this.#turnAway(path === undefined ? addressOf(socket) : UNNAMED, reason);
      return void socket.destroy();
    }
    if (this.#handsOver) this.#sockets.push(socket);
    else this.#accepted.push(path === undefined ? new NodeStream(socket) : new NodePathStream(socket, path, UNNAMED));
    this.#key.signal(Interest.ACCEPT);
  }

  #whyNot(): TurnedAway['reason'] | undefined {
    // Node 20 takes a limit of 0 for no limit.
    if (this.#settings.maxConnections === 0) return 'maxConnections';
    if (!this.#accepting) return 'paused';
    return descriptors.refuses() ? 'descriptors' : undefined;
  }

  #turnAway(remote: Address | undefined, reason: TurnedAway['reason']): void {
    this.#turnedAway.push({ remote, reason });
    this.#key?.signal(Interest.HANGUP);
  }
}

function addressOf(peer: Socket | DropArgument | undefined): Address | undefined {
  const { remoteAddress: address, remotePort: port, remoteFamily: family } = peer ?? {};
  return address === undefined || port === undefined
    ? undefined
    : { address, port, family: family as Address['family'] };
}

/** What the system would say, if Node told it: it accepts and closes. */
function outOfDescriptors(): Error {
  return Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' });
}
