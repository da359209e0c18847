import type { DropArgument, Server, Socket } from 'node:net';
import { nodeWorkerThreads } from '../../core/lazy-node.js';
import { nodeClock } from '../../core/time/clock.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, ListenSettings, ListenerChannel, StreamChannel, TurnedAway } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';
import { inheritedSockets } from './inherited-sockets.js';
import { NodePathStream, UNNAMED } from './node-path-stream.js';
import { NodeServers, type ServersOwner } from './node-servers.js';
import { NodeStream } from './node-stream.js';
import { type OfferedSocket, offeredSockets, placeKey } from './offered-sockets.js';

/** Listening sockets of Node's as a channel: whom it accepts, and whom it turns away. How they are opened stands in NodeServers. */
export class NodeListener implements ListenerChannel, ServersOwner {
  readonly #servers: NodeServers;
  readonly #maxConnections: number | undefined;
  readonly #handsOver: boolean;
  #key: ChannelKey | undefined;
  #accepting = true;
  readonly #accepted: NodeStream[] = [];
  readonly #sockets: Socket[] = [];
  readonly #turnedAway: TurnedAway[] = [];
  #error: Error | undefined;
  #closed = false;
  /** Hears no more of descriptors. */
  #unheard: (() => void) | undefined;
  readonly #placeKey: string;
  #unoffered: (() => void) | undefined;
  /** How many have come. */
  #connections = 0;

  constructor(settings: ListenSettings) {
    this.#maxConnections = settings.maxConnections;
    this.#handsOver = settings.handsOver;
    this.#placeKey = placeKey('tcp', settings);
    this.#servers = new NodeServers(settings, this);
    this.#servers.open(inheritedSockets.claim(this.#placeKey, settings.successor?.name, this));
  }

  // ---- Where another process has opened it: see InheritedSockets ----

  /** @internal */
  takes(received: Server): void {
    this.#servers.takes(received);
  }

  /** @internal */
  opensAnew(): void {
    this.#servers.opensAnew();
  }

  /** @internal */
  get offered(): OfferedSocket | undefined {
    return this.#servers.offered(this.#placeKey);
  }

  /** @internal */
  letGo(): void {
    this.#servers.givenAway();
    if (nodeWorkerThreads().isMainThread) this.#servers.close();
    else this.#closeWhenEmpty(-1);
  }

  /** Nobody else has the sockets of a thread: what waits in one when it is closed is reset. So they are closed after a poll that has brought nothing. */
  #closeWhenEmpty(before: number): void {
    if (this.#connections === before) return this.#servers.close();
    const now = this.#connections;
    return nodeClock.afterPoll(() => nodeClock.afterPoll(() => this.#closeWhenEmpty(now)));
  }

  // ---- What its servers tell ----

  /** @internal */
  hears(server: Server): void {
    const maxConnections = this.#maxConnections;
    // Of those that are handed over it knows only that they are gone.
    if (maxConnections !== undefined && !this.#handsOver) server.maxConnections = maxConnections;
    server.on('connection', (socket) => this.#onConnection(server, socket));
    server.on('drop', (peer) =>
      this.#turnAway(this.#servers.pathOf(server) !== undefined ? UNNAMED : addressOf(peer), 'maxConnections'),
    );
    server.on('error', (error) => this.failed(error));
  }

  /** @internal */
  listens(): void {
    if (this.#closed || this.#unheard !== undefined) return;
    this.#unoffered = offeredSockets.add(this);
    this.#unheard = descriptors.listen(() => this.failed(outOfDescriptors()));
    this.#key?.signal(Interest.CONNECT);
  }

  /** @internal */
  failed(error: Error): void {
    this.#error ??= error;
    this.#key?.signal(Interest.HANGUP);
  }

  get local(): Address | undefined {
    return this.#servers.local;
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
    this.#servers.detach();
    this.#closed = true;
    for (const stream of this.#accepted.splice(0)) stream.close(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #onConnection(server: Server, socket: Socket): void {
    this.#connections++;
    // A server that has come from another process has not our options.
    socket.allowHalfOpen = true;
    if (this.#key === undefined) return void socket.destroy();
    // Node keeps what it was asked for: so errors name the peer when its socket has gone, too.
    const reason = this.#whyNot();
    const path = this.#servers.pathOf(server);
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
    if (this.#maxConnections === 0) return 'maxConnections';
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
