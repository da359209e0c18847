import type { TaskTonicError } from '../../../../core/errors.js';
import type { RemoteTonic } from '../../../../links/remote-tonic.js';
import type { Channel, ChannelKey } from '../../../../selector/channel.js';
import { Interest } from '../../../../selector/interest.js';
import type { Address } from '../../../../selector/network.js';
import type { SelectionKey } from '../../../../selector/selection-key.js';
import type { SelectorCatalyst } from '../../../../selector/selector-catalyst.js';
import type { Sendable } from '../../../socket-tonic.js';
import type { PartGiven } from '../../../tcp/server/server-catalyst.js';
import type { Peer } from '../peer.js';
import type { KeeperOwner } from '../peer-keeper.js';
import type { SessionSockets } from '../session-sockets.js';
import type { UdpServerSettings } from '../udp-server-options.js';
import { type FarPeer, FarSocket, type FarWords } from './far-socket.js';
import { ENDS, Kind, Parcel, ParcelReader } from './parcel.js';
import { SharedTotal, SpreadTally } from './spread-tally.js';

/** Datagrams of a peer did not leave: told beside the parcels. */
export interface LostWord {
  readonly number: number;
  readonly error: TaskTonicError;
}

/** The family of an address, as its socket has it. */
const FAMILY = { 4: 'IPv4', 6: 'IPv6' } as const;

/**
 * What the sessions of a thread have instead of sockets: what the thread with the sockets tells them of their peers, and what they
 * tell it.
 *
 * ```text
 *   the server's thread                          this thread
 *   peer, data, data, ends ...  -- a parcel -->  take --> FarSocket --> Sessions
 *   the socket of the peer      <-- a parcel --  data, over, gone, idle, owed
 * ```
 *
 * What sessions say in a turn leaves at its end.
 */
export class PartOfSessions implements FarWords, Channel {
  readonly tally: SpreadTally;
  readonly waiting: SharedTotal;
  readonly limits: UdpServerSettings;
  readonly #part: PartGiven;
  readonly #owner: Pick<KeeperOwner, 'receiveSoon' | 'settled'>;
  readonly #parcel = new Parcel();
  readonly #key: SelectionKey;
  readonly #byNumber = new Map<number, FarPeer>();
  readonly #byRemote = new Map<Address, FarPeer>();
  readonly #sockets: FarSocket[] = [];
  /** By their places among the sockets of the server. */
  readonly #byPlace = new Map<number, FarSocket>();
  #channelKey: ChannelKey | undefined;

  constructor(
    part: PartGiven,
    settings: UdpServerSettings,
    catalyst: SelectorCatalyst<string>,
    owner: Pick<KeeperOwner, 'receiveSoon' | 'settled'>,
  ) {
    this.#part = part;
    this.limits = settings;
    this.#owner = owner;
    this.tally = new SpreadTally(part.tally, part.index);
    this.waiting = new SharedTotal(this.tally, settings);
    this.#key = catalyst.selector.register(this, Interest.READ, { onReady: () => owner.receiveSoon() });
  }

  bind(): SessionSockets {
    this.#parcel.put(Kind.ready, 0);
    this.#says();
    return {
      all: this.#sockets,
      again: () => this.#key.again(Interest.READ),
      local: undefined,
      addresses: [],
      counted: [],
      // What is on its way to the other thread arrives before this one ends.
      settled: true,
      errorOf: (cause) => cause as TaskTonicError,
      flush: () => this.flush(),
      close: () => this.#close(),
    };
  }

  // ---- What the other thread tells ----

  take(given: unknown): void {
    if (given instanceof Uint8Array) this.#read(new ParcelReader(given));
    else this.#lost(given as LostWord);
  }

  #read(parcel: ParcelReader): void {
    while (parcel.next()) {
      const { kind, number, data } = parcel;
      const peer = this.#byNumber.get(number);
      if (kind === Kind.data) this.#came(peer, data);
      else if (kind === Kind.peer) this.#meets(number, String(data));
      else if (kind === Kind.ends) peer?.peer?.session?._ttEnds(ENDS[data[0]!]!);
      else this.#settled();
    }
  }

  #came(peer: FarPeer | undefined, data: Buffer): void {
    if (peer !== undefined) {
      // Memory of its own: who keeps a datagram does not keep the parcel.
      const bytes = Buffer.allocUnsafeSlow(data.length);
      bytes.set(data);
      return peer.socket.put(peer, bytes);
    }
    this.tally.change('given', -1);
    this.tally.change('givenBytes', -data.length);
    return this.tally.add('ended');
  }

  #meets(number: number, text: string): void {
    const [place, localAddress, localPort, address, port] = text.split(' ') as [string, string, string, string, string];
    const family = FAMILY[this.limits.family];
    const socket = this.#socketAt(Number(place), { address: localAddress, port: Number(localPort), family });
    const remote = { address, port: Number(port), family };
    const peer: FarPeer = { number, remote, socket, peer: undefined, over: false };
    this.#byNumber.set(number, peer);
    this.#byRemote.set(remote, peer);
  }

  #socketAt(place: number, local: Address): FarSocket {
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const socket = new FarSocket(local, this);
    this.#byPlace.set(place, socket);
    this.#sockets.push(socket);
    return socket;
  }

  #settled(): void {
    for (const socket of this.#sockets) socket.settled = true;
    this.#owner.settled();
  }

  #lost({ number, error }: LostWord): void {
    this.#byNumber.get(number)?.peer?.session?._ttReport(error);
  }

  peerOf(remote: Address): FarPeer | undefined {
    return this.#byRemote.get(remote);
  }

  // ---- What it tells the other thread ----

  sends({ number }: FarPeer, data: Sendable, size: number): void {
    this.tally.change('unsent', 1);
    this.tally.change('unsentBytes', size);
    this.#parcel.put(Kind.data, number, data, size);
    this.#says();
  }

  over(peer: FarPeer): void {
    peer.over = true;
    this.#parcel.put(Kind.over, peer.number);
    this.#says();
  }

  /** A session has finished, or could not be made. */
  gone(remote: Address): void {
    const peer = this.#byRemote.get(remote);
    if (peer === undefined) return;
    this.#byNumber.delete(peer.number);
    this.#byRemote.delete(remote);
    this.#parcel.put(Kind.gone, peer.number);
    this.#says();
  }

  /** Somebody new came as this part was about to end. */
  turnedAway(remote: Address): void {
    const peer = this.#byRemote.get(remote)!;
    this.tally.add('ended');
    this.over(peer);
    this.gone(remote);
  }

  isIdle({ remote, receivedMessages }: Peer): void {
    const count = Buffer.alloc(4);
    count.writeUInt32LE(receivedMessages >>> 0);
    this.#parcel.put(Kind.idle, this.#byRemote.get(remote)!.number, count, count.length);
    this.#says();
  }

  owed(): void {
    this.#parcel.put(Kind.owed, 0);
    this.#says();
  }

  #says(): void {
    if (this.#parcel.isFull) this.flush();
    else this.#channelKey?.flushAfterTurn();
  }

  // ---- As a channel, whose turn end is that of the others ----

  attach(key: ChannelKey): void {
    this.#channelKey = key;
  }

  flush(): void {
    if (this.#parcel.isEmpty) return;
    const { whole, index, life } = this.#part;
    (whole as RemoteTonic)._ttCall('_ttss__partTells', [index, life, this.#parcel.take()]);
  }

  detach(): void {
    this.flush();
  }

  #close(): void {
    for (const socket of this.#sockets) socket.closed = true;
    this.flush();
    this.#key.cancel();
  }
}
