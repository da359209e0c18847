import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import type { LookupOneOptions } from 'node:dns';
import { isIP } from 'node:net';
import { nodeDns } from '../../core/lazy-node.js';
import type { ChannelKey } from '../channel.js';
import { DatagramInbox } from '../datagram-inbox.js';
import { DatagramOutbox, type DatagramSink } from '../datagram-outbox.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, BindSettings, Bytes, Datagram, DatagramChannel, Network, SendFailure } from '../network.js';
import { descriptors } from './descriptors.js';
import { kernelDrops } from './kernel-drops.js';
import { passedSockets } from './passed-sockets.js';

/** Errors of the socket that wait to be taken: of more, those that say the same are one, and then the newest are dropped. */
const MOST_ERRORS = 16;

/** A datagram socket of Node's as a channel. */
export class NodeDatagram implements DatagramChannel, DatagramSink {
  readonly #socket: Socket;
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

  constructor(settings: BindSettings, network: Pick<Network, 'lookup'>) {
    const { family, reuseAddress, ipv6Only, receiveBuffer, sendBuffer } = settings;
    this.#settings = settings;
    this.#network = network;
    this.#socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      reuseAddr: reuseAddress,
      ipv6Only,
      lookup: (host, options, callback) => this.#lookup(host, options, callback),
      ...(receiveBuffer !== undefined && { recvBufferSize: receiveBuffer }),
      ...(sendBuffer !== undefined && { sendBufferSize: sendBuffer }),
    });
    this.#socket.on('message', (bytes, from) => this.#onMessage(bytes, from));
    this.#socket.on('error', (error) => this.#failed(error));
    this.#socket.on('listening', () => this.#onBound());
    this.#socket.on('connect', () => {
      this.#connected = true;
      this.#key?.signal(Interest.CONNECT);
    });
    this.#socket.on('close', () => this.#onClose());
    this.#try(() => this.#bind(settings));
  }

  #bind({ place, port, host }: BindSettings): void {
    if (place === undefined) this.#socket.bind({ port, exclusive: true, ...(host !== undefined && { address: host }) });
    else if ('fd' in place) this.#socket.bind({ fd: place.fd, exclusive: true });
    else this.#socket.bind({ fd: passedSockets.take(place.systemd, 'datagram', 1)[0]!, exclusive: true });
  }

  get local(): Address | undefined {
    if (!this.#bound || this.#closed) return undefined;
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
    if (!outbox.send(bytes, size, to)) return false;
    if (outbox.gathered === 1) this.#key?.flushAfterTurn();
    if (outbox.isFull) outbox.flush();
    return true;
  }

  flush(): void {
    if (!this.#closed) this.#outbox.flush();
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
    if (member) this.#socket.addMembership(group, networkInterface);
    else this.#socket.dropMembership(group, networkInterface);
  }

  setMulticastInterface(networkInterface: string): void {
    this.#socket.setMulticastInterface(networkInterface);
  }

  // ---- Its life ----

  close(why = 'the socket was closed'): void {
    if (this.#closed) return;
    if (this.#bound) this.flush();
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
    const { remote, place, family } = this.#settings;
    if (place !== undefined && this.local?.family !== `IPv${family}`)
      return this.#failed(Object.assign(new Error(`its family is not IPv${family}`), { code: 'EAFNOSUPPORT' }));
    this.#try(() => this.#applyOptions());
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
