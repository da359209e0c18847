import type { Address, Datagram } from '../../../../selector/network.js';
import type { Sendable } from '../../../socket-tonic.js';
import type { Peer, SessionSocket } from '../peer.js';
import type { UnsentLimits } from '../server-socket.js';
import type { SpreadTally } from './spread-tally.js';

/** Somebody who talks to this thread by a socket of another one. */
export interface FarPeer {
  /** What both threads call it. */
  readonly number: number;
  readonly remote: Address;
  readonly socket: FarSocket;
  /** Who it is here, from its first datagram on. */
  peer: Peer | undefined;
  /** Its session hears no more, and the other thread is told so. */
  over: boolean;
}

/** A datagram that has come over. */
interface FarDatagram extends Datagram {
  readonly of: FarPeer;
}

/** Tells the thread that has the socket. */
export interface FarWords {
  readonly tally: SpreadTally;
  readonly limits: UnsentLimits;
  peerOf(remote: Address): FarPeer | undefined;
  sends(peer: FarPeer, data: Sendable, size: number): void;
  over(peer: FarPeer): void;
  owed(): void;
}

/** A socket of another thread, as the sessions of this one see it. */
export class FarSocket implements SessionSocket {
  readonly owed = new Set<Peer>();
  closed = false;
  settled = true;
  readonly #local: Address;
  readonly #words: FarWords;
  #datagrams: FarDatagram[] = [];
  #taken = 0;

  constructor(local: Address, words: FarWords) {
    this.#local = local;
    this.#words = words;
  }

  get local(): Address | undefined {
    return this.closed ? undefined : this.#local;
  }

  readonly peers = {
    find: (from: Address): Peer | undefined => this.#words.peerOf(from)?.peer,
    add: (peer: Peer): void => {
      this.#words.peerOf(peer.remote)!.peer = peer;
    },
    /** The peer with its number has one session here. */
    remove: (): void => {},
  };

  // ---- Receiving ----

  put(of: FarPeer, bytes: Buffer): void {
    this.#datagrams.push({ of, bytes, from: of.remote });
  }

  /** The next one that somebody may hear: what comes for a session that ends is dropped, as what waits for it is. */
  take(): Datagram | undefined {
    const { tally } = this.#words;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      tally.change('given', -1);
      tally.change('givenBytes', -next.bytes.length);
      const { over, peer } = next.of;
      if (!over && (peer === undefined || peer.session?._ttHears === true)) return next;
      tally.add('ended');
    }
    return undefined;
  }

  #next(): FarDatagram | undefined {
    const next = this.#datagrams[this.#taken++];
    if (next !== undefined) return next;
    this.#datagrams = [];
    this.#taken = 0;
    return undefined;
  }

  // ---- Sending ----

  get unsentMessages(): number {
    return this.#words.tally.sumNow('unsent');
  }

  get unsentBytes(): number {
    return this.#words.tally.sumNow('unsentBytes');
  }

  isFull(size: number): boolean {
    const { tally, limits } = this.#words;
    return tally.exceeds('unsent', limits.unsentMessages, limits.unsentLimit, size);
  }

  send(data: Sendable, size: number, to: Address): void {
    const peer = this.#words.peerOf(to);
    if (peer !== undefined) this.#words.sends(peer, data, size);
  }

  owe(peer: Peer): void {
    this.owed.add(peer);
    if (!this.settled) return;
    this.settled = false;
    this.#words.owed();
  }

  forget(peer: Peer): void {
    this.owed.delete(peer);
    const far = this.#words.peerOf(peer.remote);
    if (far !== undefined && !far.over) this.#words.over(far);
  }
}
