import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import { type LookupOneOptions, lookup as dnsLookup } from 'node:dns';
import { isIP } from 'node:net';
import { DatagramInbox } from '../datagram-inbox.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, BindSettings, Bytes, Datagram, DatagramChannel } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';

/** How many datagrams wait to be taken. */
const INBOX = 4096;

/** A datagram socket of Node's as a channel. */
export class NodeDatagram implements DatagramChannel {
  readonly #socket: Socket;
  readonly #settings: BindSettings;
  #key: ChannelKey | undefined;
  #bound = false;
  #connected = false;
  readonly #inbox = new DatagramInbox(INBOX);
  #out: { bytes: Bytes | readonly Bytes[]; to: Address | undefined }[] = [];
  /** Bytes of these. */
  #gathered = 0;
  /** Without it Node would say nothing of a datagram that could not be sent. */
  readonly #onSent = (error: Error | null): void => void (error !== null && this.#failed(error));
  #error: Error | undefined;
  #closed = false;

  constructor(settings: BindSettings) {
    const { family, reuseAddress, ipv6Only, receiveBuffer, sendBuffer } = settings;
    this.#settings = settings;
    this.#socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      reuseAddr: reuseAddress,
      ipv6Only,
      lookup: quickLookup,
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
    this.#try(() =>
      this.#socket.bind({
        port: settings.port,
        exclusive: true,
        ...(settings.host !== undefined && { address: settings.host }),
      }),
    );
  }

  get local(): Address | undefined {
    if (!this.#bound || this.#closed) return undefined;
    const { address, port, family } = this.#socket.address();
    return { address, port, family: family as Address['family'] };
  }

  get unsent(): number {
    return this.#gathered + (this.#closed ? 0 : this.#socket.getSendQueueSize());
  }

  get dropped(): number {
    return this.#inbox.dropped;
  }

  get closed(): boolean {
    return this.#closed;
  }

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  take(): Datagram | undefined {
    return this.#inbox.take();
  }

  send(bytes: Bytes | readonly Bytes[], to: Address | undefined): void {
    if (this.#out.length === 0) this.#key?.flushAfterTurn();
    this.#out.push({ bytes, to });
    this.#gathered += sizeOf(bytes);
  }

  flush(): void {
    const out = this.#out;
    this.#out = [];
    this.#gathered = 0;
    if (this.#closed) return;
    for (const { bytes, to } of out) {
      if (to === undefined || this.#connected) this.#socket.send(bytes, this.#onSent);
      else this.#socket.send(bytes, to.port, to.address, this.#onSent);
    }
  }

  setMembership(group: string, member: boolean, networkInterface: string | undefined): void {
    if (member) this.#socket.addMembership(group, networkInterface);
    else this.#socket.dropMembership(group, networkInterface);
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#socket.close();
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    // With a numeric address the system answers before the constructor has ended.
    if (this.#connected || (this.#bound && this.#settings.remote === undefined)) key.signal(Interest.CONNECT);
    if (this.#error !== undefined) key.signal(Interest.HANGUP);
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
    const { remote } = this.#settings;
    this.#try(() => this.#applyOptions());
    if (remote === undefined) this.#key?.signal(Interest.CONNECT);
    else this.#try(() => this.#socket.connect(remote.port, remote.host));
  }

  #applyOptions(): void {
    const { broadcast, multicast } = this.#settings;
    if (broadcast) this.#socket.setBroadcast(true);
    if (multicast === undefined) return;
    if (multicast.ttl !== undefined) this.#socket.setMulticastTTL(multicast.ttl);
    if (multicast.loopback !== undefined) this.#socket.setMulticastLoopback(multicast.loopback);
    if (multicast.interface !== undefined) this.#socket.setMulticastInterface(multicast.interface);
    for (const { group, interface: networkInterface } of multicast.groups)
      this.setMembership(group, true, networkInterface);
  }

  #onClose(): void {
    if (this.#bound) descriptors.closed('other');
    this.#closed = true;
    this.#key?.signal(Interest.HANGUP);
  }

  #failed(error: Error): void {
    this.#error ??= error;
    this.#key?.signal(Interest.HANGUP);
  }

  #try(body: () => void): void {
    try {
      body();
    } catch (thrown) {
      this.#failed(thrown as Error);
    }
  }
}

function sizeOf(bytes: Bytes | readonly Bytes[]): number {
  if (typeof bytes === 'string') return Buffer.byteLength(bytes);
  if (bytes instanceof Uint8Array) return bytes.length;
  let size = 0;
  for (const part of bytes) size += sizeOf(part);
  return size;
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** Node asks the resolver for every datagram that is sent to an address; a numeric one is its own answer, at once. */
function quickLookup(host: string, options: LookupOneOptions, callback: LookupCallback): void {
  const family = isIP(host);
  if (family !== 0) callback(null, host, family);
  else dnsLookup(host, options, callback);
}
