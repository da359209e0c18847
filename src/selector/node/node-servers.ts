import { type AddressInfo, type ListenOptions, type Server, createServer } from 'node:net';
import type { SocketOffer } from '../../core/socket-handover.js';
import type { Address, ListenPlace, ListenSettings } from '../network.js';
import { descriptors } from './descriptors.js';
import { UNNAMED, unixAddress } from './node-path-stream.js';
import type { OfferedSocket } from './offered-sockets.js';
import { passedSockets } from './passed-sockets.js';
import { SocketFile } from './socket-file.js';
import { socketFacts } from './socket-facts.js';
import { checkAbstract } from './unix-names.js';

/** Who hears what comes of the sockets. */
export interface ServersOwner {
  /** A server is there, which is to be heard. */
  hears(server: Server): void;
  /** All of them listen. */
  listens(): void;
  failed(error: Error): void;
}

/**
 * The listening sockets of a listener, and how they are opened: on a port, at a path, or as descriptors that are open already; or how they come from another process
 * that has opened them.
 */
export class NodeServers {
  /** One, or several on one port; the first one is there before the others. Or one for each socket that systemd has passed. */
  readonly #servers: Server[] = [];
  /** Where it listens, where that is a UNIX socket: Node tells no address of one. */
  readonly #paths = new Map<Server, Address>();
  readonly #owner: ServersOwner;
  /** That of a path. */
  #file: SocketFile | undefined;
  #settings: ListenSettings;
  #closed = false;
  /** Where it listens while another process has its sockets: before they have come, and after they were given away. */
  #elsewhere: Address | undefined;

  constructor(settings: ListenSettings, owner: ServersOwner) {
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Opens them here, or waits for those that another process offers. */
  open(offer: SocketOffer | undefined): void {
    if (offer?.isShared === true)
      this.#settings = { ...this.#settings, reusePort: true, port: offer.local?.port ?? this.#settings.port };
    if (offer === undefined || offer.isShared) this.#openAnew();
    else this.#inherit(offer);
  }

  get local(): Address | undefined {
    const [first] = this.#servers;
    if (first === undefined) return this.#elsewhere;
    const path = this.#paths.get(first);
    // It is bound under another name first.
    if (path !== undefined) return first.listening ? path : undefined;
    const address = first.address();
    if (address === null || typeof address === 'string') return undefined;
    return { address: address.address, port: address.port, family: address.family as Address['family'] };
  }

  /** The UNIX socket that a server listens on. */
  pathOf(server: Server): Address | undefined {
    return this.#paths.get(server);
  }

  /** Lets go of them all. */
  detach(): void {
    this.close();
    this.#elsewhere = undefined;
    this.#file?.remove();
    this.#closed = true;
  }

  close(): void {
    for (const server of this.#servers.splice(0)) {
      if (server.listening) descriptors.closed('other');
      server.close();
    }
  }

  // ---- Where another process has opened it: see InheritedSockets ----

  #inherit({ local, file }: SocketOffer): void {
    const { place } = this.#settings;
    this.#elsewhere = local;
    if (place !== undefined && 'path' in place && file !== undefined) {
      this.#file = new SocketFile(place.path, place.mode);
      this.#file.inherit(file);
    }
    // As with all others, nothing is told within the constructor.
    process.nextTick(() => this.#owner.listens());
  }

  /** One has come. */
  takes(received: Server): void {
    if (this.#closed) return void received.close();
    const address = received.address();
    // The one that has come has Node's own options; over TCP one with ours can listen on the same handle, and over UNIX sockets it cannot.
    if (typeof address === 'object' && address !== null)
      return void this.#newServer(() => {}).listen(received, this.#settings.backlog);
    this.#paths.set(received, this.#elsewhere ?? UNNAMED);
    this.#add(received);
    return descriptors.opened('other');
  }

  /** None will come. */
  opensAnew(): void {
    if (this.#closed) return;
    this.#file?.disown();
    const { port } = this.#elsewhere ?? this.#settings;
    this.#elsewhere = undefined;
    this.#settings = { ...this.#settings, port };
    this.#openAnew();
  }

  /** What another process can have of them. */
  offered(place: string): OfferedSocket | undefined {
    const { local } = this;
    if (local === undefined || this.#servers.length === 0) return undefined;
    const { name, ticketKeys } = this.#settings.successor ?? {};
    return { place, name, local, file: this.#file?.own, ticketKeys, handles: this.#servers };
  }

  /** Another process has them. */
  givenAway(): void {
    this.#elsewhere = this.local;
    this.#file?.disown();
  }

  #openAnew(): void {
    const { place, port, reusePort, listeners } = this.#settings;
    if (place !== undefined) this.#openAt(place);
    else if (listeners === 1) this.#open(port, reusePort, () => this.#owner.listens());
    else if (reusePort) this.#openFirst(port);
    // Sharing would hide that somebody else has the port: it is asked for alone first.
    else this.#open(port, false, (probe) => this.#replace(probe));
  }

  // ---- Where it is not on a port ----

  #openAt(place: ListenPlace): void {
    try {
      if ('fd' in place) this.#openAll([place.fd]);
      else if ('systemd' in place) this.#openAll(passedSockets.take(place.systemd, 'stream'));
      else if (place.path.startsWith('\0')) this.#openAbstract(place.path);
      else if (process.platform === 'win32') this.#openPath(place.path, place.path, () => this.#owner.listens());
      else this.#openFile(place.path, place.mode);
    } catch (thrown) {
      // As with a port, nothing is told within the constructor.
      process.nextTick(() => this.#owner.failed(thrown as Error));
    }
  }

  #openFile(path: string, mode: number): void {
    const file = (this.#file = new SocketFile(path, mode));
    file.prepare((at) => {
      if (this.#closed) return file.remove();
      if (at instanceof Error) return this.#owner.failed(at);
      return this.#openPath(path, at, () => {
        const error = file.publish();
        if (error === undefined) this.#owner.listens();
        else this.#owner.failed(error);
      });
    });
  }

  #openAbstract(name: string): void {
    checkAbstract();
    this.#openPath(name, name, () => this.#owner.listens());
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
        if (--missing === 0) this.#owner.listens();
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
        if (--missing === 0) this.#owner.listens();
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
    const { stream, handsOver } = this.#settings;
    const server = createServer({
      allowHalfOpen: true,
      // One that is to be moved must not have been read from.
      pauseOnConnect: handsOver,
      noDelay: stream.noDelay,
      keepAlive: stream.keepAlive !== undefined,
      keepAliveInitialDelay: stream.keepAlive ?? 0,
    });
    this.#add(server);
    server.on('listening', () => {
      descriptors.opened('other');
      listening(server);
    });
    return server;
  }

  #add(server: Server): void {
    this.#servers.push(server);
    this.#owner.hears(server);
  }
}
