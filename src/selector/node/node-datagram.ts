import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import type { LookupOneOptions } from 'node:dns';
import { isIP } from 'node:net';
import { nodeDns } from '../../core/lazy-node.js';
import type { ChannelKey } from '../channel.js';
import { nodeClock } from '../../core/time/clock.js';
import { DatagramInbox } from '../datagram-inbox.js';
import { DatagramOutbox, type DatagramSink } from '../datagram-outbox.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, BindSettings, Bytes, Datagram, DatagramChannel, Network, SendFailure } from '../network.js';
import { descriptors } from './descriptors.js';
import { kernelDrops } from './kernel-drops.js';
import { inheritedSockets } from './inherited-sockets.js';
import { type OfferedSocket, offeredSockets, placeKey } from './offered-sockets.js';
import { passedSockets } from './passed-sockets.js';

/** Errors of the socket that wait to be taken: of more, those that say the same are one, and then the newest are dropped. */
const MOST_ERRORS = 16;

/** The reason given for datagrams that are sent after another process got the socket. */
const GIVEN_AWAY = 'the process that replaces this one has the socket';

/** A datagram socket of Node's as a channel. */
export class NodeDatagram implements DatagramChannel, DatagramSink {
  /** The socket of this process, or the one that has arrived from the process that this one replaces. */
  #socket: Socket;
  readonly #settings: BindSettings;
  readonly #network: Pick<Network, 'lookup'>;
  readonly #inbox = new DatagramInbox();
  readonly #outbox = new DatagramOutbox(this);
  /** Node calls it for each datagram, in the order in which they were handed over: so it can be one for all. */
  readonly #onSent = (error: Error | null): void => this.#outbox.left(error);
  #key: ChannelKey | undefined;
  #bound = false;
  #connected = false;
  /** A datagram is being handed over: its address is numeric. */
  #sending = false;
  #errors: Error[] = [];
  #closed = false;
  /** The address of a socket that has not arrived yet. */
  #elsewhere: Address | undefined;
  #unoffered: (() => void) | undefined;
  #isGivenAway = false;
  #hasCome = false;
  /** Settings to be made when the socket has arrived. */
  readonly #whenHere: (() => void)[] = [];

  constructor(settings: BindSettings, network: Pick<Network, 'lookup'>) {
    this.#settings = settings;
    this.#network = network;
    this.#socket = this.#newSocket(settings);
    this.#hear(this.#socket);
    const offer = this.#isServer ? inheritedSockets.claim(this.#placeKey, undefined, this) : undefined;
    this.#elsewhere = offer?.local;
    if (offer === undefined) this.#try(() => this.#bind(settings));
    else process.nextTick(() => this.#key?.signal(Interest.CONNECT));
  }

  // ---- Where another process has opened it: see InheritedSockets ----

  /** @internal */
  takes(received: Socket): void {
    if (this.#closed) return void received.close();
    // Datagrams that were given in the meantime are sent by the socket that has arrived.
    this.#socket.close();
    this.#socket = received;
    this.#elsewhere = undefined;
    this.#hasCome = true;
    this.#hear(received);
    this.#try(() => this.#setBuffers(received));
    return this.#onBound();
  }

  /** @internal */
  opensAnew(): void {
    if (this.#closed) return;
    this.#elsewhere = undefined;
    this.#try(() => this.#bind(this.#settings));
  }

  /** @internal */
  get offered(): OfferedSocket | undefined {
    const { local } = this;
    if (local === undefined || !this.#bound) return undefined;
    const place = this.#placeKey;
    return { place, name: undefined, local, file: undefined, ticketKeys: undefined, handles: [this.#socket] };
  }

  /** @internal Node can keep no socket open without reading from it; what was read before is still heard. */
  letGo(): void {
    nodeClock.afterPoll(() =>
      nodeClock.afterPoll(() => {
        this.#isGivenAway = true;
        this.close(GIVEN_AWAY);
      }),
    );
  }

  /** Whether peers know the socket by the address that it is bound to. */
  get #isServer(): boolean {
    const { remote, place, port } = this.#settings;
    return remote === undefined && (place !== undefined || port !== 0);
  }

  get #placeKey(): string {
    return placeKey(this.#settings.family === 4 ? 'udp4' : 'udp6', this.#settings);
  }

  #setBuffers(socket: Socket): void {
    const { receiveBuffer, sendBuffer } = this.#settings;
    if (receiveBuffer !== undefined) socket.setRecvBufferSize(receiveBuffer);
    if (sendBuffer !== undefined) socket.setSendBufferSize(sendBuffer);
  }

  #newSocket({ family, reuseAddress, ipv6Only, receiveBuffer, sendBuffer }: BindSettings): Socket {
    return createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      reuseAddr: reuseAddress,
      ipv6Only,
      lookup: (host, options, callback) => this.#lookup(host, options, callback),
      ...(receiveBuffer !== undefined && { recvBufferSize: receiveBuffer }),
      ...(sendBuffer !== undefined && { sendBufferSize: sendBuffer }),
    });
  }

  #hear(socket: Socket): void {
    socket.on('message', (bytes, from) => this.#onMessage(bytes, from));
    socket.on('error', (error) => this.#failed(error));
    socket.on('listening', () => this.#onBound());
    socket.on('connect', () => {
      this.#connected = true;
      this.#key?.signal(Interest.CONNECT);
    });
    socket.on('close', () => socket === this.#socket && this.#onClose());
  }

  #bind({ place, port, host }: BindSettings): void {
    if (place === undefined) this.#socket.bind({ port, exclusive: true, ...(host !== undefined && { address: host }) });
    else if ('fd' in place) this.#socket.bind({ fd: place.fd, exclusive: true });
    else this.#socket.bind({ fd: passedSockets.take(place.systemd, 'datagram', 1)[0]!, exclusive: true });
  }

  get local(): Address | undefined {
    if (!this.#bound || this.#closed) return this.#closed ? undefined : this.#elsewhere;
    const { address, port, family } = this.#socket.address();
    return { address, port, family: family as Address['family'] };
  }

  get remote(): Address | undefined {
    if (!this.#connected || this.#closed) return undefined;
    const { address, port, family } = this.#socket.remoteAddress();
    return { address, port, family: family as Address['family'] };
  }

  get closed(): boolean {
    return this.#closed;
  }

  takeError(): Error | undefined {
    return this.#errors.shift();
  }

  // ---- Receiving ----

  get dropped(): number {
    return this.#inbox.dropped;
  }

  get kernelDropped(): number | undefined {
    const { local } = this;
    return local && kernelDrops(local);
  }

  take(): Datagram | undefined {
    return this.#inbox.take();
  }

  // ---- Sending ----

  /** What was handed over and settles within this tick has left: of the rest the kernel's queue in Node knows. */
  get unsent(): number {
    const { bytes, handed } = this.#outbox;
    return handed === 0 || this.#closed ? bytes : bytes + this.#socket.getSendQueueSize();
  }

  get unsentMessages(): number {
    const { messages, handed } = this.#outbox;
    return handed === 0 || this.#closed ? messages : messages + this.#socket.getSendQueueCount();
  }

  get settled(): boolean {
    return this.#outbox.settled;
  }

  get sentMessages(): number {
    return this.#outbox.sentMessages;
  }

  get sentBytes(): number {
    return this.#outbox.sentBytes;
  }

  get failedMessages(): number {
    return this.#outbox.failures.messages;
  }

  takeFailure(): SendFailure | undefined {
    return this.#outbox.failures.take();
  }

  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean {
    const outbox = this.#outbox;
    const isGathered = outbox.send(bytes, size, to);
    if (this.#isGivenAway) outbox.discard(0, GIVEN_AWAY);
    if (!isGathered || this.#isGivenAway) return isGathered;
    if (outbox.gathered === 1) this.#key?.flushAfterTurn();
    if (outbox.isFull) outbox.flush();
    return true;
  }

  flush(): void {
    if (!this.#closed && this.#elsewhere === undefined) this.#outbox.flush();
  }

  transmit(bytes: Bytes, address: string | undefined, port: number): void {
    this.#sending = true;
    try {
      if (address === undefined) this.#socket.send(bytes, this.#onSent);
      else this.#socket.send(bytes, port, address, this.#onSent);
    } finally {
      this.#sending = false;
    }
  }

  /** A look-up of our own: one by `send` would be forgotten without a word when the socket closes, and could overtake others. */
  lookup(name: string, done: (error: Error | undefined, addresses: readonly string[]) => void): () => void {
    return this.#network.lookup(name, this.#settings.family, done);
  }

  onSettled(): void {
    this.#key?.signal(Interest.WRITE);
  }

  onFailure(): void {
    this.#key?.signal(Interest.HANGUP);
  }

  // ---- Multicast ----

  setMembership(group: string, member: boolean, networkInterface: string | undefined): void {
    if (this.#elsewhere !== undefined) this.#whenHere.push(() => this.setMembership(group, member, networkInterface));
    else if (member) this.#join(group, networkInterface);
    else this.#socket.dropMembership(group, networkInterface);
  }

  #join(group: string, networkInterface: string | undefined): void {
    try {
      this.#socket.addMembership(group, networkInterface);
    } catch (thrown) {
      // A socket that has arrived is a member already.
      if (!this.#hasCome || (thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    }
  }

  setMulticastInterface(networkInterface: string): void {
    if (this.#elsewhere === undefined) this.#socket.setMulticastInterface(networkInterface);
    else this.#whenHere.push(() => this.setMulticastInterface(networkInterface));
  }

  // ---- Its life ----

  close(why = 'the socket was closed'): void {
    if (this.#closed) return;
    if (this.#bound) this.flush();
    this.#unoffered?.();
    this.#closed = true;
    this.#inbox.drop();
    this.#outbox.discard(this.#outbox.handed === 0 ? 0 : this.#socket.getSendQueueCount(), why);
    this.#socket.close();
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    // With a numeric address the system answers before the constructor has ended.
    if (this.#connected || (this.#bound && this.#settings.remote === undefined)) key.signal(Interest.CONNECT);
    if (this.#errors.length > 0) key.signal(Interest.HANGUP);
  }

  /** Node cannot hold datagrams back: with READ off they are dropped and counted. */
  interestChanged(interest: InterestSet): void {
    this.#inbox.reading = (interest & Interest.READ) !== 0;
  }

  detach(): void {
    this.close();
    this.#key = undefined;
  }

  #onMessage(bytes: Buffer, from: RemoteInfo): void {
    if (this.#inbox.put(bytes, from)) this.#key?.signal(Interest.READ);
  }

  #onBound(): void {
    descriptors.opened('other');
    this.#bound = true;
    if (this.#isServer) this.#unoffered = offeredSockets.add(this);
    const { remote, place, family } = this.#settings;
    if (place !== undefined && this.local?.family !== `IPv${family}`)
      return this.#failed(Object.assign(new Error(`its family is not IPv${family}`), { code: 'EAFNOSUPPORT' }));
    this.#try(() => this.#applyOptions());
    for (const set of this.#whenHere.splice(0)) this.#try(set);
    if (this.#hasCome) this.flush();
    if (remote === undefined) this.#key?.signal(Interest.CONNECT);
    else this.#try(() => this.#socket.connect(remote.port, remote.host));
    return undefined;
  }

  #applyOptions(): void {
    const { broadcast, multicast } = this.#settings;
    if (broadcast) this.#socket.setBroadcast(true);
    if (multicast?.ttl !== undefined) this.#socket.setMulticastTTL(multicast.ttl);
    if (multicast?.loopback !== undefined) this.#socket.setMulticastLoopback(multicast.loopback);
  }

  #onClose(): void {
    if (this.#bound) descriptors.closed('other');
    this.#unoffered?.();
    this.#closed = true;
    this.#key?.signal(Interest.HANGUP);
  }

  #failed(error: NodeJS.ErrnoException): void {
    const isKnown = this.#errors.some(({ message }) => message === error.message);
    if (!isKnown && this.#errors.length < MOST_ERRORS) this.#errors.push(error);
    this.#key?.signal(Interest.HANGUP);
  }

  #try(body: () => void): void {
    try {
      body();
    } catch (thrown) {
      this.#failed(thrown as Error);
    }
  }

  /** Node asks the resolver for every datagram that is sent to an address; a numeric one is its own answer, at once. */
  #lookup(host: string, options: LookupOneOptions, callback: LookupCallback): void {
    const family = this.#sending ? this.#settings.family : isIP(host);
    if (family !== 0) callback(null, host, family);
    else nodeDns().lookup(host, options, callback);
  }
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;
