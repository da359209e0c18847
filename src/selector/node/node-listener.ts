import { type AddressInfo, type DropArgument, type Server, type Socket, createServer } from 'node:net';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, ListenSettings, ListenerChannel, StreamChannel, TurnedAway } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';
import { NodeStream } from './node-stream.js';

/** A listening socket of Node's as a channel. */
export class NodeListener implements ListenerChannel {
  /** One, or several on one port; the first one is there before the others. */
  readonly #servers: Server[] = [];
  readonly #settings: ListenSettings;
  #key: ChannelKey | undefined;
  #accepting = true;
  readonly #handsOver: boolean;
  readonly #accepted: NodeStream[] = [];
  readonly #sockets: Socket[] = [];
  readonly #turnedAway: TurnedAway[] = [];
  #error: Error | undefined;
  #closed = false;
  /** Hears no more of descriptors. */
  #unheard: (() => void) | undefined;

  constructor(settings: ListenSettings) {
    this.#settings = settings;
    this.#handsOver = settings.handsOver;
    const { port, reusePort, listeners } = settings;
    if (listeners === 1) this.#open(port, reusePort, () => this.#listens());
    else if (reusePort) this.#openFirst(port);
    // Sharing would hide that somebody else has the port: it is asked for alone first.
    else this.#open(port, false, (probe) => this.#replace(probe));
  }

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
    const { host, backlog, ipv6Only, stream, maxConnections } = this.#settings;
    const server = createServer({
      allowHalfOpen: true,
      // One that is to be moved must not have been read from.
      pauseOnConnect: this.#handsOver,
      noDelay: stream.noDelay,
      keepAlive: stream.keepAlive !== undefined,
      keepAliveInitialDelay: stream.keepAlive ?? 0,
    });
    this.#servers.push(server);
    // Of those that are handed over it knows only that they are gone.
    if (maxConnections !== undefined && !this.#handsOver) server.maxConnections = maxConnections;
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('drop', (peer) => this.#turnAway(addressOf(peer), 'maxConnections'));
    server.on('listening', () => {
      descriptors.opened('other');
      listening(server);
    });
    server.on('error', (error) => this.#failed(error));
    const options = { port, backlog, ipv6Only, exclusive: true, ...(host !== undefined && { host }) };
    // Newer than the types of the oldest Node that is supported.
    server.listen(reusePort ? Object.assign(options, { reusePort }) : options);
  }

  #listens(): void {
    if (this.#closed) return;
    this.#unheard = descriptors.listen(() => this.#failed(outOfDescriptors()));
    this.#key?.signal(Interest.CONNECT);
  }

  #failed(error: Error): void {
    this.#error ??= error;
    this.#key?.signal(Interest.HANGUP);
  }

  get local(): Address | undefined {
    const address = this.#servers[0]?.address();
    if (address === undefined || address === null || typeof address === 'string') return undefined;
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
    for (const server of this.#servers) {
      if (server.listening) descriptors.closed('other');
      server.close();
    }
    this.#closed = true;
    for (const stream of this.#accepted.splice(0)) stream.close(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #onConnection(socket: Socket): void {
    if (this.#key === undefined) return void socket.destroy();
    // Node keeps what it was asked for: so errors name the peer when its socket has gone, too.
    const reason = this.#whyNot();
    if (reason !== undefined) {
      this.#turnAway(addressOf(socket), reason);
      return void socket.destroy();
    }
    if (this.#handsOver) this.#sockets.push(socket);
    else this.#accepted.push(new NodeStream(socket));
    this.#key.signal(Interest.ACCEPT);
  }

  #whyNot(): TurnedAway['reason'] | undefined {
    // To Node 20 a limit of 0 is none.
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
