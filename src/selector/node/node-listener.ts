import { type DropArgument, type Server, type Socket, createServer } from 'node:net';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, ListenSettings, ListenerChannel, StreamChannel, TurnedAway } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';
import { NodeStream } from './node-stream.js';

/** A listening socket of Node's as a channel. */
export class NodeListener implements ListenerChannel {
  readonly maxConnections: number;
  readonly #server: Server;
  #key: ChannelKey | undefined;
  #accepting = true;
  readonly #handsOver: boolean;
  readonly #accepted: NodeStream[] = [];
  readonly #sockets: Socket[] = [];
  readonly #turnedAway: TurnedAway[] = [];
  #error: Error | undefined;
  #closed = false;

  constructor({ host, port, backlog, ipv6Only, reusePort, handsOver, maxConnections, stream }: ListenSettings) {
    this.#handsOver = handsOver;
    const server = createServer({
      allowHalfOpen: true,
      // One that is to be moved must not have been read from.
      pauseOnConnect: handsOver,
      noDelay: stream.noDelay,
      keepAlive: stream.keepAlive !== undefined,
      keepAliveInitialDelay: stream.keepAlive ?? 0,
    });
    this.#server = server;
    this.maxConnections = maxConnections ?? descriptors.most;
    // Of those that are handed over it knows only that they are gone.
    if (this.maxConnections < Infinity && !handsOver) server.maxConnections = this.maxConnections;
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('drop', (peer) => this.#turnAway(addressOf(peer), 'maxConnections'));
    server.on('listening', () => {
      descriptors.opened();
      this.#key?.signal(Interest.CONNECT);
    });
    server.on('error', (error) => {
      this.#error ??= error;
      this.#key?.signal(Interest.HANGUP);
    });
    const options = { port, backlog, ipv6Only, exclusive: true, ...(host !== undefined && { host }) };
    // Newer than the types of the oldest Node that is supported.
    server.listen(reusePort ? Object.assign(options, { reusePort }) : options);
  }

  get local(): Address | undefined {
    const address = this.#server.address();
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
    if (this.#server.listening) descriptors.closed();
    this.#server.close();
    this.#closed = true;
    for (const stream of this.#accepted.splice(0)) stream.close(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #onConnection(socket: Socket): void {
    if (this.#key === undefined) return void socket.destroy();
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
    if (this.maxConnections === 0) return 'maxConnections';
    if (!this.#accepting) return 'paused';
    return descriptors.exhausted ? 'descriptors' : undefined;
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
