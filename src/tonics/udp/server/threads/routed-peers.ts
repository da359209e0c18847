import type { AnyTonic } from '../../../../core/any-tonic.js';
import { fail } from '../../../../core/errors.js';
import type { Address, SendFailure } from '../../../../selector/network.js';
import type { SocketTonic } from '../../../socket-tonic.js';
import type { LoadableProtocol } from '../../../tcp/server/loadable-protocol.js';
import { ServerSpread } from '../../../tcp/server/server-spread.js';
import { sendError } from '../../udp-errors.js';
import { PeerAdmission } from '../peer-admission.js';
import type { BoundSockets, KeeperOwner, PeerKeeper } from '../peer-keeper.js';
import { SeenLists } from '../seen-lists.js';
import type { ServerSocket } from '../server-socket.js';
import { ServerSockets } from '../server-sockets.js';
import { Received, type UdpServerCounts, countsOf } from '../udp-server-counts.js';
import type { UdpServerSettings } from '../udp-server-options.js';
import { Kind, ParcelReader } from './parcel.js';
import { RoutedNumbers, RoutedPeer } from './routed-peer.js';
import { SpreadTally } from './spread-tally.js';
import { ThreadWay } from './thread-way.js';

/**
 * The peers of a UdpServer whose sessions run on several threads. This thread has the sockets: it decides who gets a session, gives
 * somebody new to the thread with the fewest, and what comes of a peer to the thread that has it. A thread that starts or dies moves
 * no peer of another one.
 *
 * ```text
 *   socket --takeIn--> peer known? -- no --> admitted? -- no --> turned away, and counted
 *                        | yes                 | yes: it belongs to the thread with the fewest
 *                        v                     v
 *                      the way to its thread ------ a parcel a turn ------> Sessions there
 *   socket <-------------- what sessions send, a parcel a turn <-----------   |
 * ```
 */
export class RoutedPeers implements PeerKeeper {
  readonly admission: PeerAdmission;
  readonly #server: SocketTonic<string>;
  readonly #settings: UdpServerSettings;
  readonly #owner: KeeperOwner;
  readonly #spread: ServerSpread<SpreadTally>;
  readonly #ways: readonly ThreadWay[];
  readonly #received = new Received();
  readonly #peers = new RoutedNumbers();
  readonly #seen = new SeenLists<RoutedPeer>();
  #sockets: ServerSockets<RoutedPeer> | undefined = undefined;
  /** All of these are bound. */
  #isBound = false;

  constructor(server: SocketTonic<string>, settings: UdpServerSettings, threads: number, owner: KeeperOwner) {
    const catalyst = server._ttCatalyst;
    const seen = this.#seen;
    this.#server = server;
    this.#settings = settings;
    this.#owner = owner;
    const spread = new ServerSpread({
      threads,
      tally: SpreadTally.shared(threads),
      handsOver: true,
      protocol: settings.protocol as unknown as LoadableProtocol,
      tonic: 'UdpServer',
      options: optionsOfPart(settings),
    });
    this.#spread = spread;
    this.#ways = Array.from({ length: threads }, (_, index) => new ThreadWay(index, spread, catalyst));
    this.admission = new PeerAdmission(settings, catalyst.clock, {
      get ending() {
        return !server._ttMayInfuse;
      },
      get hearing() {
        return seen.size;
      },
      replaceIdlest: () => this.#replaceIdlest(),
      turnedAway: (peer) => owner.turnedAway(peer),
    });
  }

  bind(): BoundSockets {
    this.#spread.start(this.#owner.supervise);
    this.#sockets = new ServerSockets(this.#server._ttCatalyst, this.#settings, {
      listens: () => {
        this.#isBound = true;
        this.#mayListen();
      },
      datagramsWait: () => this.#owner.receiveSoon(),
      lost: (failure, peer) => this.#lost(failure, peer),
      failed: (error) => this.#owner.failed(error),
      settled: () => this.#owner.settled(),
    });
    return this.#sockets;
  }

  /** It serves when its sockets are bound and its threads have loaded the protocol. */
  #mayListen(): void {
    if (this.#isBound && this.#ways.every(({ isOpen }) => isOpen)) this.#owner.listens();
  }

  get counts(): UdpServerCounts {
    return countsOf(this.#spread.tally, this.admission, this.#received, this.#sockets?.counted ?? []);
  }

  // ---- What comes ----

  takeIn(): undefined {
    const now = this.#server._ttCatalyst.clock.now();
    for (const [place, socket] of (this.#sockets?.all ?? []).entries()) this.#takeFrom(socket, place, now);
  }

  #takeFrom(socket: ServerSocket<RoutedPeer>, place: number, now: number): void {
    for (let datagram = socket.take(); datagram !== undefined; datagram = socket.take()) {
      const { bytes, from } = datagram;
      this.#received.add(bytes.length);
      const known = socket.peers.find(from);
      if (known !== undefined) this.#seen.see(known, now);
      const peer = known ?? this.#admit(socket, place, from, bytes.length, now);
      if (peer?.way.give(peer, bytes) === false) this.#spread.tally.add('threadFull');
    }
  }

  #lost(failure: SendFailure, peer: RoutedPeer | undefined): void {
    if (peer === undefined) this.#owner.lost(failure);
    else peer.way.lost({ number: peer.number, error: sendError(failure, undefined) });
  }

  // ---- Who gets a session, and where ----

  #admit(
    socket: ServerSocket<RoutedPeer>,
    place: number,
    remote: Address,
    bytes: number,
    now: number,
  ): RoutedPeer | undefined {
    const index = this.#spread.leastBusy;
    const way = index === undefined ? undefined : this.#ways[index]!;
    if (way?.hasRoom(bytes) !== true) return void this.#spread.tally.add('threadFull');
    const peer = this.#peers.add((number) => new RoutedPeer(number, socket, remote, way));
    if (!this.admission.lets(peer, remote)) return void this.#peers.remove(peer);
    this.admission.open++;
    this.#spread.tally.opened(way.index);
    socket.peers.add(peer);
    this.#seen.add(peer, now);
    way.meets(peer, remote, place, socket.local!);
    return peer;
  }

  #replaceIdlest(): void {
    const { idlest } = this.#seen;
    this.#spread.tally.add('replaced');
    this.#forget(idlest!);
    idlest!.way.ends(idlest!, 'replaced');
  }

  /** Who comes from its address is somebody new. */
  #forget(peer: RoutedPeer): void {
    if (peer.over) return;
    peer.over = true;
    peer.socket.forget(peer);
    this.#seen.remove(peer);
  }

  #gone(peer: RoutedPeer): void {
    this.#forget(peer);
    this.#peers.remove(peer);
    this.admission.open--;
    this.admission.leave(peer);
  }

  // ---- What threads tell ----

  take(parcel: unknown, index = 0, life = 0): void {
    // What a dead thread has said may be of numbers that others have by now.
    if (!this.#spread.isOf(index, life)) return;
    const way = this.#ways[index]!;
    const reader = new ParcelReader(parcel as Uint8Array);
    while (reader.next()) this.#hear(way, reader);
    this.#sockets?.flush();
    this.#countUnsent();
    this.#tellSettled();
  }

  #hear(way: ThreadWay, { kind, number, data }: ParcelReader): void {
    if (kind === Kind.owed) way.owesSettled = true;
    else if (kind === Kind.ready) this.#opens(way);
    else this.#hearOf(way, kind, number, data);
  }

  #opens(way: ThreadWay): void {
    if (way.isOpen) return;
    way.isOpen = true;
    this.#mayListen();
  }

  #hearOf(way: ThreadWay, kind: number, number: number, data: Buffer): void {
    const peer = this.#peers.get(number)!;
    if (kind === Kind.data) this.#send(peer, data);
    else if (kind === Kind.over) this.#forget(peer);
    else if (kind === Kind.idle) this.#expire(peer, data.readUInt32LE());
    else {
      this.#spread.tally.closed(way.index);
      this.#gone(peer);
    }
  }

  #send({ socket, remote, way }: RoutedPeer, data: Buffer): void {
    const { tally } = this.#spread;
    tally.change('unsent', -1, way.index);
    tally.change('unsentBytes', -data.length, way.index);
    if (!socket.closed) socket.send(data, data.length, remote);
  }

  /** @param heard so many datagrams had come to its thread: with more under way it is not idle. */
  #expire(peer: RoutedPeer, heard: number): void {
    // What has come by now is looked at first.
    this.takeIn();
    if (peer.over || peer.given >>> 0 !== heard) return;
    this.#spread.tally.add('expired');
    this.#forget(peer);
    peer.way.ends(peer, 'idle');
  }

  // ---- What has not left ----

  settled(): void {
    this.#countUnsent();
    this.#tellSettled();
  }

  /** What waits here counts with what is on its way here. */
  #countUnsent(): void {
    let messages = 0;
    let bytes = 0;
    for (const { closed, unsentMessages, unsentBytes } of this.#sockets?.all ?? []) {
      if (closed) continue;
      messages += unsentMessages;
      bytes += unsentBytes;
    }
    const line = this.#ways.length;
    this.#spread.tally.set('unsent', messages, line);
    this.#spread.tally.set('unsentBytes', bytes, line);
  }

  #tellSettled(): void {
    if (this.#sockets?.settled !== true) return;
    for (const way of this.#ways) if (way.owesSettled) way.settled();
  }

  // ---- Its threads ----

  infusionLeft(infusion: AnyTonic): void {
    const index = this.#spread.indexOf(infusion);
    if (index === undefined) return;
    const way = this.#ways[index]!;
    const lost = this.#spread.left(infusion);
    way.drop();
    for (const peer of this.#peers.of(way)) this.#gone(peer);
    const details = { count: lost, what: 'sessions', tonic: infusion.name };
    if (lost > 0) this.#server._ttScheduler.logs.warn(this.#server, fail('TT_CONNECTIONS_LOST', details));
  }

  stop(): void {
    for (const way of this.#ways) way.close();
  }
}

/** What a thread is given: all that is about sessions. Who gets one, and what concerns sockets, is this thread's business. */
function optionsOfPart(settings: UdpServerSettings): Readonly<Record<string, unknown>> {
  const { drainTimeout, logMode, logLane, family, idleTimeout } = settings;
  const { unsentLimit, unsentMessages, unheardMessagesPerPeer, unheardLimitPerPeer, unheardMessages, unheardLimit } =
    settings;
  const unheard = { unheardMessagesPerPeer, unheardLimitPerPeer, unheardMessages, unheardLimit };
  const all = { drainTimeout, logMode, logLane, family, idleTimeout, unsentLimit, unsentMessages, ...unheard };
  return { ...all, maxPeers: Number.MAX_SAFE_INTEGER };
}
